"""The access log: who looked at what, when and through which door. It names records, never what is in them."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.context import current_actor
from access.doors import DOOR_WORDS
from access.forms import LogForm
from access.ids import ids_in
from access.looks import record_look, searched
from access.models import Look
from access.queries import log as queries
from access.queries import seen
from access.roles import Capability
from govuk_forms.dates import day_of_address

MOST_ASKED = 100
PLAIN = ("action", "door", "agency", "out_of_hours", "first", "last")
"""Filters that stand in the address as they are: codes, ids and days."""


@require_http_methods(["GET", "POST"])
def access_log(request: HttpRequest) -> HttpResponse:
    """The log, narrowed by who looked, at which record, doing what, on which days.

    A POST turns names and references into ids, so that the address that it leads to names nobody.
    Reading the log is on record too.
    """
    actor = current_actor()
    actor.require(Capability.SEE_ACCESS_LOG)
    if request.method == "POST":
        form = LogForm(request.POST)
        query = _query_of(form) if form.is_valid() else None
        if query is not None:
            return redirect(f"{request.path}?{query}")
    else:
        form = LogForm(initial={name: request.GET.get(name, "") for name in PLAIN})
    filters = _filters(request.GET)
    page = queries.looks(filters, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    record_look(action=Look.Action.LIST, door="access_log", subjects=filters.subjects)
    return render(
        request,
        "access/log.html",
        {
            "form": form,
            "page": page,
            "narrowed": filters != queries.LookFilters(),
            "filters": filters,
            "person": seen.person_behind(filters.subjects),
            "faults": queries.open_faults(),
            "may_answer": actor.can(Capability.ANSWER_HINTS),
        },
    )


def _query_of(form: LogForm) -> str | None:
    """The query of the address for what was asked; None with an error on the form where nothing answers to it."""
    told = form.cleaned_data
    chosen = [(name, str(told[name])) for name in PLAIN if told[name]]
    chosen += [("term", term) for term in searched(told["searched"])]
    if told["place"]:
        look = queries.look_from(told["place"])
        if look is None:
            form.add_error("place", "Nobody has looked from this address in the last three months")
        chosen.append(("place", str(look)))
    if told["who"].strip():
        actors = queries.actors_named(told["who"].strip())
        if not actors:
            form.add_error("who", "Nobody with this name has ever signed in here. Try a part of the name")
        chosen += [("actor", str(actor)) for actor in actors]
    if told["reference"].strip():
        subjects = queries.subjects_of(told["reference"].strip().upper())
        if not subjects:
            form.add_error("reference", "No case or person has this reference. Check it and try again")
        chosen += [("subject", str(subject)) for subject in subjects]
    return None if form.errors else urlencode(chosen)


def _filters(query: QueryDict) -> queries.LookFilters:
    """The filters that the address asks for; values that mean nothing are left out."""
    last = day_of_address(query.get("last", ""))
    first = day_of_address(query.get("first", ""))
    action = query.get("action", "")
    return queries.LookFilters(
        actors=tuple(ids_in(query.getlist("actor")[:MOST_ASKED])),
        subjects=tuple(ids_in(query.getlist("subject")[:MOST_ASKED])),
        actions=(action,) if action in Look.Action.values else (),
        door=query.get("door", "") if query.get("door", "") in DOOR_WORDS else "",
        agency=next(iter(ids_in(query.getlist("agency")[:MOST_ASKED])), None),
        terms=tuple(term for term in query.getlist("term")[:20] if term.isalnum()),
        place=next((queries.place_of_look(look) for look in ids_in(query.getlist("place")[:1])), ""),
        out_of_hours=bool(query.get("out_of_hours")),
        first=_begins(first) if first else None,
        until=_begins(last + timedelta(days=1)) if last else None,
    )


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
