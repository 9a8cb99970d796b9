"""One embedded server with the demo, and one Chromium, for all tests of this folder."""

import pytest
from playwright.sync_api import expect, sync_playwright

from config.demo import PASSWORD
from tests.support.editions import Embedded
from tests.support.provision import chromium
from tests.support.sinks import MailSink

# A refusal is an answer with its reasons in it; the browser mentions its status all the same.
REFUSED = ("409 (Conflict)", "422 (Unprocessable Entity)")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def server():
    with MailSink() as mail:
        edition = Embedded(mail.address[1])
        try:
            edition.start()
            yield edition
        finally:
            edition.stop()


def is_complaint(said):
    return said.type == "error" and not any(status in said.text for status in REFUSED)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium().url, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(server, browser):
    """`window("planner")`: a signed-in window of somebody of north. What it complains about fails the test."""
    complaints, contexts = [], []

    def window(local, *, width=1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=server.base)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.goto("/accounts/login/")
        page.fill("input[type=email]", f"{local}@north.example")
        page.fill("input[type=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Dashboard")
        return page

    yield window
    for context in contexts:
        context.close()
    assert complaints == []
