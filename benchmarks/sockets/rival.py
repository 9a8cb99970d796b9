"""The same fan-out as channel-layer groups do it, with channels-redis: the least consumer that can be written."""

import os

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

LAYERS = {
    "groups": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
GROUP = "house"


def layers(name, redis_url):
    return {"default": {"BACKEND": LAYERS[name], "CONFIG": {"hosts": [f"{redis_url}/3"]}}}


class Follower(AsyncWebsocketConsumer):
    groups = [GROUP]

    async def connect(self):
        """Says that it listens now, as ours does."""
        await self.accept()
        await self.send(text_data='{"type":"hello"}')

    async def frame(self, event):
        await self.send(text_data=event["text"])


if "RIVAL" in os.environ and not settings.configured:
    settings.configure(CHANNEL_LAYERS=layers(os.environ["RIVAL"], os.environ["REDIS_URL"]))
application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/", Follower.as_asgi())])})
