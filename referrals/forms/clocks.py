"""Forms of clocks: what happened and when, a pause, a stop, why one was missed, and a new edition of a rule."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

import yaml
from django import forms
from django.utils import timezone

from govuk_forms import MemorableDateField
from referrals.clock_rules import BREACH_REASONS, EVENTS, PAUSE_REASONS, STOP_REASONS, to_record
from referrals.forms.triage import SMALL_RADIOS
from referrals.queries.clock_rules import Rule
from referrals.queries.clocks import SHOWS

CHOOSE = [("", "Choose from the list")]


class MomentForm(forms.Form):
    """A moment that may lie back: a day and an hour; both empty mean now."""

    mark_optional = False
    on = MemorableDateField(
        label="On which day?", help_text="Leave day and time empty for now.", required=False
    )
    at = forms.TimeField(
        label="At what time?",
        help_text="By the 24-hour clock, for example 15:30. Leave empty where nobody knows.",
        required=False,
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter the time as two numbers, for example 15:30"},
    )

    def moment(self, day: str = "on", hour: str = "at", *, earliest: bool = False) -> datetime | None:
        """The moment that was entered, of a valid form; None for now.

        Without an hour it is the end of the day (or now, today): nothing counts as done before it was.
        earliest: the beginning of the day instead.
        """
        on, at = self.cleaned_data.get(day), self.cleaned_data.get(hour)
        if on is None:
            return None
        missing = time.min if earliest else time(23, 59, 59)
        moment = timezone.make_aware(datetime.combine(on, at or missing))
        return moment if at else min(moment, timezone.now())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("at") and not given.get("on") and "on" not in self.errors:
            self.add_error("on", "Enter the day too, or leave both empty for now")
        return given


class DevelopmentForm(MomentForm):
    """What happened, when, and when the hub heard of it."""

    event = forms.ChoiceField(
        label="What happened?", error_messages={"required": "Choose what happened from the list"}
    )
    known_on = MemorableDateField(
        label="When did we hear of it?", help_text="Leave empty for now.", required=False
    )
    field_order = ("event", "on", "at", "known_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [*CHOOSE, *to_record().items()]

    def happened(self) -> datetime | None:
        """When it happened; without an hour, the earliest of the day where a clock begins by it."""
        code = self.cleaned_data["event"].partition(":")[0]
        return self.moment(earliest=EVENTS[code].begins)

    def known(self) -> datetime | None:
        """When it was known: at the end of that day, and never before it happened."""
        known, happened = self.moment("known_on", ""), self.happened()
        return max(known, happened) if known and happened else known


class PauseForm(MomentForm):
    """Why the clock stands still, and since when."""

    reason = forms.ChoiceField(
        label="Why does it stand still?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose why it stands still"},
    )
    field_order = ("reason", "on", "at")

    def __init__(self, *args: Any, allowed: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(allowed.items()) or list(PAUSE_REASONS.items())


class ReasonForm(forms.Form):
    """One reason of a list."""

    mark_optional = False
    because = forms.ChoiceField(
        label="Why?",
        widget=forms.RadioSelect(attrs=SMALL_RADIOS),
        error_messages={"required": "Choose the reason from the list"},
    )

    def __init__(self, *args: Any, reasons: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["because"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(reasons.items())


class ClockFilterForm(forms.Form):
    """Which clocks a list shows."""

    show = forms.ChoiceField(choices=list(SHOWS.items()), required=False)
    rule = forms.CharField(required=False, max_length=40)


class RuleForm(forms.Form):
    """A new edition of a rule: the whole of what may differ, as it stands until somebody changes it."""

    edition = forms.SlugField(
        label="Name of this edition",
        help_text="Small letters, digits and hyphens: for example victims-code-2027.",
        max_length=40,
        error_messages={"required": "Name the edition"},
    )
    source = forms.CharField(
        label="Where does it come from?",
        help_text="Law, Code, guidance or a decision of the hub, so that somebody can look it up.",
        max_length=200,
        error_messages={"required": "Say where it comes from"},
    )
    effective_from = MemorableDateField(
        label="In effect from",
        help_text="Tomorrow at the earliest. Clocks that began before that day keep what they have.",
    )
    terms = forms.CharField(
        label="Lengths, pauses and who is told",
        help_text="Change what is different. A length is one of working_days, working_hours, days or hours; a rule "
        "without lengths stops. Days before a due time mean the opening of that day.",
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "hub-code"}),
        error_messages={"required": "Enter the lengths"},
    )
    reason = forms.CharField(
        label="What changes, and why?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what changes, and why"},
    )

    def clean_terms(self) -> dict[str, Any]:
        """The terms as data."""
        try:
            terms = yaml.safe_load(self.cleaned_data["terms"])
        except yaml.YAMLError as wrong:
            mark = getattr(wrong, "problem_mark", None)
            line = f" Look at line {mark.line + 1}." if mark else ""
            raise forms.ValidationError(f"This cannot be read.{line}") from wrong
        if not isinstance(terms, dict) or not isinstance(terms.get("length"), dict):
            raise forms.ValidationError("Give the lengths by entitlement, under “length”.")
        if unknown := sorted(str(name) for name in set(terms) - set(TERMS)):
            raise forms.ValidationError(f"A rule has no {', '.join(unknown)}.")
        if not isinstance(terms.get("pauses", []), list) or not isinstance(terms.get("ladder", []), list):
            raise forms.ValidationError("Pauses and ladder are lists: begin each line of them with a hyphen.")
        return terms


TERMS = ("length", "due_by", "counts_from", "pauses", "ladder")


def terms_of(rule: Rule) -> str:
    """What of a rule an edition may change, as text to be changed."""
    terms = {name: rule[name] for name in TERMS if name in rule}
    return str(yaml.safe_dump(terms, sort_keys=False, default_flow_style=None, allow_unicode=True))


REASONS = {"stop": STOP_REASONS, "explain": BREACH_REASONS}
