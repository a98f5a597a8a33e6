"""Forms of triage and of the case page. What they allow is decided by the verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms

from referrals.models import Case, ContactAttempt
from referrals.workflow import END_STATES
from victims.actions.safety import RULE_WORDS

SMALL_RADIOS = {"class": "govuk-radios--small"}
REASON_ERROR = "Enter the reason, in words that a colleague understands"


class ContactForm(forms.Form):
    """One try to reach the person: by which way, and what came of it."""

    mark_optional = False
    way = forms.ChoiceField(
        label="How did you try?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose how you tried to reach the person"},
    )
    result = forms.ChoiceField(
        label="What came of it?",
        choices=ContactAttempt.Result.choices,
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose what came of it"},
    )
    notes = forms.CharField(
        label="Notes (optional)", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "way", ways)


class SafetyForm(forms.Form):
    """Whether a number is safe, when, and with which rules."""

    mark_optional = False
    safety = forms.ChoiceField(
        label="Is it safe to use?",
        help_text="Ask the person, not the sender: who else may answer, read or open it?",
        choices=[("safe", "Safe"), ("unsafe", "Not safe: never use it"), ("unknown", "Not known")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it is safe"},
    )
    begins = forms.TimeField(
        label="Safe from",
        help_text="By the 24-hour clock, for example 09:00. Leave both hours empty where any hour is safe.",
        required=False,
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter the hour as two numbers, for example 09:00"},
    )
    ends = forms.TimeField(
        label="Safe until",
        required=False,
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter the hour as two numbers, for example 15:30"},
    )
    rules = forms.MultipleChoiceField(
        label="What must be kept to?",
        required=False,
        choices=list(RULE_WORDS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    def __init__(self, *args: Any, is_telephone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_telephone:
            for name in ("begins", "ends", "rules"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("begins")) != bool(given.get("ends")):
            self.add_error("ends", "Enter both hours, from and until, or neither")
        return given


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


class CloseForm(forms.Form):
    end_state = forms.ChoiceField(
        label="How did it end?",
        choices=list(END_STATES.items()),
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose how the case ended"},
    )
    reason = forms.CharField(
        label="Why?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": REASON_ERROR},
    )


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Give a field that chooses what there is to choose from."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
