"""Two people change the same thing: theirs beside mine, field by field, and what is to stand.

A form that takes part carries `seen` (the version that was looked at) and `was` (what its fields then held).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.http import QueryDict

from govuk_forms import MemorableDateField

MINE, THEIRS = "mine", "theirs"
TAKE = "take_"
NOT_MINE = ("csrfmiddlewaretoken", "seen", "was")


class MergedForm(forms.Form):
    """A form that carries along what it was opened on. Its `seen` is the version that its verb compares."""

    mark_optional = False
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> str | None:
        return self.cleaned_data["seen"] or None


@dataclass(frozen=True)
class Line:
    """One field that stands otherwise now than as it was sent. take: which of the two is proposed."""

    name: str
    label: str
    mine: str
    theirs: str
    take: str


def as_it_was(values: Mapping[str, object]) -> str:
    """What the form's fields hold, to be carried along in `was`."""
    return json.dumps({name: _plain(value) for name, value in values.items() if name not in NOT_MINE})


def lines(form: forms.Form, theirs: Mapping[str, object]) -> list[Line]:
    """The fields of a valid form in which what was sent differs from what now stands.

    Theirs is proposed, unless the sender alone changed the field: nobody writes over a colleague by not looking.
    """
    was = _read(form.data.get("was", ""))
    found = []
    for name, field in form.fields.items():
        mine, other = _plain(form.cleaned_data.get(name)), _plain(theirs.get(name))
        if name in NOT_MINE or mine == other:
            continue
        take = MINE if was.get(name) == other else THEIRS
        found.append(Line(name, str(field.label), _words(field, mine), _words(field, other), take))
    return found


def brought_together(form: type[forms.Form], sent: QueryDict, theirs: Mapping[str, object]) -> QueryDict:
    """What was sent, with theirs in those fields for which theirs was chosen."""
    data = sent.copy()
    for name, field in form.base_fields.items():
        if sent.get(f"{TAKE}{name}") != THEIRS:
            continue
        if isinstance(field, MemorableDateField):
            for part in ("day", "month", "year"):
                data.pop(f"{name}_{part}", None)
        if isinstance(field, forms.MultipleChoiceField):
            data.setlist(name, _codes(theirs.get(name)))
        else:
            data[name] = _plain(theirs.get(name))
    return data


def as_sent(sent: QueryDict) -> list[tuple[str, str]]:
    """What the page that asks carries along: everything that was typed, save what was chosen on it before."""
    left_out = ("csrfmiddlewaretoken", "seen")
    return [
        (name, value)
        for name in sent
        for value in sent.getlist(name)
        if name not in left_out and not name.startswith(TAKE)
    ]


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(_codes(value))
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value if value is not None else "")


def _codes(chosen: object) -> list[str]:
    """What is chosen in a field of several choices; no code has a comma in it."""
    return sorted(str(code) for code in chosen) if isinstance(chosen, list | tuple) else []


def _words(field: forms.Field, value: str) -> str:
    if isinstance(field, forms.MultipleChoiceField):
        codes = value.split(",")
        return ", ".join(str(words) for code, words in _choices(field) if str(code) in codes)
    if isinstance(field, forms.ChoiceField):
        return next((str(words) for code, words in _choices(field) if code == value), "Somebody else")
    if isinstance(field, MemorableDateField) and value:
        return f"{date.fromisoformat(value):%-d %B %Y}"
    return value


def _choices(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    return [(code, words) for code, words in field.widget.choices]


def _read(text: str) -> dict[str, str]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
