"""One uvicorn process each, with the options of docker-compose.yml, and how a broadcast is published to it."""

import asyncio
import os
import sys

import requests
from channels_redis import core, pubsub

from benchmarks.sockets import rival
from notifications.hub import Changed, publish
from tenants.ids import uuid7
from tests.support import wait
from tests.support.editions import command_of
from tests.support.provision import Leashed, free_port

START_SECONDS = 40


class Ours:
    """`/ws/` as it is deployed: the door, the database and the look at all sockets every four seconds included."""

    name = "workfloor"

    def __init__(self, home, urls, redis_url, house, secrets):
        self._house, self.port = house, free_port()
        self.authorizations = [f"Token {secret}" for secret in secrets]
        self.log = home / "ours.log"
        self._process = started(
            "config.asgi:application",
            self.port,
            self.log,
            DATABASE_URL=urls.app,
            REDIS_URL=redis_url,
            WORKFLOOR_HOME=str(home),
            BEHIND_PROXY="0",
            HTTPS="0",
        )
        wait.until(lambda: answers(self.port), within=START_SECONDS, why=self.log.read_text)

    def broadcast(self, frame):
        publish(self._house.pk, frame)

    def stop(self):
        self._process.let_go()


class Groups:
    """What Channels offers for it, by one of its layers."""

    def __init__(self, home, layer, redis_url, count):
        self.name, self.port = f"channels-redis {layer}", free_port()
        self.authorizations = [""] * count
        self.log = home / f"{layer}.log"
        self._process = started(
            "benchmarks.sockets.rival:application", self.port, self.log, RIVAL=layer, REDIS_URL=redis_url
        )
        wait.until(lambda: is_listening(self.port), within=START_SECONDS, why=self.log.read_text)
        self._loop = asyncio.new_event_loop()
        kind = {"groups": core.RedisChannelLayer, "pubsub": pubsub.RedisPubSubChannelLayer}[layer]
        self._layer = kind(hosts=[f"{redis_url}/3"])

    def broadcast(self, frame):
        said = self._layer.group_send(rival.GROUP, {"type": "frame", "text": frame.text()})
        self._loop.run_until_complete(said)

    def stop(self):
        self._process.let_go()
        self._loop.close()


def frame(number):
    """The same for both: what changed, by its number."""
    return Changed(subject="task", id=uuid7(), version=1, position=number)


def started(application, port, log, **given):
    _, _, *options = command_of("ws")
    placed = [{"0.0.0.0": "127.0.0.1", "8001": str(port)}.get(word, word) for word in options]
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | given
    command = [sys.executable, "-m", "uvicorn", application, *placed]
    return Leashed(command, log=log, env=env)


def answers(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def is_listening(port):
    try:
        requests.get(f"http://127.0.0.1:{port}/", timeout=5)
    except requests.ConnectionError as error:
        return "refused" not in str(error)
    except requests.Timeout:
        return False
    return True
