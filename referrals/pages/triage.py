"""The triage queue, what came since it was drawn, and a practitioner's own cases."""

import secrets
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.context import current_actor
from access.ids import ids_in
from access.looks import record_look, searched
from access.models import Look
from access.roles import Capability
from referrals.actions.triage import CaseNotFound, NothingToClaim, TriageRefused, assign, claim_next
from referrals.models import SavedFilter
from referrals.queries import triage as queue
from referrals.queries.keyset import Page
from referrals.queries.saved_filters import saved_filters
from referrals.workflow import CASE_STATUSES, OPEN_CASE

SEARCHES = "triage_searches"
SEARCHES_KEPT = 10
CLAIM_AT_ONCE = 50

LEGENDS = {
    "due": "First contact",
    "risk": "Risk",
    "entitlement": "Entitlement",
    "assigned": "Assigned to",
    "flag": "Flags",
    "source": "Source",
    "area": "Area",
}
LONGEST_VALUE = 120
LABELS = {
    "soon": "Due in 4 hours",
    "today": "Due later today",
    "nobody": "Nobody",
    "me": "Me",
    "team": "My team",
    "repeat": "Repeat",
}


@require_http_methods(["GET", "POST"])
def triage(request: HttpRequest) -> HttpResponse:
    """The queue. A POST sets the filters: the text searched for may be a name, so it stays out of the address."""
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    if request.method == "POST":
        return redirect(f"{request.path}?{_query_of(request)}")
    saved = saved_filters(actor=actor, queue=SavedFilter.Queue.TRIAGE)
    if not request.GET and (first := next((one for one in saved if one.is_default), None)):
        return redirect(f"{request.path}?{first.query}")
    now = timezone.now()
    filters = _filters(request)
    sort = _sort(request.GET)
    meant = queue.meanings(actor=actor, now=now)
    page = queue.triage_queue(
        actor=actor,
        filters=filters,
        meant=meant,
        now=now,
        sort=sort,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    figures = queue.figures(actor=actor, meant=meant, now=now)
    _on_record(page, "triage", text=filters.text)
    return render(
        request,
        "referrals/triage.html",
        {
            "page": page,
            "works": actor.can(Capability.TRIAGE),
            "saved": saved,
            "queue": SavedFilter.Queue.TRIAGE,
            "may_assign": actor.can(Capability.ASSIGN_CASE),
            "may_refer": actor.can(Capability.REFER),
            "figures": figures,
            "plus": "+" if figures.at_least else "",
            "tiles": _tiles(figures, now),
            "stage": queue.STAGES[filters.stage],
            "waits": filters.stage == queue.WAITING,
            "groups": _groups(filters, figures),
            "search": {"name": "search", "label": "Name, reference or postcode", "value": filters.text},
            "narrowed": filters != queue.Filters(stage=filters.stage),
            "sort": sort,
            "now": now,
            "newest": queue.newest_case(actor=actor) or "",
            "here": _here(request),
        },
    )


@require_GET
def triage_new(request: HttpRequest) -> HttpResponse:
    """How many came since the page was drawn. The page asks every half minute; it never moves its rows."""
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    try:
        newest = UUID(request.GET.get("since", ""))
    except ValueError:
        newest = None
    came = queue.came_since(actor=actor, newest=newest)
    return render(request, "referrals/triage_new.html", {"came": came})


@require_POST
def triage_claim(request: HttpRequest) -> HttpResponse:
    """Take the cases that were ticked; those that a colleague was faster with are named and left alone."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    taken, refused = 0, []
    for case_id in ids_in(request.POST.getlist("case")[:CLAIM_AT_ONCE]):
        try:
            assign(actor=actor, case_id=case_id, to=actor.id, instead_of=None)
            taken += 1
        except CaseNotFound:
            continue
        except TriageRefused as refusal:
            refused.append(str(refusal))
    if taken:
        messages.success(request, f"{taken} {'case is' if taken == 1 else 'cases are'} assigned to you.")
    for words in refused:
        messages.warning(request, words)
    if not taken and not refused:
        messages.info(request, "Tick the cases that you want to take first.")
    here = request.POST.get("here", "")
    return redirect(reverse("triage") + (here if here.startswith("?") else ""))


@require_POST
def triage_next(request: HttpRequest) -> HttpResponse:
    """Take the case that is due next and nobody carries, and go to it."""
    try:
        case = claim_next(actor=current_actor())
    except NothingToClaim as refusal:
        messages.info(request, str(refusal))
        return redirect("triage")
    messages.success(request, f"{case.reference} is assigned to you.")
    return redirect("case", reference=case.reference)


@require_GET
def my_cases(request: HttpRequest) -> HttpResponse:
    """The open cases that the reader carries, the next due first."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    sort = _sort(request.GET)
    statuses = [status for status in request.GET.getlist("status") if status in OPEN_CASE]
    due = [value for value in request.GET.getlist("due") if value in queue.VALUES["due"]]
    page = queue.my_cases(
        actor=actor,
        statuses=statuses,
        due=due,
        now=now,
        sort=sort,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    _on_record(page, "my_cases")
    options = [
        {"value": status, "label": CASE_STATUSES[status], "checked": status in statuses}
        for status in OPEN_CASE
    ]
    times = [
        {"value": value, "label": LABELS.get(value, _words(value)), "checked": value in due}
        for value in queue.VALUES["due"]
    ]
    groups = [
        {"name": "due", "legend": "Due", "options": times},
        {"name": "status", "legend": "Status", "options": options},
    ]
    context = {
        "page": page,
        "groups": groups,
        "sort": sort,
        "now": now,
        "narrowed": bool(statuses or due),
        "may_assign": actor.can(Capability.ASSIGN_CASE),
        "here": _here(request),
    }
    return render(request, "referrals/triage_my_cases.html", context)


def _on_record(page: Page[queue.Row], door: str, *, text: str = "") -> None:
    record_look(
        action=Look.Action.SEARCH if text else Look.Action.LIST,
        door=door,
        subjects=[row.case.id for row in page.rows],
        terms=searched(text),
    )


def _sort(query: QueryDict) -> str:
    sort = query.get("sort", "due")
    return sort if sort.removeprefix("-") in queue.SORTS else "due"


def _filters(request: HttpRequest) -> queue.Filters:
    """The filters that the address asks for, with the text that was searched for."""
    searches = dict(request.session.get(SEARCHES, ()))
    return replace(filters_of(request.GET), text=searches.get(request.GET.get("search", ""), ""))


def filters_of(query: QueryDict) -> queue.Filters:
    """The filters that a query asks for; values that mean nothing are left out."""
    stage = query.get("stage", queue.WAITING)
    known = queue.VALUES
    values = {group: tuple(one for one in query.getlist(group) if one in known[group]) for group in known}
    values |= {group: tuple(filter(_is_plain, query.getlist(group))) for group in queue.COLUMNS}
    return queue.Filters(
        stage=stage if stage in queue.STAGES else queue.WAITING,
        due=values["due"],
        risk=values["risk"],
        entitlement=values["entitlement"],
        assigned=values["assigned"],
        flag=values["flag"],
        source=values["source"],
        area=values["area"],
    )


def _query_of(request: HttpRequest) -> str:
    """The address's query for a filter form that was sent: codes as they are, the text by a token.

    The latest texts are kept in the session under their tokens, so that tabs do not disturb each other.
    """
    chosen = [
        (name, value)
        for name in ("sort", "stage", *queue.GROUPS)
        for value in request.POST.getlist(name)
        if value and (name, value) != ("stage", queue.WAITING)
    ]
    text = request.POST.get("search", "").replace("\0", "").strip()[:200]
    if text:
        token = secrets.token_urlsafe(6)
        kept = list(request.session.get(SEARCHES, ()))[-SEARCHES_KEPT + 1 :]
        request.session[SEARCHES] = [*kept, (token, text)]
        chosen.append(("search", token))
    return urlencode(chosen)


def _tiles(figures: queue.Figures, now: datetime) -> dict[str, str]:
    """The numbers of the tiles and the words below them."""
    plus = "+" if figures.at_least else ""
    oldest = figures.oldest_unassigned
    return {
        "overdue": f"{figures.options['due']['overdue']}{plus}",
        "soon": f"{figures.options['due']['soon']}{plus}",
        "unassigned": f"{figures.options['assigned']['nobody']}{plus}",
        "oldest": f"oldest {timesince(oldest, now, depth=1)}" if oldest else "",
        "partner": str(figures.partner),
        "late": f"{figures.partner_late} past reply date" if figures.partner_late else "",
    }


def _groups(filters: queue.Filters, figures: queue.Figures) -> list[dict[str, object]]:
    """The filter panel. A number says what the whole queue holds; flags that nobody has are left out."""
    counted = filters.stage == queue.WAITING
    plus = "+" if figures.at_least else ""
    groups: list[dict[str, object]] = []
    for group, counts in figures.options.items():
        chosen = getattr(filters, group)
        values = {**counts, **{value: 0 for value in chosen if value not in counts}}
        options: list[dict[str, object]] = [
            {
                "value": value,
                "label": value if group in queue.COLUMNS else LABELS.get(value, _words(value)),
                "count": f"{count}{plus}" if counted else None,
                "checked": value in chosen,
            }
            for value, count in values.items()
            if group != "flag" or count or value in chosen or not counted
        ]
        kind = "checkboxes"
        if group == "area":  # there may be dozens
            kind = "select"
            options.insert(0, {"value": "", "label": "All areas", "count": None, "checked": not chosen})
        if options:
            groups.append({"name": group, "legend": LEGENDS[group], "options": options, "kind": kind})
    stages = [
        {"value": code, "label": stage.words, "count": None, "checked": code == filters.stage}
        for code, stage in queue.STAGES.items()
    ]
    groups.append({"name": "stage", "legend": "Where it is", "options": stages, "kind": "radios"})
    return groups


def _is_plain(value: str) -> bool:
    return 0 < len(value) <= LONGEST_VALUE and "\0" not in value


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _here(request: HttpRequest) -> str:
    """The query of this list from its beginning, to come back to."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return f"?{query.urlencode()}"
