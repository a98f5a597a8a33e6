"""The form by which the hub says who leads the joint work on a case."""

from collections.abc import Sequence
from typing import Any

from django import forms

from govuk_forms.choices import offer
from referrals.forms.triage import SMALL_RADIOS
from referrals.models import Referral

NOBODY = "nobody"


class LeadForm(forms.Form):
    """Which of the case's live referrals leads, or none."""

    mark_optional = False
    to = forms.ChoiceField(
        label="Who leads?",
        help_text="The others are told that another service leads. They are not told which.",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose who leads"},
    )

    def __init__(self, *args: Any, live: Sequence[Referral], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.id), f"{one.service.name}, {one.agency.name}, {one.team.name}") for one in live]
        offer(self, "to", [*choices, (NOBODY, "Nobody leads: each does its own part")])
