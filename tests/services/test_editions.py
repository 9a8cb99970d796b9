"""One story, told to both editions as real processes: "the guarantees are the same" is a claim until somebody tries."""

import pytest

from tests.support import wait
from tests.support.editions import Embedded, Full
from tests.support.sinks import MailSink

TOLD_SECONDS = 30


@pytest.fixture
def mail():
    with MailSink() as sink:
        yield sink


@pytest.fixture
def embedded(mail):
    edition = Embedded(mail.address[1])
    yield edition
    edition.stop()


@pytest.fixture
def full(database_urls, redis_url, mail):
    edition = Full(database_urls, redis_url, mail.address[1])
    yield edition
    edition.stop()


def cross_the_floor(edition):
    """Take an order from the customer's request to the operator's hands; answers the order."""
    pia, ada = edition.person("planner"), edition.person("admin")
    customer = pia.get("customers/")["results"][0]["id"]
    process = next(row["id"] for row in pia.get("processes/")["results"] if row["code"] == "PLATE")
    order = pia.post(
        "work-orders/",
        {
            "customer": customer,
            "title": "Menu cards",
            "due_at": "2030-01-31T12:00:00Z",
            "processes": [{"process": process, "quantity": "100"}],
        },
    )
    pia.post(f"work-orders/{order['id']}/submit/")
    ada.post(f"work-orders/{order['id']}/approve/")
    pia.post(f"work-orders/{order['id']}/release/")
    return order


def do_the_work(edition, order):
    """Nils does what he was given; answers the order as the planner then sees it."""
    nils, pia = edition.person("operator.prepress"), edition.person("planner")
    (task,) = pia.get(f"work-orders/{order['id']}/tasks/")["results"]
    nils.post(f"tasks/{task['id']}/start/")
    reason = nils.get("reason-codes/", kind="defect")["results"][0]["id"]
    nils.post(f"tasks/{task['id']}/report/", {"good": "98", "defect": "2", "minutes": "30", "reason": reason})
    nils.post(f"tasks/{task['id']}/complete/")
    return pia.get(f"work-orders/{order['id']}/")


def entries(edition, who, kind, order):
    """How many entries of a kind about the new order somebody's inbox holds."""
    found = edition.person(who).get("notifications/", page_size=100)["results"]
    return sum(entry["kind"] == kind and order["number"] in f"{entry['title']} {entry['content']}" for entry in found)


def wait_until_told(edition, who, kind, order):
    wait.until(
        lambda: entries(edition, who, kind, order),
        within=TOLD_SECONDS,
        every=0.2,
        why=lambda: f"{who} is told {kind}\n{edition.told()}",
    )


@pytest.mark.slow
@pytest.mark.timeout(180)
class TestStory:
    """An order crosses the floor, and everybody who must know is told once."""

    @pytest.mark.parametrize("name", ["embedded", "full"])
    def test_everybody_is_told_once(self, request, name):
        edition = request.getfixturevalue(name).start()

        order = cross_the_floor(edition)
        wait_until_told(edition, "operator.prepress", "task_assigned", order)
        done = do_the_work(edition, order)
        wait_until_told(edition, "planner", "order_completed", order)

        assert (done["status"], done["progress"]) == ("completed", "100.00")
        assert entries(edition, "operator.prepress", "task_assigned", order) == 1
        assert entries(edition, "admin", "order_submitted", order) == 1
        assert entries(edition, "planner", "order_completed", order) == 1


@pytest.mark.slow
@pytest.mark.timeout(180)
class TestKilled:
    """kill -9 costs time, and nothing else."""

    def test_embedded_edition_goes_on_where_it_was_killed(self, embedded):
        """What was acknowledged is in the file; what was not yet told is told after the next start, once."""
        embedded.start()
        order = cross_the_floor(embedded)

        embedded.kill("serve")
        embedded.start()
        wait_until_told(embedded, "operator.prepress", "task_assigned", order)
        done = do_the_work(embedded, order)

        assert done["status"] == "completed"
        assert entries(embedded, "operator.prepress", "task_assigned", order) == 1
