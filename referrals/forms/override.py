"""Forms of safeguarding overrides: asking, and deciding as the second person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from access.categories import Category
from agencies.models import Agency
from govuk_forms import MemorableDateField
from referrals.actions.override import LONGEST
from referrals.grounds import OVERRIDE_REASONS

SMALL = {"class": "govuk-radios--small"}


class AskForm(forms.Form):
    """Who is to be told what without consent, why, and until when."""

    agency = forms.ChoiceField(
        label="Who is to be told?",
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose which agency is to be told"},
    )
    categories = forms.MultipleChoiceField(
        label="What are they told?",
        help_text="No more than is needed to keep somebody safe.",
        choices=[(str(category), category.words.capitalize()) for category in Category],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": "Choose what they are told"},
    )
    reason_code = forms.ChoiceField(
        label="Why can it not wait for consent?",
        choices=list(OVERRIDE_REASONS.items()),
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose why it cannot wait for consent"},
    )
    reason_words = forms.CharField(
        label="In words",
        help_text="What is known, and why telling is necessary and proportionate. It stays on the case.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say in words why it cannot wait for consent"},
    )
    until = MemorableDateField(
        label="Until when?",
        help_text=f"Their sight of the case ends with that day. At most {LONGEST.days} days.",
        error_messages={"required": "Enter the day on which it ends"},
    )

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [(str(agency.id), agency.name) for agency in agencies]
        dates = self.fields["until"]
        if isinstance(dates, MemorableDateField):
            today = timezone.localdate()
            dates.earliest, dates.latest = today, today + LONGEST - timedelta(days=1)


class DecideForm(forms.Form):
    """The second person's decision."""

    answer = forms.ChoiceField(
        label="Is the agency told without consent?",
        choices=[("approve", "Yes, they are told"), ("refuse", "No")],
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose whether the agency is told"},
    )
    words = forms.CharField(
        label="Why?",
        help_text="It stays on the case.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why you decide so"},
    )
