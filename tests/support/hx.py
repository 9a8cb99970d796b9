"""HTMX as a browser sends it: a part is asked for, swapped into a page, and the page's counters follow."""

import json

from django.urls import reverse

from tests.support.clients import Door
from tests.support.html import Page

TRIGGERS = ("HX-Trigger", "HX-Trigger-After-Swap", "HX-Trigger-After-Settle")
PAGES = {"workorder": "workorder:order_detail", "task": "workorder:task_detail"}


class HxClient:
    """A browser window of one person: full pages by `.page()`, parts by `.get()` and `.post()`."""

    def __init__(self, *, host="localhost"):
        self._host = host
        self._door = Door(host=host)
        self._page, self._url = None, ""

    def as_(self, person):
        """A window of this member, signed in by a session, at their organization's host."""
        other = type(self)(host=f"{person.organization.slug}.localhost")
        other._door.sign_in(person)
        return other

    def page(self, at):
        """The full page of an address or of an object, parsed; it becomes the page that parts are swapped into."""
        url = at if isinstance(at, str) else reverse(PAGES[at.NOUN], args=[at.pk])
        answer = self._door.get(url)
        assert answer.status_code == 200, f"GET {url} answered {answer.status_code}"
        self._url, self._page = url, Page(answer.content)
        assert self._page.has("html"), f"{url} is not a full page"
        return self._page

    def plain(self, method, url, data=None):
        """A request without HTMX, as a full page load or a form without scripts sends it."""
        return getattr(self._door, method)(url, data)

    def get(self, url, data=None, **sent):
        return self._send("get", url, data, sent)

    def post(self, url, data=None, **sent):
        return self._send("post", url, data, sent)

    def _send(self, method, url, data, sent):
        headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://{self._host}{self._url or '/'}"}
        headers |= {f"HTTP_HX_{name.upper()}": value for name, value in sent.items()}
        return getattr(self._door, method)(url, data or {}, **headers)

    @staticmethod
    def triggers(answer):
        """What the answer tells the page, from all three headers: {event: detail}."""
        found = {}
        for header in TRIGGERS:
            if said := answer.get(header, ""):
                found |= json.loads(said) if said.startswith("{") else dict.fromkeys(map(str.strip, said.split(",")))
        return found

    def assert_toast(self, answer, level, text):
        toast = self.triggers(answer).get("toast")
        assert toast is not None, f"no toast in {self.triggers(answer)}"
        assert (toast["level"], toast["text"]) == (level, text)

    def assert_counts(self, answer, *, unread, in_database):
        """The badge says `unread`, and so does the database: `in_database` is that count."""
        assert self.triggers(answer).get("counts", {}).get("unread") == unread
        assert in_database == unread

    def part(self, answer):
        """The part an answer carries, parsed: no page around it, ids unique, links and targets that exist."""
        part = Page(answer.content)
        assert not part.has("html"), "a whole page came where a part was asked for"
        assert part.repeated_ids() == []
        assert part.dead_links() == []
        assert part.lost_targets(self._page) == []
        return part
