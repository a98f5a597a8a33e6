"""Forms of triage. What they allow is decided by the verbs."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from govuk_forms import MemorableDateField
from govuk_forms.choices import offer
from referrals.forms.merging import MergedForm
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


class EntitlementForm(MergedForm):
    """What the person is entitled to, and why."""

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


class HoldForm(forms.Form):
    """Until when the case is out of the queues, and why. It comes back at nine in the morning of that day."""

    day = MemorableDateField(
        label="Until which day?",
        help_text="It comes back by itself at nine that morning. Clocks go on meanwhile.",
        error_messages={"required": "Enter the day on which it comes back"},
    )
    reason = forms.CharField(
        label="Why is it on hold?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": REASON_ERROR},
    )

    @property
    def until(self) -> datetime:
        """The moment at which it comes back."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], time(9)))


class BulkAssignForm(forms.Form):
    to = forms.ChoiceField(
        label="Who carries them from now on?", error_messages={"required": "Choose somebody, or nobody"}
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", [("", "Choose"), ("nobody", "Nobody: back to the queue"), *people])
