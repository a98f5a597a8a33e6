"""Forms of a referral whose work is divided: the partner's, and the hub's decision."""

from collections.abc import Sequence
from typing import Any

from django import forms

from agencies.models import Service
from referrals.forms.asked_needs import SMALL, need_choices
from referrals.forms.handovers import HandoverForm
from referrals.forms.transfers import ASK, LONGEST, STAYS, places_words
from referrals.forms.triage import SMALL_RADIOS, offer
from referrals.queries.transfers import Taker


def needs_field(help_text: str) -> forms.MultipleChoiceField:
    """Which needs go to somebody else."""
    return forms.MultipleChoiceField(
        label="Which needs should somebody else have?",
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple(attrs=SMALL),
        error_messages={"required": "Choose which needs somebody else should have"},
    )


class AskSplitForm(HandoverForm):
    """Which needs, to which team, and why: to one of the agency's own at once, to another by the hub. With a note."""

    wants_note = False
    field_order = ("needs", "to", "why")
    needs = needs_field("You keep the others: leave one at least.")
    to = forms.ChoiceField(
        label="Who should have them?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose who should have them"},
    )
    why = forms.CharField(
        label="Why?",
        help_text="The hub and your agency read this. If another agency should have them, say which you have in mind.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the next reader needs the reason"},
    )

    def __init__(self, *args: Any, needs: Sequence[str], teams: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "needs", need_choices(needs))
        own = [(str(one.id), f"{one.name}, {one.team.name} ({places_words(one)})") for one in teams]
        offer(self, "to", [*own, (ASK, "Another agency: ask the hub")])
        if not own:
            self.initial.setdefault("to", ASK)


class SplitForm(HandoverForm):
    """Which needs go to which team, and why. With a note."""

    wants_note = False
    field_order = ("needs", "to", "words")
    needs = needs_field("The agency keeps the others: leave one at least.")
    to = forms.ChoiceField(
        label="Who has them from now on?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose who has them from now on"},
    )
    words = forms.CharField(
        label="Why?",
        help_text="Kept on the case. Both agencies read it: never name there who else helps the person.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the next reader needs the reason"},
    )
    names_giver = forms.BooleanField(label="", required=False)

    def __init__(
        self,
        *args: Any,
        needs: Sequence[str],
        takers: Sequence[Taker],
        stays_with: str,
        given_by: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if given_by:
            self.fields["names_giver"].label = f"Tell them that the note is from {given_by}"
        else:
            del self.fields["names_giver"]
        self._given_by = given_by
        offer(self, "needs", need_choices(needs))
        choices = [(one.offer.service_id, one.words) for one in takers if not one.obstacle]
        stays = [(STAYS, f"Nobody: all of it stays with {stays_with}")] if stays_with else []
        offer(self, "to", choices + stays)
        if stays:
            self.fields["needs"].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("needs") and given.get("to") not in ("", None, STAYS) and "needs" not in self.errors:
            self.add_error("needs", "Choose which needs somebody else should have")
        return given

    def given_by(self) -> str:
        """Whose note it is, where they may be named."""
        return self._given_by if self.cleaned_data.get("names_giver") else ""
