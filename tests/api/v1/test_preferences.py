"""What a member is told, over what and when, through the API."""

import datetime

import pytest

from notifications.models import DefaultPreference, NotificationSchedule, Preference
from notifications.models.preferences import DAYS
from notifications.states import CHOICES, Kind, Transport
from tenants.context import tenant
from tenants.models import Event, Member, User
from tests.factories import PushSubscriptionFactory

pytestmark = pytest.mark.django_db

MAILS = {"kind": "task_assigned", "transport": "email"}


@pytest.fixture
def omar(api_client, world):
    return api_client.as_(world.omar)


@pytest.fixture
def ada(api_client, world):
    return api_client.as_(world.ada)


def cell_of(answer, kind="task_assigned", transport="email"):
    [found] = [cell for cell in answer.body["cells"] if (cell["kind"], cell["transport"]) == (kind, transport)]
    return found["wanted"], found["source"]


def refused(answer):
    assert answer.status_code == 400, answer.body
    return {field: said[0]["code"] for field, said in answer.body["fields"].items()}


def events_of(world, kind):
    with tenant(world.north):
        return list(Event.objects.filter(kind=kind).order_by("recorded_at"))


class TestGrid:
    """Every kind over every transport: mine, else the organization's, else as the product comes."""

    def test_it_is_whole_and_says_where_each_cell_comes_from(self, omar):
        answer = omar.get("preferences/")

        cells = {(cell["kind"], cell["transport"]) for cell in answer.body["cells"]}
        assert cells == {(kind.value, transport.value) for kind in Kind for transport in Transport}
        assert {cell["source"] for cell in answer.body["cells"]} == {"default"}

    def test_own_choice_counts_more_than_the_organizations(self, omar, ada):
        ada.patch("default-preferences/", {"cells": [{**MAILS, "wanted": "off"}]})
        of_the_house = cell_of(omar.get("preferences/"))
        own = cell_of(omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "digest"}]}))
        given_back = cell_of(omar.patch("preferences/", {"cells": [{**MAILS, "wanted": None}]}))
        ada.patch("default-preferences/", {"cells": [{**MAILS, "wanted": None}]})

        assert (of_the_house, own, given_back) == (("off", "organization"), ("digest", "mine"), ("off", "organization"))
        assert cell_of(omar.get("preferences/")) == ("now", "default")

    def test_what_may_be_chosen_is_what_a_member_can_be_reached_by(self, world, omar):
        before = {cell["transport"]: cell["choices"] for cell in omar.get("preferences/").body["cells"]}
        PushSubscriptionFactory(organization=world.north, member=world.omar)
        after = {cell["transport"]: cell["choices"] for cell in omar.get("preferences/").body["cells"]}

        assert (before["push"], after["push"]) == (["off"], ["now", "off"])
        assert before["email"] == [wanted.value for wanted in CHOICES[Transport.EMAIL]]

    def test_a_grid_takes_as_many_queries_however_much_was_chosen(self, omar, query_counter):
        def choose(number):
            cells = [{"kind": kind, "transport": "email", "wanted": "digest"} for kind in Kind.values[:number]]
            omar.patch("preferences/", {"cells": cells})

        def chosen():
            cells = omar.get("preferences/").body["cells"]
            return len([cell for cell in cells if cell["source"] == "mine"])

        query_counter.constant_over(choose, chosen, sizes=(1, 5, 20))


class TestChoosing:
    def test_all_cells_are_one_event_and_what_changes_nothing_is_none(self, world, omar):
        cells = [{**MAILS, "wanted": "digest"}, {"kind": "mentioned", "transport": "live", "wanted": "off"}]

        omar.patch("preferences/", {"cells": cells})
        omar.patch("preferences/", {"cells": cells})

        [event] = events_of(world, "preference.edited")
        assert event.actor_id == world.omar.pk
        assert {(cell["kind"], cell["from"], cell["to"]) for cell in event.data["cells"]} == {
            ("task_assigned", None, "digest"),
            ("mentioned", None, "off"),
        }

    @pytest.mark.parametrize(
        ("cell", "field", "code"),
        [
            ({"kind": "rain"}, "kind", "invalid_choice"),
            ({"transport": "pigeon"}, "transport", "invalid_choice"),
            ({"wanted": "sometimes"}, "wanted", "invalid_choice"),
            ({"transport": "inbox", "wanted": "off"}, "wanted", "invalid_choice"),
            ({"transport": "live", "wanted": "digest"}, "wanted", "invalid_choice"),
            ({"transport": "push", "wanted": "now"}, "wanted", "no_address"),
        ],
        ids=str,
    )
    def test_one_that_cannot_be_meant_is_named_and_none_is_written(self, world, omar, cell, field, code):
        good = {"kind": "mentioned", "transport": "email", "wanted": "off"}
        before = world.fingerprint()

        answer = omar.patch("preferences/", {"cells": [good, {**MAILS, "wanted": "off", **cell}]})

        assert refused(answer) == {f"cells.1.{field}": code}
        assert world.fingerprint() == before

    def test_mail_needs_an_address(self, world, omar):
        User.objects.filter(pk=world.omar.user_id).update(email="")

        assert refused(omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "now"}]})) == {
            "cells.0.wanted": "no_address"
        }
        assert omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "off"}]}).status_code == 200

    def test_a_cell_is_whole_and_named_once(self, omar):
        assert refused(omar.patch("preferences/", {"cells": [MAILS]})) == {"cells.0.wanted": "required"}
        assert refused(omar.patch("preferences/", {"cells": []})) == {"cells": "min_length"}
        assert refused(omar.patch("preferences/", {})) == {"cells": "required"}
        twice = [{**MAILS, "wanted": "off"}, {**MAILS, "wanted": "now"}]
        assert refused(omar.patch("preferences/", {"cells": twice})) == {"cells.1": "twice"}

    def test_two_windows(self, omar):
        seen = omar.get("preferences/").body["version"]
        first = omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "off"}], "version": seen})
        second = omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "now"}], "version": seen})

        assert (first.status_code, second.status_code, second.body["code"]) == (200, 409, "stale")

    def test_somebody_elses_grid_stays_as_it_is(self, world, omar, ada):
        omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "off"}]})

        assert cell_of(ada.get("preferences/")) == ("now", "default")
        with tenant(world.north):
            assert [row.member_id for row in Preference.objects.filter(wanted="off")] == [world.omar.pk]


class TestDefaults:
    def test_each_changed_cell_has_an_event_that_says_from_and_to(self, world, ada):
        for wanted in ("off", "digest", "digest", None):
            ada.patch("default-preferences/", {"cells": [{**MAILS, "wanted": wanted}]})

        told = [(event.data["from"], event.data["to"]) for event in events_of(world, "default_preference.edited")]
        assert told == [(None, "off"), ("off", "digest"), ("digest", None)]
        with tenant(world.north):
            assert not DefaultPreference.objects.exists()

    def test_only_admins_set_them(self, omar):
        assert omar.patch("default-preferences/", {"cells": [{**MAILS, "wanted": "off"}]}).status_code == 403

    def test_one_that_cannot_be_meant_stops_all(self, world, ada):
        before = world.fingerprint()

        answer = ada.patch(
            "default-preferences/",
            {"cells": [{**MAILS, "wanted": "off"}, {"kind": "alarm", "transport": "inbox", "wanted": "off"}]},
        )

        assert refused(answer) == {"cells.1.wanted": "invalid_choice"}
        assert world.fingerprint() == before

    def test_push_may_be_a_default_though_not_all_have_a_browser(self, ada):
        answer = ada.patch("default-preferences/", {"cells": [{"kind": "alarm", "transport": "push", "wanted": "now"}]})

        assert cell_of(answer, "alarm", "push") == ("now", "organization")


class TestSchedule:
    """Quiet hours, digest and language of one member."""

    def test_without_a_row_nothing_is_quiet(self, world, omar):
        said = omar.get("notification-schedule/").body

        assert (said["quiet_from"], said["digest"], said["digest_at"], said["version"]) == (
            None,
            "daily",
            "07:00:00",
            1,
        )
        assert said["quiet_now_until"] is None
        with tenant(world.north):
            assert not NotificationSchedule.objects.filter(member=world.omar).exists()

    def test_it_says_until_when_it_is_quiet_now(self, omar, frozen_clock):
        frozen_clock.move_to(datetime.datetime(2031, 3, 3, 22, 30, tzinfo=datetime.UTC))
        sent = {"quiet_from": "22:00", "quiet_until": "06:00", "time_zone": "Europe/Berlin", "digest": "hourly"}

        said = omar.patch("notification-schedule/", sent).body

        assert said["quiet_now_until"] == "2031-03-04T05:00:00Z"
        assert said["next_digest_at"] == "2031-03-04T05:00:00Z"

    def test_change_leaves_one_event_and_no_change_none(self, world, omar):
        sent = {"quiet_from": "22:00", "quiet_until": "06:00", "saturday": True}
        omar.patch("notification-schedule/", sent)
        again = omar.patch("notification-schedule/", sent)

        [event] = events_of(world, "notification_schedule.edited")
        assert event.data["changed"]["quiet_from"] == {"from": None, "to": "22:00"}
        assert again.body["version"] == 2

    def test_language_is_the_members(self, world, omar):
        omar.patch("notification-schedule/", {"language": "de"})

        with tenant(world.north):
            assert Member.objects.get(pk=world.omar.pk).language == "de"
        [event] = events_of(world, "member.edited")
        assert event.data["to"] == {"language": "de"}

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"quiet_from": "08:00", "quiet_until": "08:00"}, {"quiet_until": "never_ends"}),
            (dict.fromkeys(DAYS, True), {"sunday": "never_ends"}),
            ({"quiet_from": "22:00"}, {"quiet_until": "one_end"}),
            ({"quiet_until": "06:00"}, {"quiet_from": "one_end"}),
            ({"quiet_from": "22:00:30", "quiet_until": "06:00"}, {"quiet_from": "invalid"}),
            ({"time_zone": "Europe/Atlantis"}, {"time_zone": "unknown_zone"}),
            ({"time_zone": "../../etc/passwd"}, {"time_zone": "unknown_zone"}),
            ({"digest": "weekly"}, {"digest": "invalid_choice"}),
            ({"digest_at": None}, {"digest_at": "null"}),
            ({"language": "tlh"}, {"language": "invalid_choice"}),
        ],
        ids=str,
    )
    def test_what_cannot_be_meant_is_named_and_not_written(self, world, omar, sent, fields):
        before = world.fingerprint()

        assert refused(omar.patch("notification-schedule/", sent)) == fields
        assert world.fingerprint() == before

    def test_the_last_open_day_is_refused_when_the_others_are_quiet_already(self, omar):
        omar.patch("notification-schedule/", dict.fromkeys(DAYS[:6], True))

        assert refused(omar.patch("notification-schedule/", {"sunday": True})) == {"sunday": "never_ends"}

    def test_preferences_and_hours_are_one_row_so_that_versions_tell(self, omar):
        seen = omar.get("notification-schedule/").body["version"]
        omar.patch("preferences/", {"cells": [{**MAILS, "wanted": "off"}]})

        answer = omar.patch("notification-schedule/", {"saturday": True, "version": seen})

        assert (answer.status_code, answer.body["code"]) == (409, "stale")
