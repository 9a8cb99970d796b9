"""HTML is parsed, never searched as text: a substring is found in a comment as easily as in a heading."""

from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from django.urls import Resolver404, resolve

VERBS = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")
RELATIVE = ("this", "body", "closest ", "find ", "next", "previous")


class Page:
    """A page or a part of one."""

    def __init__(self, html):
        self.soup = BeautifulSoup(html, "html.parser")

    def all(self, selector):
        return self.soup.select(selector)

    def one(self, selector):
        """The only element that matches; none or several fail."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector!r}, not 1"
        return found[0]

    def text(self, selector):
        """The words of the only element that matches, white space collapsed."""
        return " ".join(self.one(selector).get_text(" ").split())

    def texts(self, selector):
        return [" ".join(element.get_text(" ").split()) for element in self.soup.select(selector)]

    def has(self, selector):
        return bool(self.soup.select(selector))

    def fields(self, selector="form"):
        """What a browser would send for the form: {name: value} of its controls."""
        form, found = self.one(selector), {}
        for control in form.select("input[name], textarea[name], select[name]"):
            if control.name == "select":
                chosen = control.select("option[selected]") or control.select("option")[:1]
                found[control["name"]] = chosen[0].get("value", "") if chosen else ""
            elif control.name == "textarea":
                found[control["name"]] = control.get_text()
            elif control.get("type") not in ("checkbox", "radio", "submit", "button") or control.has_attr("checked"):
                found[control["name"]] = control.get("value", "on" if control.get("type") == "checkbox" else "")
        return found

    def repeated_ids(self):
        ids = [element["id"] for element in self.soup.select("[id]")]
        return sorted({name for name in ids if ids.count(name) > 1})

    def dead_links(self):
        """Addresses of `hx-*` attributes that lead nowhere in this product."""
        addresses = {element[verb] for verb in VERBS for element in self.soup.select(f"[{verb}]")}
        return sorted(address for address in addresses if not resolves(address))

    def lost_targets(self, page=None):
        """`hx-target`s that neither this part nor the page it goes into has."""
        targets = {element["hx-target"] for element in self.soup.select("[hx-target]")}
        names = [target for target in targets if not target.startswith(RELATIVE)]
        where = [self, page] if page else [self]
        return sorted(name for name in names if not any(place.has(name) for place in where))


def resolves(address):
    try:
        resolve(urlsplit(address).path)
    except Resolver404:
        return False
    return True
