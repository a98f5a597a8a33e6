"""The form of where an alleged perpetrator works."""

from collections.abc import Iterable
from typing import Any

from django import forms

from agencies.models import Agency


class EmployerForm(forms.Form):
    """Whether they work for one of the agencies that the hub works with."""

    employer = forms.ChoiceField(
        label="Do they work for one of these agencies?",
        help_text="Paid or as a volunteer. That agency is kept out of the case from then on, and is not told why.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an agency, or none of them"},
    )

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["employer"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                *((str(one.id), one.name) for one in agencies),
                ("none", "None of them, or not known"),
            ]
