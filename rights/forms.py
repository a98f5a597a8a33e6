"""What is asked when people's rights are looked after."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from govuk_forms import MemorableDateField
from rights.actions.corrections import FIELDS
from rights.grounds import EXEMPTIONS, REFUSALS
from rights.information import ANSWERS, tests_for
from rights.models import InformationRequest, Request

SMALL = {"class": "govuk-radios--small"}


def _words(
    label: str, error: str, *, help_text: str = "", limit: int = 400, required: bool = True
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": error},
    )


def _line(
    label: str, error: str, *, help_text: str = "", limit: int = 200, required: bool = True
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        required=required,
        error_messages={"required": error},
    )


def _choice(label: str, choices: Any, error: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages=dict.fromkeys(("required", "invalid_choice"), error),
    )


def _past_day(label: str, help_text: str = "") -> MemorableDateField:
    return MemorableDateField(
        label=label, help_text=help_text, error_messages={"required": "Enter the day it was received"}
    )


class OpenForm(forms.Form):
    """What a person asks about their data."""

    mark_optional = False
    kind = _choice(
        "What do they ask for?",
        [(kind.value, kind.label.capitalize()) for kind in Request.Kind],
        "Choose what they ask for",
    )
    asked_by = _line(
        "Who asks?", "Say who asks", help_text="The person, or who acts for them and by which right."
    )
    identity_check = _line(
        "How was their identity checked?",
        "Say how you made sure of who they are",
        help_text="For example: called back on a number known to be safe.",
    )
    received_on = _past_day("When was it received?", "A month is counted from that day.")
    words = _words("What did they ask, in their words? (optional)", "", limit=4000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())


class BecauseForm(forms.Form):
    because = _words("Why?", "Say why, in words that a colleague understands")


class ReasonsForm(forms.Form):
    reasons = _words("Why does nothing stand against it?", "Say why nothing stands against it", limit=2000)


class RefuseForm(forms.Form):
    mark_optional = False
    ground = _choice("On which ground?", list(REFUSALS.items()), "Choose the ground")
    reasons = _words(
        "Reasons",
        "Give the reasons",
        help_text="The person is told them, and that they may complain to the regulator.",
        limit=2000,
    )
    statement = _words(
        "The person’s own statement (optional)",
        "",
        help_text="What they want kept beside the record.",
        limit=4000,
        required=False,
    )


class WithholdForm(forms.Form):
    item = forms.ChoiceField(label="Which passage?", error_messages={"required": "Choose the passage"})
    exemption = _choice("On which ground?", list(EXEMPTIONS.items()), "Choose the ground")
    reason = _words("Why?", "Say why this passage is left out")

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["item"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Choose a passage"), *items]


class ReleaseForm(forms.Form):
    """`seen`: the fingerprint of the copy that the page showed."""

    looked = forms.BooleanField(
        label="I have read the whole copy. It names nobody else, and says nothing of where somebody is safe.",
        error_messages={"required": "Read the copy, then say that you have"},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class CorrectForm(forms.Form):
    field = forms.ChoiceField(
        label="Which field is wrong?",
        choices=[("", "Choose a field"), *((code, one.words) for code, one in FIELDS.items())],
        error_messages={"required": "Choose the field"},
    )
    after = _words("What is right?", "Enter what is right", limit=4000)
    reason = _words("How do you know?", "Say how you know that it is right now")


class HoldForm(forms.Form):
    reason = _words(
        "What is the record needed for?",
        "Say which proceedings or inquiry the record is needed for",
        help_text="For example a public inquiry, or proceedings that the record is evidence in.",
    )


class ReviewForm(forms.Form):
    mark_optional = False
    decision = _choice(
        "What is to become of the record?",
        [("erase", "Erase it"), ("keep", "Keep it until a day")],
        "Choose whether to erase or to keep it",
    )
    until = MemorableDateField(label="Keep it until", required=False, help_text="Only where it is kept.")
    reason = _words("Why?", "Say why", help_text="It stands beside the decision.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until = self.fields["until"]
        if isinstance(until, MemorableDateField):
            today = timezone.localdate()
            until.earliest, until.latest = today + timedelta(days=1), date(today.year + 10, 12, 31)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("decision") == "keep" and not told.get("until") and "until" not in self.errors:
            self.add_error("until", "Enter the day until which it is kept")
        return told


class InformationForm(forms.Form):
    """A request for victim information, as the authorised person made it."""

    mark_optional = False
    body = _line("Which body asks?", "Enter the body", help_text="For example Northshire Police.", limit=120)
    requester = _line("Who asks there?", "Enter who asks", help_text="Name, rank and how to reach them.")
    received_on = _past_day("When was it received?")
    asks = _words("What do they ask for?", "Enter what is asked for", help_text="With dates.", limit=4000)
    line_of_enquiry = _words(
        "Which reasonable line of enquiry do they state?",
        "Enter the line of enquiry, or send the request back: without one it may not be made",
        limit=4000,
    )
    necessary = _words("Why do they say it is necessary?", "Enter why they say it is necessary", limit=4000)
    proportionate = _words(
        "Why do they say it is proportionate?", "Enter why they say it is proportionate", limit=4000
    )
    counselling = forms.BooleanField(label="Counselling records are asked for", required=False)
    senior_approval = _line(
        "Senior officer who approved it (optional)",
        "",
        help_text="Needed for counselling records: name, rank and date.",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())


class TestsForm(forms.Form):
    """Each test answered, with words where they help, and the victim's notice."""

    mark_optional = False

    def __init__(self, *args: Any, counselling: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tests = tests_for(counselling=counselling)
        for test in self.tests:
            self.fields[test.code] = forms.ChoiceField(
                label=test.words,
                help_text=f"From {test.source}.",
                choices=list(ANSWERS.items()),
                widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline govuk-radios--small"}),
                error_messages={"required": f"Answer: {test.words[:1].lower()}{test.words[1:]}"},
            )
        self.fields["notice_on"] = MemorableDateField(
            label="When was the victim given written notice? (optional)", required=False
        )
        self.fields["notice_words"] = _words(
            "What the notice said of what, why and how; or why there was none",
            "Say what the notice said, or why there was none",
            limit=4000,
        )

    def answers(self) -> dict[str, str]:
        return {test.code: self.cleaned_data[test.code] for test in self.tests}


class DecideInformationForm(forms.Form):
    mark_optional = False
    decision = _choice("Decision", InformationRequest.Decision.choices, "Choose the decision")
    reasons = _words("Reasons", "Give the reasons", limit=4000)


class DiscloseForm(forms.Form):
    disclosed = _words(
        "What was disclosed, and how was it sent?",
        "Say what was disclosed and how",
        limit=4000,
    )
