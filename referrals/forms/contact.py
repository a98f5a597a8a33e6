"""Forms about reaching the person: one try, and what is safe. What they allow is decided by the verbs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from typing import Any

from django import forms

from govuk_forms.choices import offer
from referrals.forms.merging import NOT_MINE, MergedForm
from referrals.forms.triage import SMALL_RADIOS
from referrals.models import ContactAttempt
from victims.actions.safety import CARE_WORDS, RULE_WORDS
from victims.models import Address
from victims.safe_contact import EVERY_DAY, Window, windows_of

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOUR_ERROR = "Enter the hour as two numbers, for example 15:30"


class ContactForm(forms.Form):
    """One try to reach the person: by which way, when it began, and what came of it (each result is a button)."""

    mark_optional = False
    way = forms.ChoiceField(
        widget=forms.HiddenInput, error_messages={"required": "Choose how you tried to reach the person"}
    )
    began = forms.CharField(required=False, widget=forms.HiddenInput)
    result = forms.ChoiceField(
        choices=ContactAttempt.Result.choices,
        widget=forms.HiddenInput,
        error_messages={"required": "Choose what came of it"},
    )
    notes = forms.CharField(
        label="Notes (optional)", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )
    despite = forms.CharField(
        label="Why is it tried though it is not safe?",
        help_text="Only where there is a risk to life. It is on record with your name.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )

    def __init__(self, *args: Any, ways: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "way", ways)


class LettersForm(MergedForm):
    """Whether letters are safe, and who lives there."""

    safety = forms.ChoiceField(
        label="Is it safe to use?",
        help_text="Ask the person, not the sender: who else may answer, read or open it?",
        choices=[("safe", "Safe"), ("unsafe", "Not safe: never use it"), ("unknown", "Not known")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it is safe"},
    )
    household = forms.ChoiceField(
        label="Does somebody else live there?",
        help_text="Letters to a joint household are not sent where unknown is unsafe, whatever else is recorded.",
        choices=[
            (Address.Household.ALONE, "No, nobody"),
            (Address.Household.JOINT, "Yes"),
            (Address.Household.UNKNOWN, "Not known"),
        ],
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose whether somebody else lives there"},
    )
    lives_there = forms.CharField(
        label="Who lives there? (optional)",
        help_text="Kept sealed.",
        required=False,
        max_length=300,
    )


def _hour(label: str, **given: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": HOUR_ERROR},
        **given,
    )


def _days(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text="None ticked is every day. Hours of certain days do not hold on a bank holiday.",
        required=False,
        choices=[(str(number), name) for number, name in enumerate(DAYS)],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )


class SafetyForm(MergedForm):
    """Whether a number is safe, when, with which rules, and what was agreed with the person."""

    safety = forms.ChoiceField(
        label="Is it safe to use?",
        help_text="Ask the person, not the sender: who else may answer, read or open it?",
        choices=[("safe", "Safe"), ("unsafe", "Not safe: never use it"), ("unknown", "Not known")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it is safe"},
    )
    begins = _hour(
        "Safe from",
        help_text="By the 24-hour clock, for example 09:00. Leave both hours empty where any hour is safe.",
    )
    ends = _hour("Safe until")
    days = _days("On which days?")
    begins_second = _hour("And also safe from (optional)")
    ends_second = _hour("And also safe until")
    days_second = _days("On which days, for those hours?")
    rules = forms.MultipleChoiceField(
        label="What must be kept to?",
        required=False,
        choices=list(RULE_WORDS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )
    may_answer = forms.CharField(
        label=f"{CARE_WORDS['may_answer']} (optional)",
        help_text="Somebody who knows. Where anybody else answers, all contact stops until you decide.",
        required=False,
        max_length=200,
    )
    code_word = forms.CharField(
        label=f"{CARE_WORDS['code_word']} (optional)",
        help_text="What the person says so that you know it is them, and that they can speak. Kept sealed.",
        required=False,
        max_length=100,
    )
    cover_story = forms.CharField(
        label=f"{CARE_WORDS['cover_story']} (optional)",
        help_text="What to say to anybody else, as the person asked for. Kept sealed.",
        required=False,
        max_length=300,
    )

    def __init__(self, *args: Any, is_telephone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_telephone:
            for name in [name for name in self.fields if name not in ("safety", *NOT_MINE)]:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for begins, ends, _ in _FIELDS:
            if bool(given.get(begins)) != bool(given.get(ends)):
                self.add_error(ends, "Enter both hours, from and until, or neither")
        if given.get("days_second") and not given.get("begins_second"):
            self.add_error("begins_second", "Enter the hours for those days")
        return given

    @property
    def windows(self) -> list[Window]:
        """When it is safe, as entered: none for any hour."""
        return list(_windows(self.cleaned_data))


_FIELDS = (("begins", "ends", "days"), ("begins_second", "ends_second", "days_second"))


def _windows(given: Mapping[str, Any]) -> Iterator[Window]:
    for begins, ends, days in _FIELDS:
        chosen = frozenset(int(day) for day in given.get(days) or ()) or EVERY_DAY
        if given.get(begins):
            yield Window(given[begins], given[ends], chosen)
        elif chosen != EVERY_DAY:
            yield Window(days=chosen)


def safety_as_entered(rules: Mapping[str, object], care: Mapping[str, str] | None) -> dict[str, object]:
    """What is recorded of a telephone, as the form's fields have it."""
    entered: dict[str, object] = {"rules": [name for name in RULE_WORDS if rules.get(name)], **(care or {})}
    for (begins, ends, days), window in zip(_FIELDS, windows_of(rules, "phone"), strict=False):
        entered[days] = [] if window.days == EVERY_DAY else [str(day) for day in sorted(window.days)]
        if window.begins != time(0) or window.ends:
            entered |= {begins: window.begins, ends: window.ends}
    return entered
