from django.conf import settings
from django.core import signing


def ticket(user, order):
    """Lets `user` open a socket to `order` at ws-server, within the next 30 s."""
    claims = {"user": user.pk, "name": user.get_username(), "order": order.pk}
    return signing.dumps(claims, key=settings.TICKET_KEY, salt="orders.ticket")
