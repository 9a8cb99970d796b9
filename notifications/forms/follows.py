"""What somebody says about a thing by pressing a button."""

from django import forms

from notifications.actions import follows

WISHES = {"follow": follows.follow, "mute": follows.mute, "forget": follows.forget}


class WishForm(forms.Form):
    wish = forms.ChoiceField(choices=[(wish, wish) for wish in WISHES])

    @property
    def verb(self):
        return WISHES[self.cleaned_data["wish"]]
