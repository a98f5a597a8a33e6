"""Forms of a contested decline."""

from django import forms

from referrals.models import Dispute

SMALL = {"class": "govuk-radios--small"}
NAME_NOBODY = "The agency reads this and sees the case no more: name nobody."


def _words(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why, in words that the other side understands"},
    )


class ContestForm(forms.Form):
    words = _words("Why should the agency take it?", NAME_NOBODY)


class DisputeAnswerForm(forms.Form):
    stance = forms.ChoiceField(
        label="What do you say?",
        choices=Dispute.Stance.choices,
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose whether the decline stands or you take it up"},
    )
    words = _words("Why?", "The hub reads this. If you take it up, a new referral comes to you.")


class ResolveForm(forms.Form):
    resolution = forms.ChoiceField(
        label="What was settled?",
        choices=Dispute.Resolution.choices,
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose what was settled"},
    )
    words = _words("In words", NAME_NOBODY)
