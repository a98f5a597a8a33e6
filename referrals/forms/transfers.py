"""Forms of a referral that goes to another team: the partner's, and the hub's decision."""

from collections.abc import Sequence
from typing import Any

from django import forms

from agencies.models import Service
from referrals.forms.handovers import HandoverForm
from referrals.forms.triage import SMALL_RADIOS, offer
from referrals.queries.transfers import Taker

LONGEST = 400
ASK, STAYS = "ask", "stays"


class TransferForm(HandoverForm):
    """To which team, and why: one of the agency's own at once, another agency by way of the hub. With a note."""

    wants_note = False
    field_order = ("to", "why")
    to = forms.ChoiceField(
        label="Where should it go?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose where it should go"},
    )
    why = forms.CharField(
        label="Why?",
        help_text="The hub and your agency read this. If another agency should have it, say which you have in mind.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the next reader needs the reason"},
    )

    def __init__(self, *args: Any, teams: Sequence[Service], may_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.id), f"{one.team.name} ({places_words(one)})") for one in teams]
        offer(self, "to", choices + ([(ASK, "Another agency: ask the hub")] if may_ask else []))
        if len(choices) == 0 and may_ask:
            self.initial.setdefault("to", ASK)


class HandOverForm(HandoverForm):
    """Which team of another agency takes the referral over, and why. With a note."""

    wants_note = False
    field_order = ("to", "words")
    to = forms.ChoiceField(
        label="Who takes it over?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose who takes it over"},
    )
    words = forms.CharField(
        label="Why?",
        help_text="Kept on the case. The agency that has it now reads it: never name there who takes over.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the next reader needs the reason"},
    )

    names_giver = forms.BooleanField(label="", required=False)

    def __init__(
        self, *args: Any, takers: Sequence[Taker], stays_with: str, given_by: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if given_by:
            self.fields["names_giver"].label = f"Tell them that the note is from {given_by}"
        else:
            del self.fields["names_giver"]
        self._given_by = given_by
        choices = [(one.offer.service_id, one.words) for one in takers if not one.obstacle]
        offer(self, "to", choices + ([(STAYS, f"Nobody: it stays with {stays_with}")] if stays_with else []))

    def given_by(self) -> str:
        """Whose note it is, where they may be named."""
        return self._given_by if self.cleaned_data.get("names_giver") else ""


def places_words(service: Service) -> str:
    """How many places it has free, in words."""
    if service.free is None:
        return "no limit of places"
    return "no place free" if service.free == 0 else f"{service.free} of {service.capacity} places free"
