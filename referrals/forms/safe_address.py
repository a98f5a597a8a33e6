"""The form of a safe address."""

from django import forms

from referrals.forms.merging import MergedForm


class SafeAddressForm(MergedForm):
    """Where the person is, and nobody may find."""

    lines = forms.CharField(
        label="Where is the person?",
        help_text="Only what you need: the name of a refuge and whom to ask for may be enough.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the safe address, or how it may be reached"},
    )
    postcode = forms.CharField(
        label="Postcode (optional)",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
