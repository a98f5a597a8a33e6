"""The form of what somebody needs so that they can be spoken to and met."""

from typing import Any

from django import forms

from agencies.offering import ACCESS
from referrals.forms.merging import NOT_MINE, MergedForm
from victims.models import AccessNeeds, Person


class AccessNeedsForm(MergedForm):
    """Asked of everybody, in the person's own time; never why they need it."""

    language = forms.CharField(
        label="Language that the person speaks best (optional)",
        help_text="Such as English, Welsh, Polish. Leave it empty where nobody knows.",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    interpreter = forms.ChoiceField(
        label="Do they need an interpreter?",
        help_text="One that the hub books; never a relative or a friend.",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        error_messages={"required": "Say whether they need an interpreter"},
    )
    needs = forms.MultipleChoiceField(
        label="What must a service have, so that they can use it?",
        help_text="Tick what they say they need. Tick nothing where they need nothing. Never write why.",
        choices=[(code, words[:1].upper() + words[1:]) for code, words in ACCESS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    @staticmethod
    def held(person: Person, asked: AccessNeeds | None) -> dict[str, Any]:
        """What the form shows before anything is typed: what is on record."""
        known = asked is not None or person.interpreter
        return {
            "language": person.language,
            "interpreter": ("yes" if person.interpreter else "no") if known else "",
            "needs": asked.needs if asked else [],
        }

    def said(self) -> dict[str, Any]:
        """What was said, as victims.actions.access_needs takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in NOT_MINE}
        return {**given, "interpreter": given["interpreter"] == "yes", "seen": self.cleaned_data["seen"]}
