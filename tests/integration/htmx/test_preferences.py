"""What I am told, as a page: the grid, the quiet week, the defaults of the house, and the door a mail leads to."""

import datetime
from urllib.parse import urlsplit

import pytest
from django.test import Client

from notifications.forms.preferences import COLUMNS, GROUPS
from notifications.models import NotificationSchedule, Preference
from notifications.states import Kind
from notifications.transports.email import unsubscribe
from tenants.context import tenant
from tenants.models import Event, Member
from tests.factories import DigestFactory, NotificationFactory

pytestmark = pytest.mark.django_db

OWN, HOURS, DEFAULTS = (f"/settings/notifications/{part}" for part in ("", "hours/", "defaults/"))
GRID, CLOCK = f'form[action="{OWN}"]', f'form[action="{HOURS}"]'


@pytest.fixture
def omars(world, hx_client):
    return hx_client.as_(world.omar)


def choices(world, member):
    with tenant(world.north):
        rows = Preference.objects.filter(member=member)
        return {
            f"{kind}.{transport}": wanted for kind, transport, wanted in rows.values_list("kind", "transport", "wanted")
        }


class TestGrid:
    def test_every_kind_is_there_once(self, omars):
        page = omars.page(OWN)

        shown = [kind for _, kinds in GROUPS for kind in kinds]
        assert sorted(shown) == sorted(Kind)
        assert len(page.all(f"{GRID} select")) == len(Kind) * len(COLUMNS)

    def test_what_is_chosen_is_kept_and_shown(self, world, omars):
        sent = omars.page(OWN).fields(GRID)
        answer = omars.post(OWN, sent | {"task_assigned.email": "digest", "mentioned.email": "off"})

        page = omars.page(OWN)
        assert answer["HX-Redirect"] == OWN
        assert choices(world, world.omar) == {"task_assigned.email": "digest", "mentioned.email": "off"}
        assert page.fields(GRID)["task_assigned.email"] == "digest"
        assert "1 chosen" in " ".join(page.texts("summary .badge"))

    def test_without_scripts_it_is_a_form(self, world, omars):
        sent = omars.page(OWN).fields(GRID)

        answer = omars.plain("post", OWN, sent | {"task_assigned.email": "off"})

        assert (answer.status_code, answer["Location"]) == (302, OWN)
        assert choices(world, world.omar) == {"task_assigned.email": "off"}

    def test_saving_without_a_change_changes_nothing(self, world, omars):
        omars.post(OWN, omars.page(OWN).fields(GRID))

        with tenant(world.north):
            assert not Event.objects.filter(kind="preference.edited").exists()

    def test_emptied_cell_is_the_organizations_again(self, world, omars):
        omars.post(OWN, omars.page(OWN).fields(GRID) | {"task_assigned.email": "off"})
        omars.post(OWN, omars.page(OWN).fields(GRID) | {"task_assigned.email": ""})

        assert choices(world, world.omar) == {}

    def test_what_cannot_be_chosen_is_said_beside_it(self, world, omars):
        sent = omars.page(OWN).fields(GRID)

        answer = omars.post(OWN, sent | {"task_assigned.push": "now"})

        assert answer.status_code == 422
        part = omars.part(answer)
        assert part.has('[id="cell_task_assigned.push_error"]')
        assert choices(world, world.omar) == {}

    def test_second_window_sees_that_it_was_late(self, world, omars):
        sent = omars.page(OWN).fields(GRID)
        omars.post(OWN, sent | {"task_assigned.email": "off"})

        answer = omars.post(OWN, sent | {"task_assigned.email": "digest"})

        assert answer.status_code == 409
        assert "Changed meanwhile" in omars.part(answer).text(".alert[role=alert]")
        assert choices(world, world.omar) == {"task_assigned.email": "off"}

    def test_inbox_leads_there(self, omars):
        assert omars.page("/notifications/").has(f'a[href="{OWN}"]')


class TestHours:
    NIGHT = {"quiet_from": "22:00", "quiet_until": "06:00", "time_zone": "Europe/Berlin", "days": ["sunday"]}

    def test_week_is_drawn_and_said(self, omars, frozen_clock):
        sent = omars.page(OWN).fields(CLOCK)
        omars.post(HOURS, sent | self.NIGHT)
        frozen_clock.move_to(datetime.datetime(2026, 3, 16, 22, tzinfo=datetime.UTC))

        page = omars.page(OWN)
        labels = [picture["aria-label"] for picture in page.all("svg[role=img]")]
        assert "Monday, quiet: 00:00 to 06:00, 22:00 to 24:00" in labels
        assert "Sunday, quiet: 00:00 to 24:00" in labels
        assert "Quiet until Tue 06:00" in page.text("#preferences")
        assert "It is Monday, 23:00 in Europe/Berlin" in page.text("#preferences")

    def test_language_and_digest(self, world, omars):
        sent = omars.page(OWN).fields(CLOCK)
        omars.post(HOURS, sent | {"digest": "hourly", "language": "de"})

        with tenant(world.north):
            assert NotificationSchedule.objects.get(member=world.omar).digest == "hourly"
            assert Member.objects.get(pk=world.omar.pk).language == "de"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"quiet_from": "08:00", "quiet_until": "08:00"}, "quiet_until"),
            ({"quiet_from": "22:00", "quiet_until": ""}, "quiet_until"),
            ({"days": [f"{day}day" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")]}, "days"),
            ({"time_zone": "Atlantis"}, "time_zone"),
            ({"digest_at": "noon"}, "digest_at"),
        ],
        ids=str,
    )
    def test_what_cannot_be_meant_is_said_beside_the_field(self, world, omars, wrong, field):
        sent = omars.page(OWN).fields(CLOCK)
        before = world.fingerprint()

        answer = omars.post(HOURS, sent | wrong)

        assert answer.status_code == 422
        assert omars.part(answer).has(f"#id_{field}_error")
        assert world.fingerprint() == before

    def test_address_of_the_form_leads_to_the_page(self, omars):
        assert omars.plain("get", HOURS)["Location"] == OWN


class TestDefaults:
    def test_admin_sets_what_holds_for_who_did_not_choose(self, world, hx_client, omars):
        window = hx_client.as_(world.ada)
        sent = window.page(DEFAULTS).fields(f'form[action="{DEFAULTS}"]')

        answer = window.post(DEFAULTS, sent | {"task_assigned.email": "off"})

        assert answer["HX-Redirect"] == DEFAULTS
        said = omars.page(OWN).text('[id="cell_task_assigned.email"]')
        assert "Default: not at all" in said

    def test_only_admins_have_the_way_there(self, world, hx_client, omars):
        assert hx_client.as_(world.ada).page(OWN).has(f'a[href="{DEFAULTS}"]')
        assert not omars.page(OWN).has(f'a[href="{DEFAULTS}"]')


class TestUnsubscribe:
    """One click in a mail, without signing in (RFC 8058)."""

    @pytest.fixture
    def entry(self, world):
        return NotificationFactory(organization=world.north, recipient=world.omar, kind=Kind.TASK_ASSIGNED)

    @pytest.fixture
    def anybody(self):
        return Client(enforce_csrf_checks=True)

    def test_looking_changes_nothing_and_one_click_turns_the_kind_off(self, world, entry, anybody):
        at = urlsplit(unsubscribe.url_of(entry)).path

        looked = anybody.get(at)
        before = choices(world, world.omar)
        answer = anybody.post(at, {"List-Unsubscribe": "One-Click"})

        assert "Task assigned" in looked.content.decode()
        assert (looked.status_code, answer.status_code, before) == (200, 200, {})
        assert choices(world, world.omar) == {"task_assigned.email": "off"}
        assert anybody.post(at).status_code == 200  # a second click says the same

    def test_it_is_written_down_as_theirs(self, world, entry, anybody):
        anybody.post(urlsplit(unsubscribe.url_of(entry)).path)

        with tenant(world.north):
            assert Event.objects.get(kind="preference.edited").actor_id == world.omar.pk

    def test_digest_has_one_for_all_that_comes_in_it(self, world, anybody, omars):
        omars.post(OWN, omars.page(OWN).fields(GRID) | {"task_assigned.email": "digest"})
        digest = DigestFactory(organization=world.north, member=world.omar)

        anybody.post(urlsplit(unsubscribe.url_of_digest(digest)).path)

        found = choices(world, world.omar)
        assert found["task_assigned.email"] == "off"

    def test_signed_in_elsewhere_it_is_still_the_mails_own_member(self, world, entry, hx_client):
        """Zoe holds Omar's mail: what she turns off is his, as if he had clicked."""
        at = urlsplit(unsubscribe.url_of(entry)).path

        answer = hx_client.as_(world.zoe).plain("post", at)

        assert answer.status_code == 200
        assert choices(world, world.omar) == {"task_assigned.email": "off"}

    @pytest.mark.parametrize("spoiled", ["{token}x", "x{token}", "x", "::"])
    def test_token_that_nobody_signed_is_not_found(self, world, entry, anybody, spoiled):
        at = urlsplit(unsubscribe.url_of(entry)).path
        token = at.removeprefix("/unsubscribe/").removesuffix("/")
        before = world.fingerprint()

        answers = [
            getattr(anybody, method)(f"/unsubscribe/{spoiled.format(token=token)}/") for method in ("get", "post")
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert world.fingerprint() == before

    def test_member_who_is_gone_is_not_found(self, world, entry, anybody, monkeypatch):
        at = urlsplit(unsubscribe.url_of(entry)).path
        monkeypatch.setattr(
            unsubscribe, "read", lambda token: unsubscribe.Wish(world.south.pk, world.omar.pk, "task_assigned")
        )

        assert anybody.post(at).status_code == 404

    def test_nobody_tries_out_tokens(self, anybody):
        found = [anybody.post(f"/unsubscribe/x{number}/").status_code for number in range(31)]

        assert found == [404] * 30 + [429]
