"""A line to a server that can be cut in the middle of an answer, grow slow, or swallow what is said."""

import socket
import socketserver
import threading
from contextlib import AbstractContextManager, suppress

from tests.support import wait

WHOLE, CUT, SLOW, LATE, SWALLOWED = "whole", "cut", "slow", "late", "swallowed"
HELD_BACK = {SLOW: 0.11, LATE: 1.0}  # seconds: within the time-outs of the product, and beyond them
LARGEST = 65_536


class Proxy(AbstractContextManager):
    """Stands in front of 127.0.0.1:`port`. `line` is how it is with every connection, also those that are open:
    `CUT` ends each after half an answer, `SLOW` and `LATE` hold each answer back, `SWALLOWED` passes none on."""

    def __init__(self, port):
        self.to, self.line, self.answers = ("127.0.0.1", port), WHOLE, 0
        self._server = _Server(("127.0.0.1", 0), _Between)
        self._server.proxy = self

    @property
    def url(self):
        return f"redis://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Between(socketserver.BaseRequestHandler):
    def handle(self):
        with suppress(OSError), socket.create_connection(self.server.proxy.to, timeout=5) as there:
            there.settimeout(None)
            threading.Thread(target=self._ask, args=(there,), daemon=True).start()
            self._answer(there)

    def _ask(self, there):
        with suppress(OSError):
            while said := self.request.recv(LARGEST):
                there.sendall(said)
        with suppress(OSError):
            there.shutdown(socket.SHUT_RDWR)

    def _answer(self, there):
        proxy = self.server.proxy
        while said := there.recv(LARGEST):
            if proxy.line == SWALLOWED:
                continue
            if proxy.line == CUT:
                self.request.sendall(said[: len(said) // 2])
                return
            wait.pause(HELD_BACK.get(proxy.line, 0))
            self.request.sendall(said)
            proxy.answers += 1
