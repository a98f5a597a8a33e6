"""Forms of case conferences: calling one, listing a case, research, minutes and actions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from access.categories import Category
from govuk_forms import MemorableDateField
from referrals.conference import JUDGEMENT, Ground
from referrals.models import ConferenceAction, Minute

SMALL = {"class": "govuk-radios--small"}
NARROW = {"class": "govuk-input--width-20"}


def _said(
    label: str, missing: str, help_text: str = "", *, rows: int = 4, required: bool = True, most: int = 4000
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


class CallForm(forms.Form):
    """When and where a meeting is held, who leads it, and who is invited."""

    mark_optional = False
    kind = forms.ChoiceField(
        label="What kind of conference?",
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose the kind of conference"},
    )
    day = MemorableDateField(label="Day", error_messages={"required": "Enter the day of the meeting"})
    at = forms.TimeField(
        label="Begins at",
        help_text="Such as 09:30.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={"required": "Enter when it begins", "invalid": "Enter the time as 09:30"},
    )
    place = forms.CharField(
        label="Where?",
        help_text="The room; or “online”, with who sends the link. Never the link itself.",
        max_length=200,
        error_messages={"required": "Say where it is held"},
    )
    chair_name = forms.CharField(
        label="Who leads it?",
        max_length=150,
        widget=forms.TextInput(attrs=NARROW),
        error_messages={"required": "Enter who leads the meeting"},
    )
    capacity = forms.IntegerField(
        label="How many cases at most? (optional)",
        help_text="Empty: as many as this kind usually hears.",
        required=False,
        min_value=1,
        max_value=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
    )
    agencies = forms.MultipleChoiceField(
        label="Who is invited?",
        help_text="Only agencies whose agreement in force covers this kind of conference.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": "Choose who is invited"},
    )

    def __init__(
        self, *args: Any, kinds: Sequence[tuple[str, str]], agencies: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "kind", kinds)
        _offer(self, "agencies", agencies)
        day = self.fields["day"]
        if isinstance(day, MemorableDateField):
            day.earliest = timezone.localdate()

    @property
    def starts_at(self) -> datetime:
        told = self.cleaned_data
        return timezone.make_aware(datetime.combine(told["day"], told["at"]))


class ListForm(forms.Form):
    """Which meeting hears the case, and why."""

    mark_optional = False
    conference = forms.ChoiceField(
        label="Which meeting?",
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose a meeting"},
    )
    ground = forms.ChoiceField(
        label="Why?",
        help_text="Judgement suffices, whatever the score.",
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose why the case is to be heard"},
    )
    words = _said(
        "Your reasons",
        "",
        "Wanted where you list it by judgement. Agencies that are asked about the case read this.",
        required=False,
        most=400,
    )

    def __init__(
        self, *args: Any, meetings: Sequence[tuple[str, str]], grounds: Sequence[Ground], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "conference", meetings)
        by_rule = [(one.code, f"{one.title}: {one.words}") for one in grounds]
        _offer(self, "ground", [*by_rule, (JUDGEMENT, "Professional judgement")])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("ground") == JUDGEMENT and not told.get("words", "").strip():
            self.add_error("words", "Say in a sentence why the case is to be heard")
        return told


class ResearchForm(forms.Form):
    """What an agency's files say of somebody, a box for each data category that it may tell.

    agencies: whose answer the hub writes down, where it is the hub that does.
    """

    known = forms.ChoiceField(
        label="Is anybody of this case known to the agency?",
        choices=[("known", "Yes"), ("not_known", "No: it has looked and knows nobody of it")],
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose whether they are known to your agency"},
    )

    def __init__(
        self,
        *args: Any,
        categories: Sequence[str],
        agencies: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if agencies:
            told_by = forms.ChoiceField(
                label="Which agency told you?",
                choices=[("", "Choose"), *agencies],
                error_messages={"required": "Choose which agency told you"},
            )
            self.fields = {"agency": told_by, **self.fields}
        self.categories = [one for one in categories if one in RESEARCH_BOXES]
        for one in self.categories:
            self.fields[one] = _said(RESEARCH_BOXES[one], "", rows=3, required=False)

    @property
    def told(self) -> dict[str, str]:
        return {one: self.cleaned_data.get(one, "") for one in self.categories}


RESEARCH_BOXES: dict[str, str] = {
    Category.IDENTITY: "Who they are: other names, children, who lives there",
    Category.CONTACT: "Where they are and how they are reached",
    Category.INCIDENT: "What happened, and with whom",
    Category.ASSESSMENT: "Risk, and what keeps them safe",
    Category.HEALTH: "Health",
    Category.NOTES: "What the agency does for them, and anything else",
}


class PassageForm(forms.Form):
    """One passage of the minutes."""

    part = forms.ChoiceField(
        label="What is it?",
        choices=[one for one in Minute.Part.choices if one[0] != Minute.Part.RESEARCH],
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose what it is"},
    )
    words = _said("Words", "Write what was said", "It stays as it is: add another passage to correct it.")


class ActionForm(forms.Form):
    """What an agency is to do, and by when."""

    mark_optional = False
    agency = forms.ChoiceField(
        label="Which agency?", widget=forms.Select, error_messages={"required": "Choose which agency"}
    )
    owner_name = forms.CharField(
        label="Who there? (optional)", max_length=150, required=False, widget=forms.TextInput(attrs=NARROW)
    )
    words = _said(
        "What is to be done?",
        "Say what is to be done",
        "The agency keeps reading this when it sees the case no more: no more of it than the task needs.",
        rows=3,
    )
    due = MemorableDateField(label="By which day?", error_messages={"required": "Enter the day"})

    def __init__(self, *args: Any, agencies: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "agency", agencies)
        due = self.fields["due"]
        if isinstance(due, MemorableDateField):
            due.earliest = timezone.localdate()

    @property
    def due_at(self) -> datetime:
        """The last second of that day."""
        ends = datetime.combine(self.cleaned_data["due"], datetime.max.time().replace(microsecond=0))
        return timezone.make_aware(ends)


class TakeOffForm(forms.Form):
    words = _said("Why is it taken off the list?", "Say why it is taken off", rows=2, most=400)


class PutOffForm(forms.Form):
    """A later meeting for a case that is not heard at this one, and why."""

    to = forms.ChoiceField(
        label="To which meeting?",
        help_text="Agencies see the case no more for this one. What they returned goes with it, where it still stands.",
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose the meeting"},
    )
    words = _said("Why is it put off?", "Say why it is put off", rows=2, most=400)

    def __init__(self, *args: Any, meetings: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "to", meetings)


class AnswerActionForm(forms.Form):
    status = forms.ChoiceField(
        label="What became of it?",
        choices=[
            (ConferenceAction.Status.DONE.value, "It is done"),
            (ConferenceAction.Status.NOT_POSSIBLE.value, "It is not possible"),
        ],
        widget=forms.RadioSelect(attrs=SMALL),
        error_messages={"required": "Choose whether it is done or not possible"},
    )
    words = _said(
        "In a sentence", "Say what was done, or why it is not possible", "The hub reads this.", rows=3
    )


class AttendForm(forms.Form):
    """Somebody without an account who signed the statement on paper."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        widget=forms.TextInput(attrs=NARROW),
        error_messages={"required": "Enter their name"},
    )
    agency_name = forms.CharField(
        label="Agency",
        max_length=150,
        widget=forms.TextInput(attrs=NARROW),
        error_messages={"required": "Enter their agency"},
    )
