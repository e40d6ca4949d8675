from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import models, transaction


class Order(models.Model):
    class State(models.TextChoices):
        PLACED = "placed"
        PACKED = "packed"
        SHIPPED = "shipped"
        DELIVERED = "delivered"

    state = models.CharField(max_length=16, choices=State, default=State.PLACED)

    @property
    def group(self):
        return f"order.{self.pk}"

    def move(self, state):
        """Saves the new state. After the commit, sends it to the order's group, which has members at both servers."""
        with transaction.atomic():
            self.state = state
            self.save(update_fields=["state"])
            transaction.on_commit(self.announce)

    def announce(self):
        event = {"type": "order.changed", "order": self.pk, "state": self.state}
        async_to_sync(get_channel_layer().group_send)(self.group, event)
