"""The form of a call-back. Whether the moment is safe is decided by the verb."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from govuk_forms import MemorableDateField
from govuk_forms.choices import offer
from referrals.forms.triage import SMALL_RADIOS


class CallBackForm(forms.Form):
    """How and when the person is tried again."""

    mark_optional = False
    way = forms.ChoiceField(
        label="How?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose how the person is tried"},
    )
    day = MemorableDateField(label="On which day?", error_messages={"required": "Enter the day"})
    hour = forms.TimeField(
        label="At what hour?",
        help_text="By the 24-hour clock, for example 15:30.",
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={
            "required": "Enter the hour",
            "invalid": "Enter the hour as two numbers, for example 15:30",
        },
    )

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "way", ways)

    @property
    def at(self) -> datetime:
        """The moment, as the clock on the wall shows it."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))
