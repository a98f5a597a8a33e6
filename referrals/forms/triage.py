"""Forms of triage. What they allow is decided by the verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms

from referrals.models import Case

SMALL_RADIOS = {"class": "govuk-radios--small"}
REASON_ERROR = "Enter the reason, in words that a colleague understands"


class AssignForm(forms.Form):
    """Who carries the case. `seen`: who carried it when the page was made."""

    to = forms.ChoiceField(
        label="Assign to", widget=forms.Select, required=False, error_messages={"required": "Choose somebody"}
    )
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    mark_optional = False

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", people)


class EntitlementForm(forms.Form):
    level = forms.ChoiceField(
        label="Entitlement under the Victims’ Code",
        choices=[(level.value, level.label.capitalize()) for level in Case.Entitlement],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the entitlement"},
    )
    reason = forms.CharField(
        label="Why?",
        help_text="The person may ask, and the next reader will.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": REASON_ERROR},
    )


class FinishForm(forms.Form):
    """Finishing triage; the reason is asked for only where nobody has tried to reach the person."""

    mark_optional = False
    no_contact_reason = forms.CharField(
        label="Nobody has tried to reach the person. Why does the case go on without?",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SuspendForm(forms.Form):
    reason = forms.CharField(
        label="Why is no contact safe?",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": REASON_ERROR},
    )


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Give a field that chooses what there is to choose from."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
