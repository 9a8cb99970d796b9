"""The shape of a rule, as its page sends it."""

from django import forms

from dispatch.states import Strategy
from tenants.forms import LocalMoment, SettingsForm
from tenants.models import Department
from workorder.models import Customer, Process, Product, Tag
from workorder.states import Priority

HIGHEST_RANK = 1_000_000
ANY = "Any"
RELATIONS = {
    "if_process": ("Process", Process, ANY),
    "if_department": ("Department it is in", Department, ANY),
    "if_customer": ("Customer", Customer, ANY),
    "if_product": ("Product", Product, ANY),
    "if_tag": ("Tag of its order", Tag, ANY),
    "department": ("Send it to", Department, "Leave it where it is"),
}
# What each strategy looks at, for whoever chooses one.
EXPLAINED = {
    Strategy.LEAST_LOADED: "Least loaded: the fewest minutes of open work",
    Strategy.FASTEST: "Fastest: their own history on this process",
    Strategy.ROUND_ROBIN: "Round robin: whoever has waited longest for a turn",
    Strategy.MOST_SKILLED: "Most skilled: the highest level in what it needs",
    Strategy.KEEP_WITH: "Keep with: whoever did the process before",
    Strategy.QUEUE_ONLY: "Queue only: whoever is free claims it",
}


def _quantity(label):
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=14, decimal_places=3)


class RuleForm(SettingsForm):
    """What a rule asks, all of which has to hold, and what it does then. What is left open always holds."""

    name = forms.CharField(max_length=120, help_text="It stands in every decision the rule makes.")
    rank = forms.IntegerField(min_value=1, max_value=HIGHEST_RANK, help_text="1 is asked before 2.")
    if_process = forms.ModelChoiceField(queryset=None, required=False)
    if_department = forms.ModelChoiceField(queryset=None, required=False)
    if_customer = forms.ModelChoiceField(queryset=None, required=False)
    if_product = forms.ModelChoiceField(queryset=None, required=False)
    if_priority = forms.ChoiceField(label="Priority", required=False, choices=[("", ANY), *Priority.choices])
    if_tag = forms.ModelChoiceField(queryset=None, required=False)
    if_quantity_from = _quantity("From this quantity")
    if_quantity_to = _quantity("Up to this quantity")
    active_from = LocalMoment(label="Asked from", required=False)
    active_until = LocalMoment(label="Asked until", required=False)
    department = forms.ModelChoiceField(queryset=None, required=False)
    strategy = forms.ChoiceField(
        label="Choose by", choices=[(strategy.value, said) for strategy, said in EXPLAINED.items()]
    )
    active = forms.BooleanField(label="It is asked", required=False, initial=True)

    CONDITIONS = (
        "if_process",
        "if_department",
        "if_customer",
        "if_product",
        "if_priority",
        "if_tag",
        "if_quantity_from",
        "if_quantity_to",
        "active_from",
        "active_until",
    )
    EFFECTS = ("department", "strategy")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, (label, model, empty) in RELATIONS.items():
            self.fields[name].queryset = model.objects.all()
            self.fields[name].label, self.fields[name].empty_label = label, empty

    @classmethod
    def of(cls, rule, data=None):
        values = {name: getattr(rule, name) for name in ("version", *cls.base_fields)}
        relations = {name: getattr(rule, f"{name}_id") for name in RELATIONS}
        return cls(data, initial=values | relations)

    def conditions(self):
        return [self[name] for name in self.CONDITIONS]

    def effects(self):
        return [self[name] for name in self.EFFECTS]

    def said(self):
        """What was filled in and can be read, for whoever looks before all of it is right."""
        self.is_valid()
        return {name: value for name, value in self.words().items() if name not in self.errors}
