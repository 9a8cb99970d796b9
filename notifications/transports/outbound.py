"""The one way out to addresses that people typed, and to none inside the house (server-side request forgery).

An address is judged where it is used: a name is resolved once, every address it stands for must be public, and the
connection is made to that very address. A name that answers differently a moment later changes nothing. Redirects are
an answer like any other and are not followed; proxies, cookies and passwords of the environment are not known here,
which is why this is the standard library's client and no convenient one.
"""

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS = 10.0  # for name, connection, request and answer together
LARGEST = 1024 * 1024  # of what is read at all, headers included
KEPT = 1024  # bytes of the answer's body
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1024  # below it only web servers are called: a mail server would take a request for its own words
INSIDE = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa", ".corp", ".private")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
COMPATIBLE = ipaddress.ip_network("::/96")
CLOUD = ipaddress.ip_address("168.63.129.16")  # public by its number, a cloud's own by its use

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """The address may not be called, and why."""


class NoAnswer(Exception):
    """Nothing that could be understood was answered in time."""


@dataclass(frozen=True)
class Answer:
    """`text` is the first kilobyte of the body, names of headers are in lower case."""

    status: int
    text: str
    milliseconds: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def why_not(url: str) -> str:
    """Why an address cannot be called, as far as it shows without asking anybody; empty if nothing speaks against it.

    Whether a name stands for a public address is not asked here: it may be another one when it is called.
    """
    try:
        target(url)
    except Refused as refusal:
        return str(refusal)
    return ""


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float | None = None) -> Answer:
    """Send a body and answer what came back. Raises `Refused` before anything was connected, else `NoAnswer`."""
    started = time.monotonic()
    seconds = timeout or SECONDS
    end = started + seconds
    place = target(url)
    found = addresses(place, end)
    try:
        with _connected(place, found, end) as line:
            client = http.client.HTTPConnection(place.host, place.port)
            client.sock = _Line(line, end)
            client.request("POST", place.path, body, {"Host": place.named, "User-Agent": "Workfloor", **headers})
            answer = client.getresponse()
            text = answer.read(KEPT).decode("utf-8", "replace").replace("\x00", "")
    except TimeoutError as error:
        raise NoAnswer(f"No answer within {seconds:g} s.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}"[:300]) from error
    took = int((time.monotonic() - started) * 1000)
    return Answer(answer.status, text, took, {name.lower(): value for name, value in answer.getheaders()})


def target(url: str) -> Target:
    """Take an address apart, or raise `Refused`."""
    parts = _split(url)
    host = _plain(parts.hostname or "")
    port = _port(parts)
    literal = _literal(host)
    is_allowed = _is_allowed(host, literal)
    if parts.scheme == "http" and not (settings.OUTBOUND_HTTP or is_allowed):
        raise Refused("Only https:// addresses are called.")
    if not is_allowed:
        if literal is not None and not is_public(literal):
            raise Refused("This address is not a public one.")
        if literal is None and _is_ours(host):
            raise Refused("This host is inside the house.")
        if port < FIRST_FREE_PORT and port not in PORTS.values():
            raise Refused("No web server listens on this port.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Refused("Write the address in plain letters; others as %C3%A4.")
    return Target(parts.scheme, host, port, path)


def _split(url: str) -> SplitResult:
    if any(character.isspace() or character in "\\\x7f" or ord(character) < 32 for character in url):
        raise Refused("An address has no spaces, backslashes or control characters.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused("This is no address.") from error
    if parts.scheme not in PORTS or not parts.netloc:
        raise Refused("Write an address that begins with https://.")
    if "@" in parts.netloc:
        raise Refused("A name and password do not belong into an address.")
    return parts


def _plain(host: str) -> str:
    """A host as it would be looked up: other scripts as the letters they stand for, no dot at the end."""
    try:
        plain = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError as error:
        raise Refused("This is no host.") from error
    plain = plain.lower().removesuffix(".")
    if not plain or "%" in plain or len(plain) > 253 or ".." in plain:
        raise Refused("This is no host.")
    return plain


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise Refused("This is no port.") from error
    if port == 0:
        raise Refused("This is no port.")
    return port or PORTS[parts.scheme]


def _literal(host: str) -> Address | None:
    """The address a host is, in any way of writing it that a resolver would take: 127.1, 0x7f000001, 2130706433."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _is_ours(host: str) -> bool:
    """Names without a dot, names of networks inside, and this site's own: a call of ourselves would call again."""
    own = {*settings.BASE_DOMAINS, urlsplit(settings.SITE_URL).hostname or ""}
    is_own = any(host == name or host.endswith(f".{name}") for name in own if name)
    return is_own or "." not in host or host.endswith(INSIDE)


def _is_allowed(host: str, address: Address | None) -> bool:
    """What the deployment lets through by name or network (OUTBOUND_ALLOW)."""
    for entry in settings.OUTBOUND_ALLOW:
        if entry.lower() == host:
            return True
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            continue
        if address is not None and address.version == network.version and address in network:
            return True
    return False


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also by the IPv4 address that hides inside it."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = _hidden_in(address)
        if address in LOCAL_NAT64 or address.is_site_local or any(not is_public(inner) for inner in hidden):
            return False
        if hidden and (address in NAT64 or address.ipv4_mapped):
            return True
    odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not odd and not address.is_private and address != CLOUD


def _hidden_in(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """IPv4 addresses that packets to it may end at: mapped, compatible, 6to4, Teredo, NAT64."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64 or address in COMPATIBLE:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]


def addresses(place: Target, end: float) -> list[tuple[Any, ...]]:
    """Where a host is, each address judged. One that is not public spoils all: nobody needs such a name for good."""
    found = _resolved(place.host, place.port, end)
    for *_, where in found:
        address = ipaddress.ip_address(str(where[0]).split("%")[0])
        if not (is_public(address) or _is_allowed(place.host, address)):
            raise Refused(f"{place.host} is not at a public address.")
    return found


def _resolved(host: str, port: int, end: float) -> list[tuple[Any, ...]]:
    """Ask the resolver, which knows no time-out of its own, from a thread that may be left behind."""
    if address := _literal(host):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        return [(family, socket.SOCK_STREAM, 0, "", (str(address), port))]
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=_left(end))
    except (queue.Empty, TimeoutError) as error:
        raise NoAnswer(f"{host} could not be looked up in time.") from error
    if isinstance(answer, Exception) or not answer:
        raise NoAnswer(f"There is no host {host}.")
    return answer


def _connected(place: Target, found: list[tuple[Any, ...]], end: float) -> socket.socket:
    """A connection to the first of the judged addresses that takes one; encrypted where the address says so."""
    last: OSError = ConnectionError("nowhere to connect to")
    for family, kind, protocol, _, where in found[:3]:
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(_left(end))
            line.connect(where)
            if place.scheme == "https":
                line = ssl.create_default_context().wrap_socket(line, server_hostname=place.host)
        except OSError as error:
            line.close()
            last = error
            continue
        return line
    raise last


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("The time is up.")
    return left


class _Line:
    """What the client takes for its socket. Closing it is nothing: whoever made the connection closes it."""

    def __init__(self, line: socket.socket, end: float) -> None:
        self.line, self.end = line, end

    def sendall(self, data: Any) -> None:
        self.line.settimeout(_left(self.end))
        self.line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Hurried(self.line, self.end))

    def close(self) -> None:
        pass


class _Hurried(io.RawIOBase):
    """Reading that knows when its time is up and how much is too much, however slowly the other side drips."""

    def __init__(self, line: socket.socket, end: float) -> None:
        self.line, self.end, self.came = line, end, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.settimeout(_left(self.end))
        count = self.line.recv_into(buffer)
        self.came += count
        if self.came > LARGEST:
            raise OSError("The answer is too large.")
        return count
