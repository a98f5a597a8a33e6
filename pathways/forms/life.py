"""Forms on the life of a pathway version: proposing, answering, ending, and a pathway's terms."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from agencies.models import Agency, Practitioner
from govuk_forms import MemorableDateField
from govuk_forms.choices import offer
from pathways.models import Ratification
from pathways.workflow import LONGEST_EMERGENCY, Threshold

EMERGENCY_DAYS = (1, 2, 3, 7, 14, LONGEST_EMERGENCY.days)


def _reasons(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say why, in words that every agency understands"},
    )


class BindingForm(forms.Form):
    """Reasons, and agencies that are bound besides those whose services the version names."""

    reasons = _reasons(
        "Reasons", "What is different, and why. Every agency reads it, and it stays beside the version."
    )
    binds = forms.MultipleChoiceField(
        label="Agencies to ask besides",
        help_text="The hub and every agency whose service is named are asked in any case.",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )

    def __init__(self, *args: Any, others: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(agency.code, agency.name) for agency in others]
        offer(self, "binds", choices)
        if not choices:
            del self.fields["binds"]


class ProposeForm(BindingForm):
    in_force_from = MemorableDateField(
        label="In force from",
        help_text="Where the agencies agree later than this day, it is in force from the day they agree.",
        error_messages={"required": "Enter the day from which it is in force"},
    )

    def clean_in_force_from(self) -> Any:
        day = self.cleaned_data["in_force_from"]
        if day < timezone.localdate():
            raise forms.ValidationError("In force from must be today or a day to come")
        return day


class EmergencyForm(BindingForm):
    days = forms.TypedChoiceField(
        label="How long does it stand?",
        help_text="Then it ends by itself, and the version before it routes again.",
        coerce=int,
        choices=[(days, f"{days} day{'' if days == 1 else 's'}") for days in EMERGENCY_DAYS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how long it stands"},
    )

    def until(self) -> Any:
        return timezone.now() + timedelta(days=self.cleaned_data["days"])


class AnswerForm(forms.Form):
    """An agency's position on a version."""

    position = forms.ChoiceField(
        label="How does your agency stand to it?",
        choices=[
            (Ratification.Position.AGREED.value, "We agree"),
            (Ratification.Position.OBJECTED.value, "We object"),
            (Ratification.Position.ABSTAINED.value, "We abstain"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether your agency agrees, objects or abstains"},
    )
    reasons = forms.CharField(
        label="Reasons",
        help_text="Wanted for an objection: what would have to be different. It stays beside the version for ever.",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("position") == Ratification.Position.OBJECTED and not given.get("reasons", "").strip():
            self.add_error("reasons", "Say what your agency objects to, and what would have to be different")
        return given


class EndForm(forms.Form):
    """Why a version is taken back or retired."""

    reasons = _reasons("Why?", "Every agency reads it.")


class TermsForm(forms.Form):
    """Who keeps a pathway, and when its agencies have agreed."""

    mark_optional = False
    keeper_id = forms.TypedChoiceField(
        label="Who keeps this pathway?",
        help_text="They answer challenges and draft what comes next.",
        coerce=str,
        required=False,
    )
    threshold = forms.ChoiceField(
        label="When is a version agreed?",
        choices=[(str(one), one.words[:1].upper() + one.words[1:]) for one in Threshold],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when a version is agreed"},
    )
    lead = forms.ChoiceField(label="Lead agency, where it decides", required=False)

    def __init__(
        self, *args: Any, keepers: Iterable[Practitioner], agencies: Iterable[Agency], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "keeper_id", [("", "Nobody yet"), *((str(one.id), one.name) for one in keepers)])
        offer(self, "lead", [("", "None"), *((one.code, one.name) for one in agencies)])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("threshold") == Threshold.LEAD_AGENCY and not given.get("lead"):
            self.add_error("lead", "Choose which agency leads")
        return given


class ChallengeForm(forms.Form):
    """What looks wrong about where a case was sent. versions: id and words of those that were looked at, if several."""

    words = forms.CharField(
        label="What looks wrong?",
        help_text="Say where the case should have gone, and why. Whoever keeps the pathway answers you. Name nobody.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what looks wrong, and where the case should have gone"},
    )

    def __init__(self, *args: Any, versions: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choices := list(versions):
            self.fields["version"] = forms.ChoiceField(
                label="Which pathway?",
                choices=choices,
                widget=forms.RadioSelect,
                error_messages={"required": "Choose which pathway it is about"},
            )
            self.order_fields(["version", "words"])


class ChallengeAnswerForm(forms.Form):
    words = forms.CharField(
        label="Your answer",
        help_text="Whoever raised it reads this, as long as they may see the case.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say in words what becomes of it"},
    )


class RetireServiceForm(forms.Form):
    reason = forms.CharField(
        label="Why is it retired?",
        help_text="It stays on the service's record.",
        max_length=400,
        error_messages={"required": "Say why the service is retired"},
    )
    understood = forms.BooleanField(
        label="I have read which rules name it, and told whoever keeps them",
        error_messages={"required": "Read which rules name it first, and confirm that you have"},
    )
