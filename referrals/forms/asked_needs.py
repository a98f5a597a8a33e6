"""The form by which the hub says what a referral is asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms

from govuk_forms.choices import offer
from referrals.queries.asked_needs import need_words

SMALL = {"class": "govuk-checkboxes--small"}


def need_choices(needs: Sequence[str]) -> list[tuple[str, str]]:
    """Needs to tick, each with its words."""
    words = ((one, need_words(one)) for one in needs)
    return [(one, said[:1].upper() + said[1:]) for one, said in words]


class NeedsForm(forms.Form):
    """Which of the person's needs the referral is asked for, and why."""

    mark_optional = False
    needs = forms.MultipleChoiceField(
        label="What is it asked for?",
        help_text="None ticked: for none of the eight needs.",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
    )
    why = forms.CharField(
        label="Why do you change it?",
        help_text="The agency reads this. Never name there who else helps the person.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the next reader needs the reason"},
    )

    def __init__(self, *args: Any, needs: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "needs", need_choices(needs))
