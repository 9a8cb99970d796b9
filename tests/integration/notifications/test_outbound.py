"""Addresses that people typed lead out of the house and never into it: judged on what is really connected to."""

import ipaddress
import socket
import time

import pytest

from notifications.transports import outbound
from tests.support.sinks import BREAKS_OFF, GARBAGE, HANGS, Reply

PUBLIC = "93.184.216.34"
INSIDE = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8000/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://0.0.0.0/",
    "http://0/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://north.localhost/",
    "http://localhost.localdomain/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://192.168.1.1:443/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.1.1/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://redis/",
    "http://redis:6379/",
    "http://metadata.google.internal/",
    "http://printer.local/",
    "http://router.lan/",
    "http://nas.home.arpa/",
    "http://intranet.corp/",
    f"http://{PUBLIC}:22/",
    f"http://{PUBLIC}:25/",
]
NO_ADDRESS = [
    "",
    "hooks.example.com",
    "//hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "javascript:alert(1)",
    "json://169.254.169.254/",
    "https://",
    "https:///path",
    "https://user@hooks.example.com/",
    "https://user:word@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:x/",
    "https://[::1/",
    "https://[nonsense]/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/\r\nHost: inside",
    "https://hooks.example.com/ path",
    "https://hooks.example.com/\x00",
    "https://hooks..example.com/",
    "https://" + "a" * 300 + ".example.com/",
    "https://hooks.example.com/ä",
]


@pytest.fixture
def lines(monkeypatch):
    """Every address a socket was told to connect to."""
    seen = []
    monkeypatch.setattr(socket.socket, "connect", lambda line, place: seen.append(place) or _refuse())
    return seen


def _refuse():
    raise ConnectionRefusedError("nobody is called in this test")


@pytest.fixture
def resolver(monkeypatch):
    """`resolver(["93.184.216.34"], ["127.0.0.1"])`: what a name stands for, the first time and after it; answers how
    often it was asked."""
    asked = []

    def resolver(*answers):
        def ask(host, port, **options):
            asked.append(host)
            now = answers[min(len(asked), len(answers)) - 1]
            families = {4: socket.AF_INET, 6: socket.AF_INET6}
            return [(families[ipaddress.ip_address(ip).version], socket.SOCK_STREAM, 6, "", (ip, port)) for ip in now]

        monkeypatch.setattr(socket, "getaddrinfo", ask)
        return asked

    return resolver


class TestInside:
    """Nothing inside the house is connected to, however it is written."""

    def test_there_are_enough_ways_of_writing_it(self):
        assert len(set(INSIDE + NO_ADDRESS)) >= 90

    @pytest.mark.parametrize("url", INSIDE)
    def test_address_inside_is_never_connected_to(self, lines, url):
        with pytest.raises(outbound.Refused):
            outbound.post(url, b"", {})

        assert lines == []
        assert outbound.why_not(url)

    @pytest.mark.parametrize("url", [url.replace("http://", "https://") for url in INSIDE[:20]])
    def test_neither_is_it_with_encryption(self, lines, url):
        with pytest.raises(outbound.Refused):
            outbound.post(url, b"", {})

        assert lines == []

    @pytest.mark.parametrize("url", NO_ADDRESS)
    def test_what_is_no_address_is_refused(self, lines, url):
        with pytest.raises(outbound.Refused):
            outbound.post(url, b"", {})

        assert lines == []

    @pytest.mark.parametrize("host", ["floor.example", "north.floor.example"])
    def test_own_hosts_are_not_called(self, settings, host):
        """A call of ourselves would be an event that calls again."""
        settings.BASE_DOMAINS = ["floor.example"]

        assert outbound.why_not(f"https://{host}/") == "This host is inside the house."

    def test_plain_http_only_where_it_is_allowed(self, settings):
        settings.OUTBOUND_HTTP = False

        assert outbound.why_not("http://hooks.example.com/") == "Only https:// addresses are called."
        assert outbound.why_not("https://hooks.example.com/") == ""


@pytest.mark.enable_socket  # sockets are made, and what they are told to connect to is only written down
class TestNames:
    """A name is what it stands for at the moment of the call."""

    @pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"])
    def test_name_of_something_inside_is_not_connected_to(self, lines, resolver, ip):
        resolver([ip])

        with pytest.raises(outbound.Refused):
            outbound.post("https://hooks.example.com/", b"", {})

        assert lines == []

    def test_one_address_inside_spoils_the_name(self, lines, resolver):
        """Whoever mixes them hopes for a second try at the wrong one."""
        resolver([PUBLIC, "10.0.0.1"])

        with pytest.raises(outbound.Refused):
            outbound.post("https://hooks.example.com/", b"", {})

        assert lines == []

    def test_rebinding_cannot_win(self, lines, resolver):
        """Asked once, and connected to the very address that was judged, whatever the name says next."""
        asked = resolver([PUBLIC], ["127.0.0.1"])

        with pytest.raises(outbound.NoAnswer):
            outbound.post("https://hooks.example.com/", b"", {})

        assert (lines, asked) == ([(PUBLIC, 443)], ["hooks.example.com"])

    def test_public_address_is_connected_to(self, lines, resolver):
        """The control: what is refused above is refused for its address."""
        resolver(["2606:2800:220:1:248:1893:25c8:1946"])

        with pytest.raises(outbound.NoAnswer):
            outbound.post("https://hooks.example.com/", b"", {})

        assert lines == [("2606:2800:220:1:248:1893:25c8:1946", 443)]

    def test_name_nobody_knows_is_no_answer(self, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(socket.gaierror("unknown")))

        with pytest.raises(outbound.NoAnswer, match=r"no host hooks\.example\.com"):
            outbound.post("https://hooks.example.com/", b"", {})

    def test_resolver_that_hangs_is_not_waited_for(self, monkeypatch):
        """The system's resolver knows no time-out; a worker must not wait for somebody's broken name server."""
        gate = outbound.threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: gate.wait(5) and [])

        with pytest.raises(outbound.NoAnswer, match="in time"):
            outbound.post("https://hooks.example.com/", b"", {}, timeout=0.05)
        gate.set()


class TestAnswers:
    """What comes back is bounded, and nothing of it is followed."""

    def test_body_and_headers_arrive_and_the_answer_comes_back(self, mock_external_services):
        mock_external_services.web.script(Reply(200, (("X-Word", "yes"),), b"thanks"))

        answer = outbound.post(f"{mock_external_services.web.url}/in?a=1", b'{"a": 1}', {"webhook-id": "7"})

        arrived = mock_external_services.web.arrived[0]
        assert (answer.status, answer.text, answer.headers["x-word"]) == (200, "thanks", "yes")
        assert (arrived.path, arrived.said, arrived.headers["webhook-id"]) == ("/in?a=1", {"a": 1}, "7")
        assert arrived.headers["host"] == mock_external_services.web.url.removeprefix("http://")

    def test_redirect_is_an_answer_and_is_not_followed(self, mock_external_services):
        mock_external_services.web.script(Reply(302, (("Location", "http://169.254.169.254/"),)))

        assert outbound.post(mock_external_services.web.url, b"", {}).status == 302
        assert len(mock_external_services.web.arrived) == 1

    def test_no_cookie_is_brought_back(self, mock_external_services):
        mock_external_services.web.script(Reply(200, (("Set-Cookie", "a=b"),)), 200)

        for _ in range(2):
            outbound.post(mock_external_services.web.url, b"", {})

        assert "cookie" not in mock_external_services.web.arrived[1].headers

    def test_proxy_of_the_environment_is_not_used(self, mock_external_services, monkeypatch):
        """A proxy would connect wherever it likes, after we had judged."""
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")

        assert outbound.post(mock_external_services.web.url, b"", {}).status == 204

    def test_a_kilobyte_of_a_long_answer_is_kept(self, mock_external_services):
        mock_external_services.web.script(Reply(200, (), b"x\x00" * 50_000))

        assert outbound.post(mock_external_services.web.url, b"", {}).text == "x" * (outbound.KEPT // 2)

    @pytest.mark.parametrize("fault", [GARBAGE, BREAKS_OFF])
    def test_what_is_no_answer_is_said_to_be_none(self, mock_external_services, fault):
        mock_external_services.web.script(fault)

        with pytest.raises(outbound.NoAnswer):
            outbound.post(mock_external_services.web.url, b"", {})

    def test_whoever_hangs_is_hung_up_on(self, mock_external_services):
        mock_external_services.web.script(HANGS)
        started = time.monotonic()

        with pytest.raises(outbound.NoAnswer, match=r"No answer within 0\.2 s"):
            outbound.post(mock_external_services.web.url, b"", {}, timeout=0.2)

        assert time.monotonic() - started < 2

    @pytest.mark.enable_socket
    def test_whoever_drips_is_hung_up_on(self, settings):
        """A byte now and then restarts the clock of a socket, and not ours."""
        settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
        with dripping() as port, pytest.raises(outbound.NoAnswer):
            started = time.monotonic()
            try:
                outbound.post(f"http://127.0.0.1:{port}/", b"", {}, timeout=0.3)
            finally:
                assert time.monotonic() - started < 2

    @pytest.mark.enable_socket
    def test_endless_headers_are_cut_off(self, settings, monkeypatch):
        settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
        monkeypatch.setattr(outbound, "LARGEST", 2000)
        with dripping(chunk=b"X-Long: " + b"x" * 500 + b"\r\n", every=0) as port, pytest.raises(outbound.NoAnswer):
            outbound.post(f"http://127.0.0.1:{port}/", b"", {}, timeout=5)


class dripping:
    """A server that never ends its headers."""

    def __init__(self, chunk=b"x", every=0.05):
        self.chunk, self.every, self.stop = chunk, every, outbound.threading.Event()

    def __enter__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        outbound.threading.Thread(target=self._serve, daemon=True).start()
        return self.listening.getsockname()[1]

    def __exit__(self, *_):
        self.stop.set()
        self.listening.close()

    def _serve(self):
        line, _ = self.listening.accept()
        try:
            line.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not self.stop.wait(self.every):
                line.sendall(self.chunk)
        except OSError:
            pass
        finally:
            line.close()
