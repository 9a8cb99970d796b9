"""The filters of reports, which live in the address. One that makes no sense is left out, the others hold."""

import datetime

from django import forms

from dispatch.queries.workloads import FURTHEST, MOST_DAYS
from tenants.models import Department

DAY = datetime.timedelta(days=1)
FIRST_DAY = datetime.date(2000, 1, 1)


class DaysFilter(forms.Form):
    """From which day to which, and one department or all of them.

    `usual` are the first and last day when none are asked for; `places` the departments the member may look at.
    """

    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    department = forms.ModelChoiceField(queryset=None, required=False, empty_label="All")

    def __init__(self, data, *, usual, today, places=None):
        self.usual, self.furthest = usual, today + FURTHEST
        super().__init__(data)
        self.places = Department.objects.order_by("code") if places is None else places
        self.fields["department"].queryset = self.places
        self.is_valid()
        self.begins_on, self.ends_on = self._days()

    def _days(self):
        """As asked, if they can be meant: in this order, not too many, and not in a time nobody plans for."""
        first, last = (self._meant(name) for name in ("first", "last"))
        length = self.usual[1] - self.usual[0]
        if first and not last:
            last = first + length
        elif last and not first:
            first = last - length
        if not first or last < first or (last - first).days >= MOST_DAYS:
            return self.usual
        return first, last

    def _meant(self, name):
        day = self.cleaned_data.get(name)
        return day if day and FIRST_DAY <= day <= self.furthest else None

    def chosen(self):
        """The departments to show, in the order of their codes."""
        one = self.cleaned_data.get("department")
        return [one] if one else list(self.places)

    @property
    def address(self):
        one = self.cleaned_data.get("department")
        return f"?first={self.begins_on}&last={self.ends_on}" + (f"&department={one.pk}" if one else "")
