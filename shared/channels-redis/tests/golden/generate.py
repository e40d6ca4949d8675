"""Writes the JSON files in this folder: the payloads that channels_redis puts into Redis, byte for byte.

    make install
    redis-server --port 7777 --save '' &
    target/testbed/python/bin/python shared/channels-redis/tests/golden/generate.py redis://127.0.0.1:7777

Redis must be empty. Time, random bytes and names are fixed, so a run changes the files only if Python's packages write other bytes.
`src/codec/golden.rs` reads them.

A long payload is stored as parts: hex, or [hex, number of repetitions]. A long text is {"$repeat": [text, times]}, a long list
{"$repeat": [[item], times]}. Other values are written as in testbed's values.py.
"""

import asyncio
import contextlib
import datetime
import itertools
import json
import math
import pathlib
import random
import re
import sys
import unittest.mock

import msgpack
import redis.asyncio
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.serializers import registry

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2] / "testbed" / "python"))
import values  # noqa: E402

NOW = 1_800_000_000
FORMATS = ["msgpack", "json"]
BITS = [7, 8, 15, 16, 31, 32, 63]
INTEGERS = sorted({sign * 2**bits + more for bits in BITS for sign in (1, -1) for more in (-1, 0, 1)} - {-(2**63) - 1})
LENGTHS = [31, 32, 255, 256, 65_535, 65_536]

VALUES = {
    "None": None,
    "True": True,
    "False": False,
    **{f"int {number}": number for number in [0, 1, -1, -32, -33, *INTEGERS, 2**53 + 1, 2**64 - 1]},
    **{f"float {number}": number for number in [0.0, -0.0, 1.0, 0.1, -1.5, 1e300, 5e-324, 1e22, 1_700_000_000.123456]},
    **{f"float {number}": number for number in [math.nan, math.inf, -math.inf]},
    "str, empty": "",
    "str, Korean": "안녕하세요, 마피아",
    "str, emoji": "\N{CRAB} 👩‍👩‍👧",
    "str, escapes": 'a\0\n\t"\\/\x7f\u2028',
    "str, half a surrogate pair": "\ud83e",
    **{f"str of {length}": "x" * length for length in [*LENGTHS, 1_000_000]},
    "str of 30000, Korean": "안" * 30_000,
    **{f"bytes of {length}": b"x" * length for length in [0, 3, 255, 258, 65_535, 65_538]},
    "bytes, all": bytes(range(256)),
    "bytearray": bytearray(b"abc"),
    "list, empty": [],
    "list": [1, "two", [3.0, None], {"four": 4}],
    "tuple": (1, (2, 3)),
    **{f"list of {length}": [None] * length for length in [15, 16, 65_535, 65_536]},
    "dict, empty": {},
    "dict, nested": {"a": {"b": {"c": [{"d": b"e"}]}}},
    "dict, nested, without bytes": {"a": {"b": {"c": [{"d": "e"}]}}},
    "dict of 20": {f"{at:02}": at for at in range(20)},
    "dict, int keys": {1: "one", -1: "minus one"},
    "dict, bytes keys": {b"a": 1, b"b": 2},
    "dict, None and bool keys": {None: 1, True: 2},
    "dict, tuple key": {(1, 2): 3},
    "dict, looks like bytes": {"$bytes": "YQ=="},
    "int past 64 bits": 2**64,
    "int past -64 bits": -(2**63) - 1,
    "msgpack.Timestamp": msgpack.Timestamp(NOW, 5),
    "msgpack.ExtType": msgpack.ExtType(5, b"abc"),
    "datetime": datetime.datetime(2026, 11, 22),
    "set": {1},
}
ENCRYPTED = ["None", "str, Korean", "str of 32", "bytes, all", "dict, nested, without bytes", "float nan"]
MESSAGE = {"n": 7, "text": "안녕", "type": "chat.message"}
NAMES = ["specific.aaaa!1", "specific.bbbb!2", "specific.aaaa!3", "worker"]


@contextlib.contextmanager
def fixed():
    """Fixes the clock and the random bytes."""
    random.seed(1)
    with unittest.mock.patch("time.time", lambda: float(NOW)), unittest.mock.patch("os.urandom", lambda n: bytes(range(n))):
        yield


def serializer(serializer_format, keys=None, prefix=0):
    return registry.get_serializer(serializer_format, symmetric_encryption_keys=keys, random_prefix_length=prefix, expiry=60)


def parts(payload):
    """Returns hex, with long repetitions as pairs."""
    found, end = [], 0
    for run in re.finditer(rb"(?s)(.{1,8}?)\1{31,}", payload):
        found += [payload[end : run.start()].hex(), [run[1].hex(), len(run[0]) // len(run[1])]]
        end = run.end()
    return [part for part in [*found, payload[end:].hex()] if part]


def shown(value):
    """Returns a value as JSON, with long repetitions shortened."""
    return shortened(values.to_json(bytes(value) if isinstance(value, bytearray) else value))


def shortened(value):
    if isinstance(value, str) and len(value) > 64:
        for size in (1, 4):
            if value == value[:size] * (len(value) // size):
                return {"$repeat": [value[:size], len(value) // size]}
    if isinstance(value, list) and len(value) > 64:
        assert all(item == value[0] for item in value)
        return {"$repeat": [[shortened(value[0])], len(value)]}
    if isinstance(value, list):
        return [shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return value


def attempt(action):
    """Returns the result, or the class of Python's exception."""
    try:
        return action(), None
    except Exception as error:
        return None, type(error).__name__


def one_value(name, value):
    entry = {"name": name}
    for serializer_format in FORMATS:
        payload, entry[f"{serializer_format} refused by Python"] = attempt(
            lambda: serializer(serializer_format).serialize({"type": "golden", "value": value})
        )
        if payload is not None:
            entry[serializer_format] = parts(payload)
            read, entry[f"{serializer_format} not read by Python"] = attempt(lambda: serializer(serializer_format).deserialize(payload))
            entry[f"{serializer_format} holds"] = carried(value, payload, serializer_format)
    return {key: content for key, content in entry.items() if content is not None}


def carried(value, payload, serializer_format):
    """Returns the payload's content; None if it cannot be written as JSON."""
    written = shown(value if serializer_format == "msgpack" else json.loads(payload)["value"])
    is_half = re.search(r"\\ud[89ab]..(?!\\ud[c-f])", json.dumps(written))
    return None if is_half else {"value": written}


def encrypted():
    for name, serializer_format, prefix in itertools.product(ENCRYPTED, FORMATS, [0, 12]):
        event = {"type": "golden", "value": VALUES[name]}
        with fixed():
            payload, refused = attempt(lambda: serializer(serializer_format, ["first", "second"], prefix).serialize(event))
        if refused is None:
            plain = serializer(serializer_format).serialize(event)
            yield {"name": name, "format": serializer_format, "random": prefix, "payload": payload.hex(), "plain": plain.hex()}


def layers(url):
    """Yields each kind of layer with its settings."""
    classes = {"core": RedisChannelLayer, "pubsub": RedisPubSubChannelLayer}
    for dialect, serializer_format, keys in itertools.product(classes, FORMATS, [[], ["first", "second"]]):
        layer = classes[dialect](hosts=[url], serializer_format=serializer_format, symmetric_encryption_keys=keys)
        yield {"dialect": dialect, "format": serializer_format, "keys": keys}, layer


async def core_puts(layer, client):
    """Yields (call, Redis key, payload) for all payloads that the core layer writes."""
    for name in NAMES:
        await client.flushall()
        await layer.send(name, MESSAGE)
        for key, payload in await everything(client):
            yield f"send to {name}", key, payload
    await client.flushall()
    for name in NAMES:
        await layer.group_add("room", name)
    await layer.group_send("room", MESSAGE)
    for key, payload in await everything(client):
        yield "group_send", key, payload


async def everything(client):
    keys = sorted(key for key in await client.keys() if b":group:" not in key)
    return [(key.decode(), payload) for key in keys for payload in await client.zrange(key, 0, -1)]


async def pubsub_puts(layer, client):
    """Yields the same for the pubsub layer. The key is the Redis channel."""
    async with client.pubsub(ignore_subscribe_messages=True) as subscriber:
        await subscriber.psubscribe("*")
        for call, sending in [(f"send to {NAMES[0]}", layer.send(NAMES[0], MESSAGE)), ("group_send", layer.group_send("room", MESSAGE))]:
            await sending
            heard = None
            while heard is None:
                heard = await subscriber.get_message(timeout=1)
            yield call, heard["channel"].decode(), heard["data"]


async def envelopes(url):
    client = redis.asyncio.from_url(url)
    assert await client.dbsize() == 0, "this Redis is not empty"
    puts = {"core": core_puts, "pubsub": pubsub_puts}
    entries = []
    with fixed():
        for kind, layer in layers(url):
            async for call, key, payload in puts[kind["dialect"]](layer, client):
                whole = layer.deserialize(payload)
                entries.append(
                    {
                        **kind,
                        "call": call,
                        "key": key,
                        "payload": payload.hex(),
                        "recipients": whole.pop("__asgi_channel__", None),
                        "message": whole,
                    }
                )
            if kind["dialect"] == "core":
                await layer.close_pools()
            else:
                await layer.flush()
        await client.flushall()
    await client.aclose()
    return entries


def write(name, entries):
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write("values.json", [one_value(name, value) for name, value in VALUES.items()])
    write("encrypted.json", encrypted())
    write("envelopes.json", asyncio.run(envelopes(sys.argv[1])))
