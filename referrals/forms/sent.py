"""What a police liaison may ask of what was sent."""

from django import forms


class DayForm(forms.Form):
    mark_optional = False
    day = forms.DateField(
        label="Sent on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a real date, like 2026-11-24"},
    )


class ReferenceForm(forms.Form):
    mark_optional = False
    reference = forms.CharField(
        label="Your reference",
        help_text="The crime’s in your own system, or the number that the referral form gave.",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": "Enter a reference"},
    )
