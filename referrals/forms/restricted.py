"""Forms about who may see a record: restriction, personal access, conflicts, break-glass and its review."""

from collections.abc import Sequence
from typing import Any

from django import forms

from access.models import BreakGlassReview, Conflict, Restriction
from govuk_forms import MemorableDateField
from govuk_forms.choices import offer

SMALL_RADIOS = {"class": "govuk-radios--small"}
LONGEST = 400


def _said(label: str, missing: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )


def _chosen(label: str, missing: str, choices: Sequence[tuple[str, str]] = (), help_text: str = "") -> Any:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=[(value, f"{words[:1].upper()}{words[1:]}") for value, words in choices],
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": missing},
    )


class RestrictForm(forms.Form):
    """Why a record is restricted, and who answers for it."""

    mark_optional = False
    reason = _chosen(
        "Why is it to be restricted?", "Choose why it is to be restricted", Restriction.Reason.choices
    )
    words = _said(
        "In a sentence",
        "Say why the record is to be restricted",
        "Whoever is let in reads this.",
    )
    owner_id = _chosen(
        "Who answers for the record?",
        "Choose who answers for the record",
        help_text="They decide who else is let in, and hear when somebody breaks the glass.",
    )

    def __init__(self, *args: Any, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner_id", owners)


class ReasonForm(forms.Form):
    """One reason in words, for lifting a restriction or ending a conflict."""

    words = _said("Why?", "Enter the reason, in words that a colleague understands")

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label


class LetInForm(forms.Form):
    """Who is let into a restricted record, for what, and until when."""

    mark_optional = False
    to = forms.ChoiceField(
        label="Who?", widget=forms.Select, error_messages={"required": "Choose who is to be let in"}
    )
    reason = _said("What do they need it for?", "Say what they need it for")
    until = MemorableDateField(label="Last day (optional)", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", [("", "Choose"), *people])


class ConflictForm(forms.Form):
    """Who is in conflict, and why. A practitioner is asked for themselves alone."""

    mark_optional = False
    who = forms.ChoiceField(
        label="Who has the conflict?",
        widget=forms.Select,
        error_messages={"required": "Choose who has the conflict"},
    )
    why = _chosen("What is the conflict?", "Choose what the conflict is", Conflict.Why.choices)
    words = _said("In a sentence", "Say in a sentence what the conflict is")

    def __init__(self, *args: Any, whom: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if whom:
            offer(self, "who", whom)
        else:
            del self.fields["who"]


class BreakGlassForm(forms.Form):
    """Which record must be opened, and why now."""

    mark_optional = False
    reference = forms.CharField(
        label="Reference of the case or person",
        help_text="Such as VRH-26-000482 or P-26-000731.",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": "Enter the reference"},
    )
    reason = _said(
        "Why must you open it now?",
        "Say in a sentence why you must open it now",
        "A colleague reads this tomorrow and decides whether it was justified.",
    )


class ReviewForm(forms.Form):
    """Whether opening the record was justified."""

    outcome = _chosen(
        "Was it justified?",
        "Choose whether it was justified",
        BreakGlassReview.Outcome.choices,
    )
    words = _said("Why?", "Say why, in words that an inspector understands")
