"""Settings of a small shop. The first half holds the settings that both kinds of server must share."""

import os
from pathlib import Path


def comma_list(name, default=""):
    """Reads a comma-separated list from the environment."""
    return [item for item in os.environ.get(name, default).split(",") if item]


# ws-server reads the same variables, so both sides always have the same settings.
BACKENDS = {
    "redis-core": "channels_redis.core.RedisChannelLayer",
    "redis-pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
# By default, redis-py 8 ends a read after 5 s. channels_redis 4.3 waits as long for a message, so its reads would fail.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": BACKENDS[os.environ.get("CHANNEL_LAYER", "redis-pubsub")],
        "CONFIG": {
            "hosts": [{"address": url, "socket_timeout": None} for url in comma_list("REDIS_URL", "redis://localhost:6379")],
            "symmetric_encryption_keys": comma_list("CHANNEL_LAYER_KEYS"),
        },
    },
}
# Signs the tickets for ws-server. ws-server must not have SECRET_KEY, because with it a program can forge sessions.
TICKET_KEY = os.environ["TICKET_KEY"]
# The address of ws-server for pages. Empty if a load balancer routes its paths.
WS_URL = os.environ.get("WS_URL", "")

# The settings of any Django project.
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
