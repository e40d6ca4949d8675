from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from orders.models import Order


class Command(BaseCommand):
    help = "Creates the user ada (password: ada) and three orders, if they are missing."

    def handle(self, **options):
        users = get_user_model().objects
        if not users.filter(username="ada").exists():
            users.create_user("ada", password="ada")
        for pk in range(1, 4):
            Order.objects.get_or_create(pk=pk)
