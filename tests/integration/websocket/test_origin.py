"""Browsers send cookies along for every page on the web; only our own may use them."""

import pytest

from tests.integration.websocket.conftest import Socket, browser, program, talk

pytestmark = pytest.mark.django_db

OURS = "localhost:8000"
FOREIGN = [
    None,
    "",
    " ",
    "null",
    "*",
    "file://",
    "about:blank",
    "data:text/html,x",
    "javascript://localhost:8000",
    "blob:http://localhost:8000",
    "localhost:8000",
    "//localhost:8000",
    "http:localhost:8000",
    "http:/localhost:8000",
    "http:///localhost:8000",
    "http://",
    "http://[",
    "http://localhost",
    "http://localhost:80",
    "http://localhost:9999",
    "http://localhost:08000",
    "http://localhost:8000/",
    "http://localhost:8000/page",
    "http://localhost:8000?x",
    "http://localhost:8000#x",
    "http://localhost:8000.evil.example",
    "http://localhost.evil.example:8000",
    "http://evil.example/localhost:8000",
    "http://evil.example#localhost:8000",
    "http://evil.example?localhost:8000",
    "http://evil.example:8000",
    "http://localhost:8000@evil.example",
    "http://evil.example@localhost:8000",
    "http://evil.localhost:8000",
    "http://south.localhost:8000",
    "http://localhost.:8000",
    "http://127.0.0.1:8000",
    "http://[::1]:8000",
    "http://xn--lcalhost-6xa:8000",
    "http://l\u00f6calhost:8000",
    "ws://localhost:8000",
    "wss://localhost:8000",
    "ftp://localhost:8000",
    "chrome-extension://localhost:8000",
    "http://localhost:8000, http://evil.example",
    "http://evil.example, http://localhost:8000",
    "http://localhost:8000 http://evil.example",
    "http://localhost:8000\x00",
    "http://localhost:8000\t",
    "http:\\\\localhost:8000",
]


class TestOrigin:
    """A cookie opens the socket for pages of the very host it knocks at, and for nobody else."""

    @pytest.mark.parametrize("origin", FOREIGN, ids=repr)
    def test_foreign_or_missing_origin_is_refused_with_a_cookie(self, world, origin):
        """Refused before the handshake, so that the other page does not even learn a code."""
        assert len(FOREIGN) >= 40
        socket = browser(world.omar, origin=origin, host=OURS)

        assert talk(socket.open) is False

    @pytest.mark.parametrize("origin", ["http://localhost:8000", "https://localhost:8000", "HTTP://LocalHost:8000"])
    def test_our_own_page_may_come_in(self, world, origin):
        """Else the rule above would be kept by a door that is shut to all."""
        socket = browser(world.omar, origin=origin, host=OURS)

        async def conversation():
            await socket.opened()
            await socket.leave()
            return True

        assert talk(conversation)

    def test_two_origins_are_none(self, world):
        """What a proxy and we would read differently is believed by neither."""
        socket = browser(world.omar, host=OURS, origin="http://localhost:8000")
        headers = dict(socket.line.scope)["headers"]
        socket.line.scope["headers"] = [(b"origin", b"http://evil.example"), *headers]

        assert talk(socket.open) is False

    def test_plain_http_page_is_refused_where_https_is_required(self, world, settings):
        """A page that came unprotected may have been changed on its way."""
        settings.HTTPS = True
        plain, protected = browser(world.omar), browser(world.omar, origin="https://localhost")

        async def conversation():
            await protected.opened()
            await protected.leave()
            return await plain.open()

        assert talk(conversation) is False

    def test_host_that_is_not_ours_is_refused(self, world):
        """A made-up Host with a matching Origin is how DNS rebinding looks from here."""
        socket = browser(world.omar, host="evil.example", origin="http://evil.example")

        assert talk(socket.open) is False

    def test_program_with_a_token_needs_no_origin_and_lends_none_to_a_cookie(self, world):
        """A page cannot set Authorization on a socket; whoever does is no page, and its cookie counts for nothing."""
        token, forged = program(world.omar), browser(world.omar, origin=None)
        forged = Socket({**headers_of(forged), "authorization": "Token wf_forged"})

        async def conversation():
            await token.opened()
            await token.leave()
            await forged.open()
            return await forged.closed_with()

        assert talk(conversation) == 4401


def headers_of(socket):
    return {name.decode(): value.decode("latin1") for name, value in socket.line.scope["headers"]}
