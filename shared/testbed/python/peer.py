"""A process with a channel layer of channels_redis that executes a test's calls.

It reads and writes lines of JSON. The first line selects the layer:
    {"dialect": "core" | "pubsub", "settings": {…}}
The next lines are requests. Many may be pending; each is answered when it is done:
    {"id": 1, "do": "send", "with": ["name", {"type": "x"}]}     {"id": 1, "value": null} or {"id": 1, "error": "ChannelFull: "}
    {"give_up": 1}                                               no answer; request 1 gets no answer either
"""

import asyncio
import json
import sys

from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

from values import from_json, to_json

# A line must hold a message of some megabytes.
LONGEST_LINE = 64 * 1024 * 1024

LAYERS = {"core": RedisChannelLayer, "pubsub": RedisPubSubChannelLayer}


class Peer:
    """The layer and its pending receives."""

    def __init__(self, dialect, settings):
        if "channel_capacity" in settings:
            settings["channel_capacity"] = dict(settings["channel_capacity"])
        self.layer = LAYERS[dialect](**settings)
        self.dialect = dialect
        self.left_over = {}

    async def ready(self):
        """Answers when the process reads requests."""

    async def new_channel(self):
        return await self.layer.new_channel()

    async def group_add(self, group, channel):
        await self.layer.group_add(group, channel)

    async def group_discard(self, group, channel):
        await self.layer.group_discard(group, channel)

    async def send(self, channel, message):
        await self.layer.send(channel, from_json(message))

    async def group_send(self, group, message):
        await self.layer.group_send(group, from_json(message))

    async def flush(self):
        await self.layer.flush()

    async def receive(self, channel, within=None):
        """Returns the next message in a list; an empty list if none arrives within the given seconds."""
        receiving = self._left_over(channel) or asyncio.ensure_future(self.layer.receive(channel))
        try:
            await asyncio.wait([receiving], timeout=within)
        except asyncio.CancelledError:
            self._leave(channel, receiving)
            raise
        if not receiving.done():
            self._leave(channel, receiving)
            return []
        return [to_json(receiving.result())]

    def _leave(self, channel, receiving):
        """
        Keeps a cancelled receive for the next call, if no other process reads the channel. If it were cancelled, the pubsub layer
        would drop the channel, and the core layer's Redis could give the next message to the connection that is being closed.
        """
        if receiving.done() or self.dialect == "pubsub" or "!" in channel:
            self.left_over.setdefault(channel, []).append(receiving)
        else:
            receiving.cancel()

    def _left_over(self, channel):
        waiting = self.left_over.get(channel)
        return waiting.pop(0) if waiting else None


async def answer(peer, request):
    """Answers one request with one line. Returns an exception as an error."""
    number = request["id"]
    try:
        value = await getattr(peer, request["do"])(*request["with"])
        line = json.dumps({"id": number, "value": value}, ensure_ascii=False, allow_nan=False).encode()
    except Exception as error:
        line = json.dumps({"id": number, "error": f"{type(error).__name__}: {error}"}).encode()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


async def main():
    requests = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    peer = Peer(**json.loads(await requests.readline()))
    under_way = {}
    while line := await requests.readline():
        request = json.loads(line)
        if "give_up" in request:
            if task := under_way.get(request["give_up"]):
                task.cancel()
            continue
        task = asyncio.ensure_future(answer(peer, request))
        under_way[request["id"]] = task
        task.add_done_callback(lambda _, number=request["id"]: under_way.pop(number))


if __name__ == "__main__":
    asyncio.run(main())
