"""Whom and what an admin asks about: who was told of what, and who was not."""

from django import forms

from notifications.models import Notification
from notifications.queries.untold import thing_named
from notifications.states import Kind
from tenants.models import Member


class ToldFilter(forms.Form):
    """The filters of the page, which live in the address. One that makes no sense is left out, the others hold."""

    member = forms.ModelChoiceField(label="Who", queryset=None, required=False, empty_label="Anybody")
    thing = forms.CharField(
        label="About",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "WO-2026-000123", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Anything"), *Kind.choices])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["member"].queryset = Member.objects.select_related("user").order_by("user__name", "pk")

    def clean_thing(self):
        text = self.cleaned_data["thing"]
        if not text:
            return None
        if not (found := thing_named(text)):
            raise forms.ValidationError("There is no order with this number.")
        return found

    def chosen(self):
        """Everything that was decided about telling people that passes, whether it was shown or not; newest first."""
        self.is_valid()
        asked, rows = self.cleaned_data, Notification.objects.all()
        if asked.get("member"):
            rows = rows.filter(recipient=asked["member"])
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        if asked.get("thing"):
            noun, pk = asked["thing"]
            rows = rows.filter(subject_type=noun, subject_id=pk)
        if self.errors:
            rows = rows.none()
        return rows.select_related("recipient__user").prefetch_related("messages").order_by("-created_at", "-pk")

    @property
    def both(self):
        """(member, thing) if both were named: then there is an answer for each of its events."""
        member, thing = (self.cleaned_data.get(name) for name in ("member", "thing"))
        return (member, thing) if member and thing else None

    @property
    def is_narrowed(self):
        return any(self.data.get(name) for name in self.fields)
