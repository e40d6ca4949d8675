from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self):
        user_logged_out.connect(end_sockets)


def end_sockets(user, **kwargs):
    """Who signs out leaves both servers: neither asks again who they are while a socket is open."""
    if user is not None:
        async_to_sync(get_channel_layer().group_send)(f"user.{user.pk}", {"type": "user.signed_out"})
