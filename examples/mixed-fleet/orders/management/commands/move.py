from django.core.management.base import BaseCommand

from orders.models import Order


class Command(BaseCommand):
    help = "Changes the state of an order from a process without sockets, as a cron job or a task queue does."

    def add_arguments(self, parser):
        parser.add_argument("order", type=int)
        parser.add_argument("state", choices=Order.State.values)

    def handle(self, **options):
        Order.objects.get(pk=options["order"]).move(options["state"])
