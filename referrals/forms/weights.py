"""The form that decides about estimated weights: why, and which button."""

from django import forms


class WeightsForm(forms.Form):
    mark_optional = False
    reason = forms.CharField(
        label="Why?",
        help_text="Whoever looks at the weights later reads this.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, for whoever looks at this later"},
    )
