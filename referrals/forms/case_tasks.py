"""Forms of a case's tasks. What they allow is decided by the verbs."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from agencies.models import Practitioner, Team
from govuk_forms import MemorableDateField
from govuk_forms.choices import offer
from referrals.actions.case_tasks import ENDS, Wanted
from referrals.forms.merging import as_it_was
from referrals.forms.triage import SMALL_RADIOS
from referrals.models import CaseTask

END_OF_DAY = time(17)
PERSON, TEAM = "person:", "team:"


class TaskForm(forms.Form):
    """What is to be done, by whom and by when. `seen`: the version that was looked at."""

    mark_optional = False
    title = forms.CharField(
        label="What is to be done?",
        max_length=200,
        error_messages={"required": "Say what is to be done, in a few words"},
    )
    details = forms.CharField(
        label="More about it (optional)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner = forms.ChoiceField(
        label="Who does it?",
        help_text="Those who may see this case, or a team of the hub.",
        widget=forms.Select,
        error_messages={"required": "Choose who does it"},
    )
    due_on = MemorableDateField(
        label="By which day?", error_messages={"required": "Enter the day by which it is to be done"}
    )
    due_time = forms.TimeField(
        label="By which hour? (optional)",
        help_text="By the 24-hour clock, for example 15:30. Empty: by 17:00.",
        required=False,
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter the hour as two numbers, for example 15:30"},
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, people: Sequence[Practitioner], teams: Sequence[Team], me: UUID, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        mine = [(f"{PERSON}{one.id}", f"{one.name} (me)") for one in people if one.id == me]
        others = [(f"{PERSON}{one.id}", one.name) for one in people if one.id != me]
        offer(
            self, "owner", [*mine, *others, *((f"{TEAM}{team.id}", f"Team: {team.name}") for team in teams)]
        )

    @property
    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        given = self.cleaned_data
        kind, _, owner = given["owner"].partition(":")
        due_at = datetime.combine(given["due_on"], given["due_time"] or END_OF_DAY)
        return Wanted(
            title=given["title"],
            details=given["details"],
            due_at=timezone.make_aware(due_at),
            owner_id=UUID(owner) if f"{kind}:" == PERSON else None,
            team_id=UUID(owner) if f"{kind}:" == TEAM else None,
        )


def as_asked(task: CaseTask) -> dict[str, object]:
    """What the form shows of a task that is there."""
    due_at = timezone.localtime(task.due_at)
    asked: dict[str, object] = {
        "title": task.title,
        "details": task.details,
        "owner": f"{TEAM}{task.team_id}" if task.team_id else f"{PERSON}{task.owner_id}",
        "due_on": due_at.date(),
        "due_time": due_at.time(),
        "seen": task.version,
    }
    return asked | {"was": as_it_was(asked)}


class EndTaskForm(forms.Form):
    """What became of a task."""

    mark_optional = False
    state = forms.ChoiceField(
        label="What became of it?",
        choices=[(state.value, state.label.capitalize()) for state in ENDS],
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose what became of it"},
    )
    words = forms.CharField(
        label="What was done, or why was it not possible?",
        help_text="Wanted where it was not possible. “Not possible” is counted apart from what nobody has done.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
