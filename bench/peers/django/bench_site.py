"""The tutorial's chat, a page and a JSON endpoint: settings, consumer, views and both applications in one module."""

import json
import os
import pathlib

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

FOLDER = pathlib.Path(__file__).parent
LAYERS = {
    "redis-core": "channels_redis.core.RedisChannelLayer",
    "redis-pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
# redis-py closes an idle consumer's connection after five seconds.
HOST = {"address": os.environ.get("REDIS_URL", "redis://localhost:6379"), "socket_timeout": None}

settings.configure(
    DEBUG=False,
    SECRET_KEY="a key of the benchmark, which guards nothing",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="urls",
    INSTALLED_APPS=["channels"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DATABASE"], "CONN_MAX_AGE": None}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [FOLDER]}],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": LAYERS[os.environ.get("CHANNEL_LAYER", "redis-core")],
            "CONFIG": {"hosts": [HOST]},
        }
    },
    LOGGING_CONFIG=None,
)
django.setup()


class Chat(AsyncWebsocketConsumer):
    async def connect(self):
        self.group = "chat_" + self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data):
        message = json.loads(text_data)["message"]
        await self.channel_layer.group_send(self.group, {"type": "chat.message", "message": message})

    async def chat_message(self, event):
        await self.send(text_data=json.dumps({"message": event["message"]}))


def asgi():
    from django.core.asgi import get_asgi_application
    from django.urls import path

    sockets = URLRouter([path("ws/chat/<str:room>/", Chat.as_asgi())])
    return ProtocolTypeRouter({"http": get_asgi_application(), "websocket": sockets})


def wsgi():
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
