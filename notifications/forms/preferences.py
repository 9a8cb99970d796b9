"""The grid of what somebody is told, and when they may be disturbed, as forms."""

from django import forms

from notifications.models.preferences import DAYS
from notifications.states import DigestRhythm, Kind, Source, Transport
from tenants.forms import SettingsForm
from tenants.states import LANGUAGES

GROUPS = (
    (
        "Orders",
        (
            Kind.ORDER_SUBMITTED,
            Kind.APPROVAL_OVERDUE,
            Kind.ORDER_APPROVED,
            Kind.ORDER_REJECTED,
            Kind.ORDER_RELEASED,
            Kind.ORDER_HELD,
            Kind.ORDER_CHANGED,
            Kind.ORDER_CANCELLED,
            Kind.ORDER_COMPLETED,
        ),
    ),
    (
        "Tasks",
        (
            Kind.TASK_ASSIGNED,
            Kind.TASK_TAKEN_BACK,
            Kind.TASK_DECLINED,
            Kind.NOBODY_ELIGIBLE,
            Kind.OVERLOADED,
        ),
    ),
    ("Comments and tickets", (Kind.MENTIONED, Kind.COMMENTED, Kind.TICKET_CREATED, Kind.TICKET_CHANGED)),
    ("People", (Kind.ABSENCE_REQUESTED, Kind.ABSENCE_ANSWERED, Kind.SKILL_EXPIRED)),
    ("Plans and imports", (Kind.PLAN_WAITING, Kind.PLAN_STOPPED, Kind.IMPORT_ENDED)),
    ("When something goes wrong", (Kind.ESCALATED, Kind.ALARM)),
)
COLUMNS = (Transport.LIVE, Transport.EMAIL, Transport.PUSH)  # the inbox keeps everything


class GridForm(SettingsForm):
    """One choice per kind and transport. The empty one gives the cell back to whoever decides without it."""

    def __init__(self, *args, cells, source=Source.MINE, **options):
        super().__init__(*args, auto_id="cell_%s", **options)  # the hours beside it have a version too
        for cell in cells:
            if cell.transport not in COLUMNS:
                continue
            standard = ("", f"Default: {cell.standard.label.lower()}")
            chosen = cell.wanted if cell.source == source else ""
            label = f"{cell.kind.label}, {cell.transport.label.lower()}"
            shown = dict.fromkeys([*cell.choices, *([chosen] if chosen else [])])  # also one that has become useless
            choices = [standard, *((wanted.value, wanted.label) for wanted in shown)]
            self.fields[name_of(cell.kind, cell.transport)] = forms.ChoiceField(
                required=False, label=label, choices=choices, initial=str(chosen)
            )

    def groups(self):
        """The kinds by what they are about, with how many cells of each were chosen, as the page shows them."""
        return [self._group(words, kinds) for words, kinds in GROUPS]

    def _group(self, words, kinds):
        rows = [(kind, [(transport, self[name_of(kind, transport)]) for transport in COLUMNS]) for kind in kinds]
        fields = [field for _, cells in rows for _, field in cells]
        chosen = len([field for field in fields if field.value()])
        return {"words": words, "rows": rows, "chosen": chosen, "is_open": any(field.errors for field in fields)}

    def changed_cells(self):
        """What differs from what the page showed."""
        found = []
        for kind in Kind:
            for transport in COLUMNS:
                name = name_of(kind, transport)
                if name in self.data and self.cleaned_data[name] != self.fields[name].initial:
                    wanted = self.cleaned_data[name] or None
                    found.append({"kind": kind.value, "transport": transport.value, "wanted": wanted})
        return found


class HoursForm(SettingsForm):
    """When somebody may be disturbed."""

    quiet_from = forms.TimeField(label="Quiet from", required=False)
    quiet_until = forms.TimeField(label="Quiet until", required=False)
    days = forms.MultipleChoiceField(
        label="Quiet the whole day",
        required=False,
        choices=[(day, day.capitalize()) for day in DAYS],
        widget=forms.CheckboxSelectMultiple,
    )
    urgent_breaks_through = forms.BooleanField(label="Tell me what is urgent all the same", required=False)
    digest = forms.ChoiceField(label="My digest comes", choices=DigestRhythm.choices)
    digest_at = forms.TimeField(label="The daily one at")
    time_zone = forms.CharField(label="Time zone", required=False, max_length=64)
    language = forms.ChoiceField(label="Tell me in", required=False)

    def __init__(self, *args, organization, **options):
        super().__init__(*args, **options)
        here = dict(LANGUAGES).get(organization.language, organization.language)
        self.fields["language"].choices = [("", f"The organization's language: {here}"), *LANGUAGES]
        self.fields["time_zone"].help_text = f"Such as Europe/Berlin. Left empty: {organization.time_zone}, as here."
        for name in ("quiet_from", "quiet_until", "digest_at"):
            self.fields[name].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    @classmethod
    def of(cls, schedule, organization, data=None):
        initial = {name: getattr(schedule, name) for name in cls.base_fields if hasattr(schedule, name)}
        initial |= {
            "days": [day for day in DAYS if getattr(schedule, day)],
            "language": schedule.member.language,
            "version": schedule.version,
        }
        return cls(data, initial=initial, organization=organization)

    def words(self):
        said = super().words()
        days = said.pop("days")
        return said | {day: day in days for day in DAYS}

    def take(self, problems):
        """A day that is refused stands among the days."""
        super().take([p if p.field not in DAYS else type(p)(p.code, p.message, "days") for p in problems])


def name_of(kind, transport):
    return f"{kind}.{transport}"
