"""What somebody may ask of the access log."""

from datetime import date
from typing import Any

from django import forms

from access.models import Look


def _date(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a real date, like 2026-11-24"},
    )


class LogForm(forms.Form):
    mark_optional = False

    who = forms.CharField(label="Who looked (name)", required=False, max_length=120)
    reference = forms.CharField(
        label="Case or person",
        required=False,
        max_length=20,
        help_text="A reference, like VRH-26-000482.",
    )
    action = forms.ChoiceField(
        label="What they did",
        required=False,
        choices=[("", "Anything"), *((value, words.capitalize()) for value, words in Look.Action.choices)],
    )
    first = _date("From")
    last = _date("To")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first"), told.get("last")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last", "The last day must not be before the first")
        return told
