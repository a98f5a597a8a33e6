"""The form of a handover note, alone or with the form of a transfer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from govuk_forms import MemorableDateField
from referrals.actions.handovers import LONGEST, Handover
from referrals.forms.messages import offer_what_is_told
from referrals.forms.triage import SMALL_RADIOS
from referrals.models import HandoverNote, Referral


class HandoverForm(forms.Form):
    """What whoever takes the referral over must know first. `wants_note`: it may not be left empty."""

    mark_optional = False
    wants_note = True
    first = forms.CharField(
        label="What must be known first?",
        help_text="It stands at the top of the referral. Never write where somebody is safe.",
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    told = forms.CharField(
        label="Who was told that it is passed on (optional)",
        help_text="The person themselves, and whoever else knows.",
        max_length=LONGEST,
        required=False,
    )
    address_as = forms.CharField(
        label="How does the person want to be addressed (optional)", max_length=LONGEST, required=False
    )
    call_day = MemorableDateField(label="Day of an agreed call together (optional)", required=False)
    call_hour = forms.TimeField(
        label="Hour of that call (optional)",
        help_text="By the 24-hour clock, for example 15:30.",
        required=False,
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter the hour as two numbers, for example 15:30"},
    )
    about = forms.ChoiceField(
        label="What is the note about?",
        help_text="It is shown for as long as the reader is told of that.",
        required=False,
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_what_is_told(self, referral)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        day, hour = given.get("call_day"), given.get("call_hour")
        if bool(day) != bool(hour) and not {"call_day", "call_hour"} & self.errors.keys():
            missing = "call_hour" if day else "call_day"
            self.add_error(missing, "Enter both the day and the hour of the call")
        says = any(given.get(name) for name in ("told", "address_as", "call_day"))
        if not given.get("first", "").strip() and (self.wants_note or says):
            self.add_error("first", "Write what must be known first")
        return given

    def note(self) -> Handover | None:
        """What was written; None where nothing was."""
        given = self.cleaned_data
        if not given["first"].strip():
            return None
        return Handover(given["first"], given["told"], given["address_as"], self._call_at(), given["about"])

    def _call_at(self) -> datetime | None:
        day, hour = self.cleaned_data.get("call_day"), self.cleaned_data.get("call_hour")
        return timezone.make_aware(datetime.combine(day, hour)) if day and hour else None


def as_written(note: HandoverNote | None) -> Mapping[str, Any]:
    """What a form begins with where a note is written already, to be passed on."""
    if note is None:
        return {}
    at = timezone.localtime(note.joint_call_at) if note.joint_call_at else None
    when = {"call_day": at.date(), "call_hour": at.time()} if at else {}
    return {**note.text, **when, "about": note.category}
