"""Forms of referrals: a partner's answers, and the hub's recall and routing again."""

from collections.abc import Sequence
from typing import Any

from django import forms

from govuk_forms import MemorableDateField
from referrals.workflow import (
    CONFIRMATIONS,
    DECLINE_REASONS,
    OUTCOME_DOMAINS,
    OUTCOME_RESULTS,
    PROGRESS,
    RETURN_REASONS,
)

LONGEST_REASON = 400


class DeclineForm(forms.Form):
    """Why the agency does not take the referral."""

    mark_optional = False
    reason_code = forms.ChoiceField(
        label="Why can you not take it?",
        choices=list(DECLINE_REASONS.items()),
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Choose why you cannot take it"},
    )
    reason_words = forms.CharField(
        label="In a few words (optional, save for another reason)",
        help_text="The hub reads this when it decides who can help instead.",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason_code") == "other" and not given.get("reason_words", "").strip():
            self.add_error("reason_words", "Say why in a few words when the reason is another one")
        return given


class ReturnForm(forms.Form):
    """Why the agency gives the referral back: what it must know first, or why it cannot go on."""

    mark_optional = False
    reason_code = forms.ChoiceField(
        label="Why do you give it back?",
        help_text="You will no longer see the case.",
        choices=list(RETURN_REASONS.items()),
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Choose why you give it back"},
    )
    reason_words = forms.CharField(
        label="What do you need to know, or why can you not go on?",
        help_text="The hub finds out and sends a new referral, or finds somebody else.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what you need to know, or why you cannot go on"},
    )


class ConfirmForm(forms.Form):
    """What became of what the agency held of a recalled referral."""

    mark_optional = False
    answer = forms.ChoiceField(
        label="What became of what you held?",
        help_text="Work on it must have stopped.",
        choices=list(CONFIRMATIONS.items()),
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Choose what became of what you held"},
    )
    words = forms.CharField(
        label="Which law (where a law makes you keep it)",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("answer") == "kept_by_law" and not given.get("words", "").strip():
            self.add_error("words", "Say which law makes you keep it")
        return given


class CompleteForm(forms.Form):
    """What came of the work, in each of the four domains that was worked on."""

    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for domain, words in OUTCOME_DOMAINS.items():
            self.fields[domain] = forms.ChoiceField(
                label=words,
                required=False,
                choices=[*OUTCOME_RESULTS.items(), ("", "Not worked on")],
                widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline govuk-radios--small"}),
            )
        self.fields["notes"] = forms.CharField(
            label="Notes (optional)",
            help_text="Kept with each outcome. The hub reads them.",
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(given.get(domain) for domain in OUTCOME_DOMAINS):
            raise forms.ValidationError("Choose what came of it in at least one domain")
        return given

    def outcomes(self) -> list[dict[str, str]]:
        notes = self.cleaned_data["notes"]
        return [
            {"domain": domain, "result": self.cleaned_data[domain], "notes": notes}
            for domain in OUTCOME_DOMAINS
            if self.cleaned_data[domain]
        ]


class ProgressForm(forms.Form):
    """One step that was reached, or is planned."""

    mark_optional = False
    step = forms.ChoiceField(
        label="How far have you come?",
        help_text="The hub sees it on the case. Whoever referred the person is told how far they are, never by whom.",
        choices=[(code, words) for code, (words, _) in PROGRESS.items()],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Choose how far you have come"},
    )
    on = MemorableDateField(
        label="On which day?",
        help_text="Of a waiting list and of a planned ending: the day that lies ahead.",
        error_messages={"required": "Enter the day"},
    )


class RecallForm(forms.Form):
    """Why the hub takes a referral back."""

    reason_words = forms.CharField(
        label="Why is it recalled?",
        help_text="For the hub’s own record: the partner is told only that it was recalled.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, in words that a colleague understands"},
    )


class RouteForm(forms.Form):
    """Which services may be sent the case again when the pathway is asked anew."""

    mark_optional = False
    again = forms.MultipleChoiceField(
        label="Who may be sent the case again?",
        help_text="Without a tick the pathway passes them over.",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    def __init__(self, *args: Any, services: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not services:
            del self.fields["again"]
            return
        field = self.fields["again"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type
        field.choices = services
