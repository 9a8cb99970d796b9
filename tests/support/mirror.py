"""What somebody sees who reads again only what a frame names. It must end up like a page that was opened just now.

A mirror that never had to read anything proves nothing: `assert_true` fails then too.
"""

import copy

from tests.support.html import Page

RESYNC = "wf:resync"


def names_of(frame):
    """The names under which app.js passes a frame on to the parts of a page."""
    if frame["type"] == "changed":
        return {f"wf:{frame['subject']}", f"wf:{frame['id']}"}
    return {"unread": {"wf:unread"}, "resync": {RESYNC}}.get(frame["type"], set())


class PageMirror:
    """An open page of `window` (an HxClient), of which single parts are read again."""

    def __init__(self, window, url):
        self._window, self._url = window, url
        self._page = window.page(url)
        self._at_first = shown(self._page)
        self.reads = 0

    def hear(self, frames):
        """Read each part again that listens for one of these frames, once, as its delay would have it."""
        names = set().union(*map(names_of, frames)) if frames else set()
        for frame in frames:
            if frame["type"] == "unread":
                self._count(frame["count"])
        for part in self._page.all("[hx-get][hx-trigger]"):
            if names & heard_by(part):
                self._read(part)

    def _count(self, unread):
        """The counter is told its number; it needs no reading."""
        for place in self._page.all("[data-count=unread]"):
            place.string = str(unread or "")

    def _read(self, part):
        answer = self._window.get(part["hx-get"])
        assert answer.status_code == 200, f"GET {part['hx-get']} answered {answer.status_code}"
        self.reads += 1
        for fresh in Page(answer.content).all(f"[id='{part['id']}']"):
            part.replace_with(copy.copy(fresh))

    def assert_true(self):
        """Equal to the page as anybody would open it now, and unlike the one it was."""
        fresh = shown(Page(self._window.plain("get", self._url).content))
        mine = shown(self._page)
        assert mine == fresh, f"{self._url} shows what is no longer so"
        assert mine != self._at_first, f"{self._url} never changed, which proves nothing"


def heard_by(part):
    """The `wf:` names in an element's `hx-trigger`."""
    return {words.split()[0] for words in part["hx-trigger"].split(",") if words.strip().startswith("wf:")}


def shown(page):
    """The words of a page's parts that listen, by id."""
    parts = [part for part in page.all("[id][hx-trigger]") if heard_by(part)]
    return {part["id"]: " ".join(part.get_text(" ").split()) for part in parts}


class ThingMirror:
    """What a program knows of things, by noun and id: `read(noun, id)` asks for one over HTTP, or answers None.

    Frames of one thing may be doubled or late, but an older version never comes after a newer one.
    """

    def __init__(self, read):
        self._read = read
        self.known, self.versions, self.position = {}, {}, 0
        self.resyncs = 0

    def hear(self, frames):
        for frame in frames:
            if frame["type"] == "resync":
                self.resyncs += 1
                self._again(self.known)
            elif frame["type"] == "changed":
                self._changed(frame)
            elif frame["type"] in ("hello", "resumed"):
                self.position = max(self.position, frame["position"])

    def _changed(self, frame):
        thing = frame["subject"], frame["id"]
        assert frame["version"] >= self.versions.get(thing, 0), f"{frame} is older than what was heard before"
        self.versions[thing] = frame["version"]
        self.position = max(self.position, frame["position"])
        self._again([thing])

    def _again(self, things):
        for thing in list(things):
            self.known[thing] = self._read(*thing)
