"""Forms on how somebody is told that something waits, and on who is on call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from agencies.models import Practitioner
from agencies.notifications import HUB, KINDS, PARTNER, Way
from govuk_forms import MemorableDateField

HOUR: dict[str, Any] = {
    "widget": forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
    "error_messages": dict.fromkeys(
        ("required", "invalid"), "Enter the hour by the 24-hour clock, for example 15:30"
    ),
}


class ChoicesForm(forms.Form):
    """How somebody wants to be told, kind by kind. Urgent kinds are not asked: they are mailed at once."""

    mark_optional = False

    def __init__(self, *args: Any, ways: Mapping[str, Way], is_hub: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in HUB if is_hub else PARTNER:
            if not KINDS[code].urgent:
                self.fields[code] = forms.ChoiceField(
                    label=KINDS[code].words,
                    choices=[(str(way), way.words) for way in Way],
                    initial=str(ways[code]),
                    widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline govuk-radios--small"}),
                    error_messages={"required": f"Choose how you are told: {KINDS[code].words.lower()}"},
                )

    def ways(self) -> dict[str, Way]:
        """The choices of a valid form."""
        return {code: Way(way) for code, way in self.cleaned_data.items()}


class TurnForm(forms.Form):
    """Who is on call, from when until when."""

    mark_optional = False
    practitioner = forms.TypedChoiceField(
        label="Who is on call?", coerce=UUID, error_messages={"required": "Choose who is on call"}
    )
    starts_on = MemorableDateField(
        label="From which day?", error_messages={"required": "Enter the day from which they are on call"}
    )
    starts_time = forms.TimeField(label="From which hour?", initial="09:00", **HOUR)
    ends_on = MemorableDateField(
        label="Until which day?", error_messages={"required": "Enter the day until which they are on call"}
    )
    ends_time = forms.TimeField(label="Until which hour?", initial="09:00", **HOUR)

    def __init__(self, *args: Any, people: Sequence[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["practitioner"]
        if isinstance(asked, forms.TypedChoiceField):
            asked.choices = [("", "Choose somebody"), *((str(one.id), one.name) for one in people)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for end in ("starts", "ends"):
            day, hour = given.get(f"{end}_on"), given.get(f"{end}_time")
            if day and hour:
                given[f"{end}_at"] = timezone.make_aware(datetime.combine(day, hour))
        return given
