"""What is asked before a rehearsal: the days whose decisions are looked at again."""

from typing import Any

from django import forms
from django.utils import timezone

from govuk_forms import MemorableDateField


class WindowForm(forms.Form):
    """The first and the last day of a window of the past."""

    since = MemorableDateField(label="First day", latest=timezone.localdate)
    until = MemorableDateField(label="Last day", help_text="This day is included.", latest=timezone.localdate)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "since" in given and "until" in given and given["since"] > given["until"]:
            self.add_error("until", "Last day must not be before the first day")
        return given
