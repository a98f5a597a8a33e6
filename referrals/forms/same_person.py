"""The form that undoes a link between two records: why, and which button."""

from django import forms


class UndoLinkForm(forms.Form):
    mark_optional = False
    words = forms.CharField(
        label="Why are they not to be linked?",
        help_text="Whoever looks through what was recorded meanwhile reads this.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why they are not to be linked"},
    )
