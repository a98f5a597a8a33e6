"""What is asked of a row in quarantine: corrections, words to the sender, grounds, whom it was referred to."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from referrals.actions.quarantine import LONGEST, LONGEST_CELL
from referrals.queries.quarantine import Cell

SMALL = {"class": "govuk-radios--small"}
BULK = {
    "resubmit": "Have them judged again",
    "return": "Return them to the sender",
    "accept": "Take them as they are",
}
WITH_WORDS = {
    "return": "Tell the sender what to correct",
    "accept": "Say why the rows are taken all the same",
}


def _in_words(label: str, help_text: str, required: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": required},
    )


class CorrectForm(forms.Form):
    """The cells that may be corrected, each beside what was sent."""

    mark_optional = False
    told_by = _in_words(
        "Where does the correction come from?",
        "For example: the officer in the case, by telephone.",
        "Say where the correction comes from",
    )

    def __init__(self, *args: Any, cells: Sequence[Cell], first: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first = first
        told_by = self.fields.pop("told_by")
        for cell in cells:
            self.fields[f"cell_{cell.field}"] = forms.CharField(
                label=cell.words,
                help_text=f"Sent: {cell.sent}" if cell.sent else "Nothing was sent.",
                initial=cell.held,
                required=False,
                max_length=LONGEST_CELL,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
        self.fields["told_by"] = told_by

    @property
    def mending(self) -> list[forms.BoundField]:
        """The cells that mend the row by themselves, or have an error."""
        cells = list(self)[:-1]
        return [*cells[: self._first], *(cell for cell in cells[self._first :] if cell.errors)]

    @property
    def others(self) -> list[forms.BoundField]:
        return [cell for cell in list(self)[self._first : -1] if not cell.errors]

    @property
    def corrected(self) -> dict[str, str]:
        """By our field, what differs from what was held when the page was read."""
        return {
            name.removeprefix("cell_"): self.cleaned_data[name]
            for name in self.changed_data
            if name.startswith("cell_")
        }


class ReturnForm(forms.Form):
    mark_optional = False
    words = _in_words(
        "What is the sender to correct?",
        "The sender reads this beside its own reference. Name no person.",
        "Tell the sender what to correct",
    )


class AcceptForm(forms.Form):
    """Taking a row that was held: on which ground where there must be one, and why."""

    mark_optional = False
    basis = forms.ChoiceField(
        label="On what ground?",
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose on what ground the row is taken"},
    )
    words = _in_words("Why is it taken all the same?", "It stays with the row.", "Say why the row is taken")

    def __init__(self, *args: Any, bases: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        basis = self.fields["basis"]
        assert isinstance(basis, forms.ChoiceField)  # noqa: S101 - for the type
        basis.choices = list(bases.items())
        if not bases:
            del self.fields["basis"]


class ReferForm(forms.Form):
    mark_optional = False
    to = forms.CharField(
        label="To whom was it referred?",
        help_text="For example: children’s social care of the council where the child lives.",
        max_length=100,
        error_messages={"required": "Say to whom it was referred"},
    )
    words = _in_words("What was told, and how?", "It stays with the row.", "Say what was told, and how")


class BulkForm(forms.Form):
    """One answer for all rows that are ticked."""

    mark_optional = False
    answer = forms.ChoiceField(
        label="With the ticked rows",
        choices=list(BULK.items()),
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose what to do with the ticked rows"},
    )
    words = forms.CharField(
        label="Why, or what the sender is to correct",
        help_text="Needed to return or to take rows. What you write on returned rows is read by the sender.",
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """What is returned or taken needs words: asked for before anything is done with any row."""
        given = super().clean() or {}
        if given.get("answer") in WITH_WORDS and not given.get("words"):
            self.add_error("words", WITH_WORDS[given["answer"]])
        return given
