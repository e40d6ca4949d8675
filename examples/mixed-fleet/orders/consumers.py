from channels.consumer import AsyncConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer


class OrderConsumer(AsyncJsonWebsocketConsumer):
    """Sends the events of one order to a page, under Daphne. `shared/sockets/examples/orders` serves the same path in Rust."""

    async def connect(self):
        user = self.scope["user"]
        if not user.is_authenticated:
            return await self.close(code=4401)
        self.who = user.get_username()
        self.order = self.scope["url_route"]["kwargs"]["order"]
        self.joined = [f"order.{self.order}", f"user.{user.pk}"]
        for group in self.joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        for group in getattr(self, "joined", []):
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive_json(self, content):
        if content["type"] == "note":
            event = {"type": "order.note", "order": self.order, "who": self.who, "text": content["text"]}
            await self.channel_layer.group_send(f"order.{self.order}", event)
        elif content["type"] == "quote":
            job = {"type": "shipping.quote", "order": self.order, "reply_channel": self.channel_name}
            await self.channel_layer.send("shipping", job)

    async def order_changed(self, event):
        await self.send_json(event)

    async def order_note(self, event):
        await self.send_json(event)

    async def order_quote(self, event):
        await self.send_json(event)

    async def user_signed_out(self, event):
        await self.close(code=4401)


class ShippingConsumer(AsyncConsumer):
    """Does slow work in `manage.py runworker shipping`, and answers the socket that asked."""

    async def shipping_quote(self, event):
        days = 1 + event["order"] % 4
        answer = {"type": "order.quote", "order": event["order"], "days": days}
        await self.channel_layer.send(event["reply_channel"], answer)
