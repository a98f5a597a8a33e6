"""The form of consent: how the person told us, then an answer for each agency that something may be shared with."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from access.categories import Category
from govuk_forms import MemorableDateField
from referrals.actions.consent import AgencyAnswer
from referrals.queries.consent import AgencyConsent
from victims.models import Consent

WAYS = ("by phone", "in person", "in writing", "by text or e-mail")
USUAL = timedelta(days=365)


class ConsentForm(forms.Form):
    """`seen`: the newest consent on the case when the page was made."""

    mark_optional = False
    how = forms.ChoiceField(
        label="How did the person tell us?",
        choices=[(way, way.capitalize()) for way in WAYS],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline govuk-radios--small"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose how the person told us"),
    )
    expires_on = MemorableDateField(
        label="Ask again from (optional)",
        help_text="The consents that are given now stand until that day.",
        required=False,
    )
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, agencies: Sequence[AgencyConsent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies
        today = timezone.localdate()
        self.initial.setdefault("expires_on", today + USUAL)
        dates = self.fields["expires_on"]
        if isinstance(dates, MemorableDateField):
            dates.earliest, dates.latest = today + timedelta(days=1), today + 5 * USUAL
        for one in agencies:
            name = one.agency.name
            self.fields[_answer(one)] = forms.ChoiceField(
                label=f"May {name} be told?",
                choices=[("", "Not asked now"), *_choices(one)],
                required=False,
                widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline govuk-radios--small"}),
                error_messages={
                    "invalid_choice": f"Answer again for {name}: what stands has changed meanwhile"
                },
            )
            self.fields[_told(one)] = forms.MultipleChoiceField(
                label=f"What may {name} be told?",
                choices=[(category, Category(category).words.capitalize()) for category in one.may_be_asked],
                required=False,
                initial=one.proposed,
                error_messages={"invalid_choice": f"Choose what {name} may be told from the list"},
                widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small hub-inline"}),
            )
            if one.counts.elsewhere:
                self.fields[_again(one)] = forms.MultipleChoiceField(
                    label="What they said on another record",
                    choices=[
                        (_named(one), "I told them of that answer, and they take it back with this one")
                    ],
                    required=False,
                    error_messages={
                        "invalid_choice": "Another record’s answer has changed meanwhile: look at it again"
                    },
                    widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(_answer(one)) for one in self.agencies) and not self.errors:
            raise forms.ValidationError("Choose an answer for at least one agency.")
        for one in self.agencies:
            if given.get(_answer(one)) == Consent.Answer.GIVEN and not given.get(_told(one)):
                self.add_error(
                    _told(one),
                    f"Choose what {one.agency.name} may be told, or answer that it may not be told",
                )
        return given

    def answers(self) -> list[AgencyAnswer]:
        """The answers that were given, of a valid form."""
        return [
            AgencyAnswer(
                one.agency.id,
                self.cleaned_data[_answer(one)],
                tuple(self.cleaned_data[_told(one)]),
                tuple(said.id for said in one.counts.counted) if self.cleaned_data.get(_again(one)) else (),
            )
            for one in self.agencies
            if self.cleaned_data[_answer(one)]
        ]

    def questions(self) -> list[tuple[AgencyConsent, BoundField, BoundField, BoundField | None]]:
        """Each agency with its questions; the last where another record's answer counts."""
        return [
            (
                one,
                self[_answer(one)],
                self[_told(one)],
                self[_again(one)] if _again(one) in self.fields else None,
            )
            for one in self.agencies
        ]


def _choices(one: AgencyConsent) -> list[tuple[str, str]]:
    if one.stands == "given":
        return [("given", "Yes, as chosen below"), ("withdrawn", "No longer: withdrawn")]
    return [("given", "Yes, as chosen below"), ("refused", "No")]


def _answer(one: AgencyConsent) -> str:
    return f"answer_{one.agency.code}"


def _told(one: AgencyConsent) -> str:
    return f"told_{one.agency.code}"


def _again(one: AgencyConsent) -> str:
    return f"again_{one.agency.code}"


def _named(one: AgencyConsent) -> str:
    """Which answers on other records were shown: another one that came meanwhile is not taken back with them."""
    return " ".join(sorted(str(said.id) for said in one.counts.counted))
