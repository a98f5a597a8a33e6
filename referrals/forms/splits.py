"""Forms of a referral whose work is divided: the partner's, and the hub's decision."""

from collections.abc import Sequence
from typing import Any

from django import forms

from agencies.models import Service
from govuk_forms.choices import offer
from referrals.forms.asked_needs import SMALL, need_choices
from referrals.forms.handovers import HandoverForm
from referrals.forms.transfers import ASK, STAYS, OnwardForm, places_words, team_field, why_field


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
    to = team_field("Who should have them?", "Choose who should have them")
    why = why_field(
        "The hub and your agency read this. If another agency should have them, say which you have in mind."
    )

    def __init__(self, *args: Any, needs: Sequence[str], teams: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "needs", need_choices(needs))
        own = [(str(one.id), f"{one.name}, {one.team.name} ({places_words(one)})") for one in teams]
        offer(self, "to", [*own, (ASK, "Another agency: ask the hub")])
        if not own:
            self.initial.setdefault("to", ASK)


class SplitForm(OnwardForm):
    """Which needs go to which team, and why."""

    stays = "Nobody: all of it stays with {}"
    field_order = ("needs", "to", "words")
    needs = needs_field("The agency keeps the others: leave one at least.")
    to = team_field("Who has them from now on?", "Choose who has them from now on")
    words = why_field("Kept on the case. Both agencies read it: never name there who else helps the person.")

    def __init__(self, *args: Any, needs: Sequence[str], stays_with: str, **kwargs: Any) -> None:
        super().__init__(*args, stays_with=stays_with, **kwargs)
        offer(self, "needs", need_choices(needs))
        self.fields["needs"].required = not stays_with

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("needs") and given.get("to") not in ("", None, STAYS) and "needs" not in self.errors:
            self.add_error("needs", "Choose which needs somebody else should have")
        return given
