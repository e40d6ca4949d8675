"""A Django project in one file: whoever connects hears what is announced to the group `lobby`."""

import os

import django
from django.conf import settings

LAYERS = {"redis-core": "core.RedisChannelLayer", "redis-pubsub": "pubsub.RedisPubSubChannelLayer"}
settings.configure(
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis." + LAYERS[os.environ["CHANNEL_LAYER"]],
            # redis-py 8 would give up reading when channels_redis has just waited for as long.
            "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402


class Lobby(AsyncJsonWebsocketConsumer):
    groups = ["lobby"]

    async def lobby_room(self, event):
        await self.send_json(event)


application = ProtocolTypeRouter({"websocket": Lobby.as_asgi()})
