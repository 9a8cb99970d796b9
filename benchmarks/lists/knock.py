"""Knocks at one address as often as it can for a while, in a process of its own: the asking is not what is measured."""

import itertools
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

CLIENTS = 2


@dataclass(frozen=True)
class Knock:
    """One request, and the status it is to be answered with."""

    port: int
    request: bytes
    status: int = 200


def request(method: str, path: str, *, port: int, token: str = "", body: bytes = b"", status: int = 200) -> Knock:
    lines = [f"{method} {path} HTTP/1.0", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return Knock(port, "\r\n".join([*lines, "", ""]).encode() + body, status)


def answer(knock: Knock) -> bytes:
    """The body of one answer; raises `RuntimeError` for another status than the expected one."""
    with socket.create_connection(("127.0.0.1", knock.port), timeout=20) as line:
        line.sendall(knock.request)
        said = b"".join(iter(lambda: line.recv(262_144), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1] != str(knock.status).encode():
        raise RuntimeError(f"{knock.request[:200]!r} was answered {said[:500]!r}")
    return body


def repeated(knock: Knock, *, seconds: float, most: int) -> tuple[int, float]:
    """(answers, seconds) of some clients in turns, until the time is up or there were `most`."""
    deadline, left = time.monotonic() + seconds, itertools.count()
    start = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = sum(clients.map(lambda _: _one_after_the_other(knock, deadline, left.__next__, most), range(CLIENTS)))
    return done, time.monotonic() - start


def _one_after_the_other(knock: Knock, deadline: float, taken: Callable[[], int], most: int) -> int:
    done = 0
    while time.monotonic() < deadline and taken() < most:
        answer(knock)
        done += 1
    return done
