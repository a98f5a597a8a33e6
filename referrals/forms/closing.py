"""Forms of the end of a case. What they allow is decided by the verbs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from referrals.forms.triage import REASON_ERROR, SMALL_RADIOS
from referrals.models import Referral
from referrals.workflow import END_STATES


class CloseForm(forms.Form):
    """How the case ended and why; for each referral that is still open, why it is taken back."""

    mark_optional = False
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
    without = forms.CharField(
        label="Why does it end without what is missing? (optional)",
        help_text="Only where something that such an end wants is missing.",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, still_open: Sequence[Referral], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.still_open = still_open
        for one in still_open:
            self.fields[f"recall_{one.id}"] = forms.CharField(
                label=f"{one.agency.name}, {one.service.name}: why is it taken back?",
                help_text="Or leave it empty, and wait for their answer before you close.",
                max_length=400,
                required=False,
            )

    @property
    def recalls(self) -> dict[UUID, str]:
        """By referral that is still open: the reason for which it is taken back."""
        return {one.id: self.cleaned_data[f"recall_{one.id}"] for one in self.still_open}


class ReopenForm(forms.Form):
    """Why a closed case is opened again."""

    reason = forms.CharField(
        label="Why is it opened again?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": REASON_ERROR},
    )
