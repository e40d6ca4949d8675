"""Tagged forms of values that JSON cannot hold, between a test and the peer.

    bytes              {"$bytes": base64}
    NaN, infinities    {"$float": "NaN" | "Infinity" | "-Infinity"}
    int past 64 bits   {"$int": digits}
    msgpack.ExtType    {"$ext": [code, base64]}, a msgpack.Timestamp as [-1, …]
    dict               {"$map": [[key, value], …]} if a key is no str, or the dict looks like one of these forms

A tuple arrives as a list. A test may also use $map to set the order of the keys.
"""

import base64
import math

import msgpack

FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def to_json(value):
    """Converts a value of the layer for the test."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else {"$int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": _float_name(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, msgpack.Timestamp):
        return {"$ext": [-1, base64.b64encode(value.to_bytes()).decode()]}
    # ExtType is a named tuple, so it must be checked before tuples.
    if isinstance(value, msgpack.ExtType):
        return {"$ext": [value.code, base64.b64encode(value.data).decode()]}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return _map_to_json(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON: add one to values.py")


def _float_name(value):
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _map_to_json(value):
    if is_tag(value) or not all(isinstance(key, str) for key in value):
        return {"$map": [[to_json(key), to_json(item)] for key, item in value.items()]}
    return {key: to_json(item) for key, item in value.items()}


def from_json(value):
    """Converts a value of the test for the layer."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_tag(value):
        return {key: from_json(item) for key, item in value.items()}
    ((tag, content),) = value.items()
    if tag not in TAGS:
        raise ValueError(f"{tag} is none of {', '.join(TAGS)}; write a dict that has this key as $map")
    return TAGS[tag](content)


def is_tag(value):
    return len(value) == 1 and all(isinstance(key, str) and key.startswith("$") for key in value)


def _extension(content):
    code, data = content[0], base64.b64decode(content[1])
    return msgpack.Timestamp.from_bytes(data) if code == -1 else msgpack.ExtType(code, data)


TAGS = {
    "$bytes": base64.b64decode,
    "$float": FLOATS.__getitem__,
    "$int": int,
    "$ext": _extension,
    "$map": lambda pairs: {from_json(key): from_json(item) for key, item in pairs},
}
