from django.conf import settings
from django.core import signing


def ticket(user, order):
    """Signs a ticket. With it, `user` may open a socket for `order` at ws-server within 30 s."""
    claims = {"user": user.pk, "name": user.get_username(), "order": order.pk}
    return signing.dumps(claims, key=settings.TICKET_KEY, salt="orders.ticket")
