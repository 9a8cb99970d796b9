"""Live updates: one subscription a process, fanned out to the sockets in it.

A frame is a hint ("task so-and-so changed"), never content: the page reads again what it shows. So a frame may be
lost, doubled or late: a socket that cannot keep up gets one `resync` for all that it missed, one that was away asks
for what came after the last position it saw, and what Redis lost is found in the ledger a few seconds later.

Without Redis the sockets are in this process. With Redis a frame goes through one channel to every process, each of
which listens once and writes the same encoded text to each socket; benchmarks/sockets.py measures it beside
channel-layer groups.
"""

from notifications.hub.frames import (
    SERVER,
    Changed,
    Error,
    Frame,
    Hello,
    Loaded,
    Ping,
    Pong,
    Resume,
    Resumed,
    Resync,
    Told,
    Unread,
    schema,
    understood,
)
from notifications.hub.publishing import publish
from notifications.hub.rooms import hub
from notifications.hub.seats import Encoded, encoded

__all__ = [
    "SERVER",
    "Changed",
    "Encoded",
    "Error",
    "Frame",
    "Hello",
    "Loaded",
    "Ping",
    "Pong",
    "Resume",
    "Resumed",
    "Resync",
    "Told",
    "Unread",
    "encoded",
    "hub",
    "publish",
    "schema",
    "understood",
]
