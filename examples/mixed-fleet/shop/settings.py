"""A small shop. What the two kinds of server must agree on is in the first half."""

import os
from pathlib import Path


def words(name, default=""):
    """A comma list from the environment."""
    return [word for word in os.environ.get(name, default).split(",") if word]


# The same variables as ws-server's, so that nothing can be set for one alone.
BACKENDS = {
    "redis-core": "channels_redis.core.RedisChannelLayer",
    "redis-pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
# The time-out: redis-py 8 gives up reading after 5 s, when channels_redis 4.3 has just waited so long for a message.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": BACKENDS[os.environ.get("CHANNEL_LAYER", "redis-pubsub")],
        "CONFIG": {
            "hosts": [{"address": url, "socket_timeout": None} for url in words("REDIS_URL", "redis://localhost:6379")],
            "symmetric_encryption_keys": words("CHANNEL_LAYER_KEYS"),
        },
    },
}
# Signs the tickets that let a page's user into ws-server. Not SECRET_KEY: who can check a ticket could forge a session with that.
TICKET_KEY = os.environ["TICKET_KEY"]
# Where pages find ws-server; empty where a load balancer sends its paths there.
WS_URL = os.environ.get("WS_URL", "")

# From here on, what any Django project has.
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "channels",
    "orders",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "shop.urls"
ASGI_APPLICATION = "shop.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", Path(__file__).parent.parent / "shop.sqlite3"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "orders"
LOGOUT_REDIRECT_URL = "login"
USE_TZ = True
