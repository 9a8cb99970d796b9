"""The outside world on loopback: a mail server that keeps what arrives and answers as the test tells it to."""

import email
import email.policy
import socketserver
import threading
from contextlib import AbstractContextManager

ANSWERS = {
    "accept": "250 kept",
    "busy": "451 try again later",
    "refuse": "550 no such person",
    "garbage": "\x00\xff not SMTP at all",
}
BREAKS_OFF = "break_off"  # takes the message, then hangs up before saying so: where duplicates are born


class MailSink(AbstractContextManager):
    """`script("busy", "accept")` is answered mail by mail, each must happen; without a script every mail is
    accepted."""

    def __init__(self):
        self.arrived = []
        self._script, self._scripted = [], False
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation)
        self._server.daemon_threads, self._server.sink = True, self

    @property
    def address(self):
        return self._server.server_address

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def script(self, *answers):
        unknown = set(answers) - ANSWERS.keys() - {BREAKS_OFF}
        assert not unknown, f"no such answer: {unknown}"
        self._script, self._scripted = list(answers), True

    def take(self, message):
        """Keep a message and answer what to say to its sender; a mail nobody expected is an error of the test."""
        self.arrived.append(message)
        if not self._scripted:
            return "accept"
        return self._script.pop(0) if self._script else "refuse"

    @property
    def left(self):
        return list(self._script)


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as a client that sends one mail at a time needs."""

    def handle(self):
        self._say("220 sink ready")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                answer = self.server.sink.take(self._message())
                if answer == BREAKS_OFF:
                    return
                self._say(ANSWERS[answer])
            else:
                self._say("221 bye" if word == b"QUIT" else "250 sink")
            if word == b"QUIT":
                return

    def _message(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def _say(self, words):
        self.wfile.write(f"{words}\r\n".encode("latin-1"))


class Sinks(AbstractContextManager):
    """What `mock_external_services` gives a test: `.mail` so far."""

    def __init__(self):
        self.mail = MailSink()

    def __enter__(self):
        self.mail.__enter__()
        return self

    def __exit__(self, *error):
        self.mail.__exit__(*error)

    def assert_expectations_met(self):
        assert self.mail.left == [], f"The script expected more mail: {self.mail.left}"
