import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
pages = get_asgi_application()

# These imports need Django's settings.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ChannelNameRouter, ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import path  # noqa: E402

from orders.consumers import OrderConsumer, ShippingConsumer  # noqa: E402

sockets = URLRouter([path("ws/orders/<int:order>/", OrderConsumer.as_asgi())])
application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(sockets)),
        "channel": ChannelNameRouter({"shipping": ShippingConsumer.as_asgi()}),
    }
)
