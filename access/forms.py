"""What somebody may ask of the access log."""

from datetime import date
from typing import Any

from django import forms

from access.doors import DOOR_WORDS
from access.models import Hint, Look
from access.queries.log import agency_names


def _date(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a real date, like 2026-11-24"},
    )


def _agencies() -> list[tuple[str, str]]:
    names = sorted((name, str(agency_id)) for agency_id, name in agency_names().items())
    return [("", "Any"), *((agency_id, name) for name, agency_id in names)]


class LogForm(forms.Form):
    mark_optional = False

    who = forms.CharField(label="Who looked (name)", required=False, max_length=120)
    reference = forms.CharField(
        label="Case or person",
        required=False,
        max_length=20,
        help_text="A reference, like VRH-26-000482.",
    )
    searched = forms.CharField(
        label="Searched for",
        required=False,
        max_length=200,
        help_text="A name, number or reference. The log holds searches as keyed hashes alone.",
    )
    action = forms.ChoiceField(
        label="What they did",
        required=False,
        choices=[("", "Anything"), *((value, words.capitalize()) for value, words in Look.Action.choices)],
    )
    door = forms.ChoiceField(
        label="Where in the product",
        required=False,
        choices=[("", "Anywhere"), *((door, words.capitalize()) for door, words in DOOR_WORDS.items())],
    )
    agency = forms.ChoiceField(label="Agency", required=False, choices=_agencies)
    place = forms.GenericIPAddressField(label="From the network address", required=False)
    out_of_hours = forms.BooleanField(label="Out of hours only", required=False)
    first = _date("From")
    last = _date("To")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first"), told.get("last")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last", "The last day must not be before the first")
        return told


class FaultForm(forms.Form):
    """What a finding came to."""

    mark_optional = False
    words = forms.CharField(
        label="Whom did you ask, and what did you find?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say whom you asked and what you found"},
    )


class HintForm(FaultForm):
    """What a hint came to."""

    outcome = forms.ChoiceField(
        label="What came of it?",
        choices=[(value, words.capitalize()) for value, words in Hint.Outcome.choices],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Say whether it is explained or was followed up"},
    )
    field_order = ("outcome", "words")
