"""The form of a message between hub and partner."""

from typing import Any

from django import forms

from govuk_forms.choices import offer
from referrals.actions.messages import LONGEST
from referrals.forms.triage import SMALL_RADIOS
from referrals.models import Referral
from referrals.queries.messages import about_choices


class MessageForm(forms.Form):
    """What is said, and about what. `asks`: it must be answered before the referral is; `answers`: this does so."""

    mark_optional = False
    text = forms.CharField(
        label="Your message",
        help_text="The other side reads it, and nobody else. Never write where somebody is safe.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what you want to say"},
    )
    about = forms.ChoiceField(
        label="What is it about?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose what it is about"},
    )
    asks = forms.BooleanField(
        label="We cannot answer the referral before we know this",
        help_text="Your time to answer stands still until the hub has answered.",
        required=False,
    )
    answers = forms.BooleanField(
        label="This answers the partner’s question",
        help_text="Its time to answer runs again.",
        required=False,
    )

    def __init__(
        self, *args: Any, referral: Referral, may_ask: bool, may_answer: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_what_is_told(self, referral)
        self.initial.setdefault("answers", may_answer)
        if not may_ask:
            del self.fields["asks"]
        if not may_answer:
            del self.fields["answers"]


def offer_what_is_told(form: forms.Form, referral: Referral) -> None:
    """Have the field `about` choose among what the referral's agency is told of; the first stands chosen."""
    choices = about_choices(referral)
    offer(form, "about", choices)
    form.initial.setdefault("about", choices[0][0] if choices else "")
