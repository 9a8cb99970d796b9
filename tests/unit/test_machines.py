"""A machine is checked when it loads: a slip of the pen is found by starting, not by a customer."""

import pytest
from django.db.models import TextChoices

from tenants.states import Role, checked


class Lamp(TextChoices):
    OFF = "off", "Off"
    ON = "on", "On"
    BROKEN = "broken", "Broken"


TABLE = {
    "light": ({Lamp.OFF}, Lamp.ON, "lit"),
    "quench": ({Lamp.ON}, Lamp.OFF, "quenched"),
    "smash": ({Lamp.ON, Lamp.OFF}, Lamp.BROKEN, "smashed"),
}


class TestChecked:
    def test_checked_knows_open_and_ended_states(self):
        """Ended means nothing leads out; it is derived, so it cannot disagree with the table."""
        machine = checked("lamp", Lamp, TABLE, initial=Lamp.OFF)

        assert (machine.ended, machine.open) == ({"broken"}, {"off", "on"})
        assert machine.verbs_from("on") == ("quench", "smash")
        assert machine.kind("light") == "lamp.lit"

    @pytest.mark.parametrize(
        ("table", "sentence"),
        [
            ({"light": TABLE["light"]}, "nothing leads to"),
            ({**TABLE, "dim": ({"dimmed"}, Lamp.OFF, "dimmed")}, "do not exist"),
            ({**TABLE, "glow": (set(), Lamp.ON, "glowed")}, "starts nowhere"),
        ],
        ids=["unreachable-state", "unknown-state", "no-source"],
    )
    def test_checked_refuses_a_broken_table(self, table, sentence):
        """Each of these would load silently from a plain dict."""
        with pytest.raises(ValueError, match=sentence):
            checked("lamp", Lamp, table, initial=Lamp.OFF)


class TestRole:
    def test_roles_are_ordered_weakest_first(self):
        """ "At least a planner" must mean planners and admins, whatever the letters say."""
        assert Role.ADMIN.at_least(Role.PLANNER)
        assert Role.PLANNER.at_least(Role.PLANNER)
        assert not Role.SUPERVISOR.at_least(Role.PLANNER)
