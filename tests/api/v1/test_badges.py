"""Badges through the API: issued, read at a station, revoked; a code is shown once and kept as a digest."""

import pytest

from tests.factories import BadgeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_a_known_time(frozen_clock):
    """The clock stands still until a test moves it."""


@pytest.fixture
def omar(api_client, world, _at_a_known_time):
    return api_client.as_(world.omar)


@pytest.fixture
def sina(api_client, world, _at_a_known_time):
    return api_client.as_(world.sina)


def punched(client, *punches):
    return [client.post("attendance/", {"punch": punch}).status_code for punch in punches]


def refused(answer):
    assert answer.status_code == 400
    return {name: [mistake["code"] for mistake in found] for name, found in answer.body["fields"].items()}


class TestBadges:
    @pytest.fixture
    def badge(self, world):
        return BadgeFactory(organization=world.north, member=world.omar)

    def test_a_badge_says_in_and_out_by_turns(self, world, sina, badge, frozen_clock):
        found = []
        for _ in range(3):
            answer = sina.post("attendance/", {"badge": badge.code.lower()})
            found.append((answer.status_code, answer.body["punch"], answer.body["method"], answer.body["member"]))
            frozen_clock.shift(hours=1)

        assert found == [(201, punch, "badge", str(world.omar.pk)) for punch in ("in", "out", "in")]

    def test_a_badge_held_too_long_is_read_once(self, world, sina, badge, frozen_clock):
        first = sina.post("attendance/", {"badge": badge.code})
        frozen_clock.shift(seconds=9)
        again = sina.post("attendance/", {"badge": badge.code})
        frozen_clock.shift(seconds=2)
        later = sina.post("attendance/", {"badge": badge.code})

        assert again.body["id"] == first.body["id"]
        assert (again.body["punch"], later.body["punch"]) == ("in", "out")

    def test_after_a_break_it_says_back(self, sina, omar, badge, frozen_clock):
        punched(omar, "in", "break")

        assert sina.post("attendance/", {"badge": badge.code}).body["punch"] == "back"

    def test_the_code_is_shown_once_and_kept_as_a_digest(self, world, sina, badge):
        made = sina.post("badges/", {"member": str(world.omar.pk)})

        assert made.status_code == 201
        assert made.body["code"].startswith("WF")
        assert "code" not in sina.get(f"badges/{made.body['id']}/").body
        assert made.body["code"] not in sina.get("badges/").text + sina.get("events/").text

    def test_a_new_badge_ends_the_one_before(self, world, sina, badge):
        sina.post("badges/", {"member": str(world.omar.pk)})

        assert refused(sina.post("attendance/", {"badge": badge.code})) == {"badge": ["revoked_badge"]}

    @pytest.mark.parametrize("code", ["WFNOSUCHBADGE", "x", " "])
    def test_an_unknown_badge_writes_nothing(self, world, sina, badge, code):
        before = world.fingerprint()

        assert sina.post("attendance/", {"badge": code}).status_code == 400
        assert world.fingerprint() == before

    def test_a_revoked_badge_writes_nothing(self, world, sina, badge):
        sina.post(f"badges/{badge.pk}/revoke/", {})
        before = world.fingerprint()

        assert refused(sina.post("attendance/", {"badge": badge.code})) == {"badge": ["revoked_badge"]}
        assert world.fingerprint() == before

    def test_badges_of_another_house_are_unknown(self, world, sina):
        code = BadgeFactory(organization=world.south, member=world.zoe).code

        assert refused(sina.post("attendance/", {"badge": code})) == {"badge": ["unknown_badge"]}

    def test_operators_read_no_badges(self, omar, badge):
        assert omar.post("attendance/", {"badge": badge.code}).status_code == 403

    def test_whoever_tries_codes_is_slowed_down(self, sina):
        found = {sina.post("attendance/", {"badge": f"WF{number}"}).status_code for number in range(61)}

        assert found == {400, 429}
