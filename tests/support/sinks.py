"""The outside world on loopback: a mail server and a web server that keep what arrives and answer as the test tells
them to."""

import email
import email.policy
import http.server
import json
import socketserver
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Arrival:
    """One request as it came in; names of headers are in small letters."""

    path: str
    headers: dict
    body: bytes

    @property
    def said(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What a web sink answers: `Reply(429, {"Retry-After": "60"})`."""

    status: int = 204
    headers: tuple = ()
    body: bytes = b""


HANGS = "hang"  # takes the request and says nothing until the sink closes
GARBAGE = "garbage"
WEB_FAULTS = {HANGS, GARBAGE, BREAKS_OFF}


class WebSink(AbstractContextManager):
    """`script(500, Reply(429, …), "hang")` is answered request by request, each must happen; without a script every
    request is answered 204."""

    def __init__(self):
        self.arrived = []
        self.closing = threading.Event()
        self._script, self._scripted = [], False
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Request)
        self._server.daemon_threads, self._server.sink = True, self

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def script(self, *answers):
        unknown = {answer for answer in answers if isinstance(answer, str)} - WEB_FAULTS
        assert not unknown, f"no such answer: {unknown}"
        self._script, self._scripted = list(answers), True

    def take(self, arrival):
        """Keep a request and answer what to say; one that nobody expected is told so."""
        self.arrived.append(arrival)
        if not self._scripted:
            return Reply()
        answer = self._script.pop(0) if self._script else Reply(599)
        return Reply(answer) if isinstance(answer, int) else answer

    @property
    def left(self):
        return list(self._script)


class _Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.sink.take(Arrival(self.path, headers, body))
        self.close_connection = True
        if answer == HANGS:
            self.server.sink.closing.wait(10)
        elif answer == GARBAGE:
            self.wfile.write(b"\x00\xff no HTTP at all\r\n\r\n")
        elif answer != BREAKS_OFF:
            self._say(answer)

    def _say(self, answer):
        self.send_response(answer.status)
        for name, value in dict(answer.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *words):
        """A test's output is its own."""


class Sinks(AbstractContextManager):
    """What `mock_external_services` gives a test: `.mail` and `.web`."""

    def __init__(self):
        self.mail = MailSink()
        self.web = WebSink()

    def __enter__(self):
        self.mail.__enter__()
        self.web.__enter__()
        return self

    def __exit__(self, *error):
        self.web.__exit__(*error)
        self.mail.__exit__(*error)

    def assert_expectations_met(self):
        assert self.mail.left == [], f"The script expected more mail: {self.mail.left}"
        assert self.web.left == [], f"The script expected more requests: {self.web.left}"
