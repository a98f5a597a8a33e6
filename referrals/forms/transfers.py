"""Forms of a referral that goes to another team: the partner's, and the hub's decision."""

from collections.abc import Sequence
from typing import Any

from django import forms

from agencies.models import Service
from govuk_forms.choices import offer
from referrals.forms.handovers import HandoverForm
from referrals.forms.triage import SMALL_RADIOS
from referrals.queries.transfers import Taker

LONGEST = 400
ASK, STAYS = "ask", "stays"


def team_field(label: str, missing: str) -> forms.ChoiceField:
    """Which team: the form offers those that there are."""
    return forms.ChoiceField(
        label=label, widget=forms.RadioSelect(attrs=SMALL_RADIOS), error_messages={"required": missing}
    )


def why_field(help_text: str) -> forms.CharField:
    """Why, for others to read."""
    return forms.CharField(
        label="Why?",
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the next reader needs the reason"},
    )


class TransferForm(HandoverForm):
    """To which team, and why: one of the agency's own at once, another agency by way of the hub. With a note."""

    wants_note = False
    field_order = ("to", "why")
    to = team_field("Where should it go?", "Choose where it should go")
    why = why_field(
        "The hub and your agency read this. If another agency should have it, say which you have in mind."
    )

    def __init__(self, *args: Any, teams: Sequence[Service], may_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.id), f"{one.team.name} ({places_words(one)})") for one in teams]
        offer(self, "to", choices + ([(ASK, "Another agency: ask the hub")] if may_ask else []))
        if len(choices) == 0 and may_ask:
            self.initial.setdefault("to", ASK)


class OnwardForm(HandoverForm):
    """The hub's decision on a referral's work: to which team, in a field "to". With a note, which its giver may sign.

    stays_with: the agency that asks, where it may be told no; given_by: whose note there is, "" for none.
    """

    wants_note = False
    stays = "Nobody: it stays with {}"
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
        offer(self, "to", choices + ([(STAYS, self.stays.format(stays_with))] if stays_with else []))

    def given_by(self) -> str:
        """Whose note it is, where they may be named."""
        return self._given_by if self.cleaned_data.get("names_giver") else ""


class HandOverForm(OnwardForm):
    """Which team of another agency takes the referral over, and why."""

    field_order = ("to", "words")
    to = team_field("Who takes it over?", "Choose who takes it over")
    words = why_field(
        "Kept on the case. The agency that has it now reads it: never name there who takes over."
    )


def places_words(service: Service) -> str:
    """How many places it has free, in words."""
    if service.free is None:
        return "no limit of places"
    return "no place free" if service.free == 0 else f"{service.free} of {service.capacity} places free"
