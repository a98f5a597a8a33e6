"""Forms of a case's notes. What they allow is decided by the verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms

from agencies.models import Agency
from govuk_forms.choices import offer
from referrals.actions.notes import LONGEST
from referrals.forms.triage import SMALL_RADIOS
from referrals.notes import KINDS


class NoteForm(forms.Form):
    """A note and its kind. `seen`: the edition that was looked at, where one is corrected."""

    mark_optional = False
    kind = forms.ChoiceField(
        label="What is it about?",
        help_text="Its kind decides who may ever see it.",
        choices=[(code, kind.choice) for code, kind in KINDS.items()],
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose what the note is about"},
    )
    text = forms.CharField(
        label="Note",
        help_text="To tell a colleague, write @ and their name. Never write where somebody is safe.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write the note"},
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ShareForm(forms.Form):
    """Which agency is shown the note."""

    agency = forms.ChoiceField(
        label="Who is shown it?",
        help_text="Agencies that work on the case and are told of this kind of thing.",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose an agency"},
    )

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agency", [(str(one.id), one.name) for one in agencies])
