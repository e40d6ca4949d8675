from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self):
        user_logged_out.connect(end_sockets)


def end_sockets(user, **kwargs):
    """Closes the user's sockets at both servers, which do not check the session again while a socket is open."""
    if user is not None:
        async_to_sync(get_channel_layer().group_send)(f"user.{user.pk}", {"type": "user.signed_out"})
