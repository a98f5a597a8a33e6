"""Two people change the same thing: the second is shown both and chooses; nothing that was typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from access.looks import record_look
from access.models import Look
from referrals.forms.merging import TAKE, as_it_was, as_sent, brought_together, lines
from referrals.models import Case

CONFLICT = 409


@dataclass(frozen=True)
class Held:
    """What stands now. values: by the form's fields. version: of the record, as its verb compares it."""

    values: Mapping[str, object]
    version: str
    who: str = "On record now"

    def opened(self, **values: object) -> dict[str, object]:
        """What a form begins with that carries along what it was opened on; values: to be shown in place of held."""
        return {**self.values, **values, "seen": self.version, "was": as_it_was(self.values)}

    def sent(self, request: HttpRequest, form: type[forms.Form]) -> QueryDict | None:
        """What was sent, with what was chosen of theirs; None for a page that is only read."""
        return brought_together(form, request.POST, self.values) if request.method == "POST" else None


def chooses(request: HttpRequest) -> bool:
    """Whether this is the answer of somebody who was shown both."""
    return any(name.startswith(TAKE) for name in request.POST)


def is_left_to_them(request: HttpRequest, form: forms.Form, held: Held) -> bool:
    """Whether it was chosen that everything stands as the other recorded it."""
    return chooses(request) and not lines(form, held.values)


def bring_together(
    request: HttpRequest, found: Case, form: forms.Form, held: Held, words: str
) -> HttpResponse:
    """Theirs and mine, field by field, and what is to stand. words: what happened meanwhile."""
    differing = lines(form, held.values)
    if not differing:
        return left_to_them(request, found)
    record_form(request, found)
    context = {
        "case": found,
        "words": words,
        "who": held.who,
        "seen": held.version,
        "sent": as_sent(request.POST),
        "lines": differing,
    }
    return render(request, "referrals/merge.html", context, status=CONFLICT)


def left_to_them(request: HttpRequest, found: Case) -> HttpResponse:
    """Nothing of one's own is left to record."""
    messages.info(request, "Nothing is changed: what your colleague recorded stands.")
    return redirect("case", reference=found.reference)


def record_form(request: HttpRequest, found: Case) -> None:
    """Put on record that a form about the case was looked at, by the name of its address."""
    door = request.resolver_match.url_name if request.resolver_match else ""
    record_look(action=Look.Action.VIEW, door=door or "case_form", subjects=[found.id, found.person_id])
