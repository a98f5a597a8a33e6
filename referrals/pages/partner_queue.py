"""A partner's queue of referrals, and giving some of them to one of the team."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from access.ids import ids_in
from access.looks import record_look
from access.models import Look
from agencies.models import Service
from referrals.actions.giving import give
from referrals.actions.referral import ReferralNotFound
from referrals.models import SavedFilter
from referrals.pages.referral import partner
from referrals.queries import partner_queue as queue
from referrals.queries.saved_filters import saved_filters
from referrals.workflow import STATUS_WORDS, MoveRefused

AT_ONCE = 50
LEGENDS = {"due": "Answer", "assigned": "Given to", "urgent": "Urgency"}
LABELS = {"overdue": "Overdue", "nobody": "Nobody yet", "me": "Me", "yes": "Urgent"}


@require_GET
def partner_queue(request: HttpRequest) -> HttpResponse:
    """The agency's referrals, in three lists: to answer, taken on, ended."""
    actor = partner()
    saved = saved_filters(actor=actor, queue=SavedFilter.Queue.REFERRALS)
    if not request.GET and (first := next((one for one in saved if one.is_default), None)):
        return redirect(f"{request.path}?{first.query}")
    now, filters, services = timezone.now(), filters_of(request.GET), queue.services_of(actor)
    asked, usual = request.GET.get("sort", ""), "-due" if filters.tab == "ended" else "due"
    sort = asked if asked.removeprefix("-") in queue.SORTS else usual
    page = queue.partner_queue(
        actor=actor,
        filters=filters,
        services=services,
        now=now,
        sort=sort,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    shown = [row.referral.case_id for row in page.rows if row.case_reference]
    record_look(action=Look.Action.LIST, door="partner_queue", subjects=shown)
    here = request.GET.copy()
    for name in ("after", "before"):
        here.pop(name, None)
    context = {
        "page": page,
        "tabs": [
            {"label": words, "url": f"{reverse('partner_queue')}?list={name}", "current": name == filters.tab}
            for name, (words, _) in queue.TABS.items()
        ],
        "tab": filters.tab,
        "narrowed": filters.narrowed,
        "words": queue.TABS[filters.tab][0],
        "groups": _groups(filters, services),
        "colleagues": queue.colleagues_of(actor),
        "saved": saved,
        "queue": SavedFilter.Queue.REFERRALS,
        "here": f"?{here.urlencode()}",
        "sort": sort,
        "now": now,
        "status_words": STATUS_WORDS,
    }
    return render(request, "referrals/partner_queue.html", context)


@require_POST
def referral_give(request: HttpRequest) -> HttpResponse:
    """Give the chosen referrals to one of the team, or to nobody; what one refuses, the others do not suffer."""
    actor = partner()
    chosen = ids_in(request.POST.getlist("referral")[:AT_ONCE])
    to, nobody = ids_in([request.POST.get("to", "")]), request.POST.get("to") == "nobody"
    if not chosen or not (to or nobody):
        messages.info(request, "Choose the referrals, and whom to give them to.")
    given = 0
    for one in chosen:
        seen = ids_in([request.POST.get(f"seen-{one}", "")])
        try:
            if to or nobody:
                give(
                    actor=actor,
                    referral_id=one,
                    to=None if nobody else to[0],
                    instead_of=seen[0] if seen else None,
                )
                given += 1
        except ReferralNotFound:
            continue
        except MoveRefused as refusal:
            messages.warning(request, str(refusal))
    if given:
        names = {one.id: one.name for one in queue.colleagues_of(actor)}
        whom = "nobody" if nobody else names.get(to[0], "them")
        many = "referral is" if given == 1 else "referrals are"
        messages.success(request, f"{given} {many} given to {whom}.")
    if "one" in request.POST and len(chosen) == 1:
        return redirect("referral", referral_id=chosen[0])
    here = request.POST.get("here", "")
    return redirect(reverse("partner_queue") + (here if here.startswith("?") else ""))


def filters_of(query: QueryDict) -> queue.Filters:
    """The filters that a query asks for; values that mean nothing are left out."""
    tab = query.get("list", "answer")
    tab = tab if tab in queue.TABS else "answer"

    def asked(group: str) -> tuple[str, ...]:
        return tuple(one for one in query.getlist(group) if one in queue.VALUES[group])

    return queue.Filters(
        tab=tab,
        due=asked("due") if tab == "answer" else (),
        assigned=asked("assigned") if tab != "ended" else (),
        service=tuple(one for one in query.getlist("service") if one.replace("-", "").isalnum())[:50],
        urgent=asked("urgent"),
    )


def _groups(filters: queue.Filters, services: list[Service]) -> list[dict[str, object]]:
    """The filter panel; what means nothing in the list at hand is left out."""
    left_out = {"answer": (), "work": ("due",), "ended": ("due", "assigned")}[filters.tab]
    options = {group: [(value, LABELS[value]) for value in queue.VALUES[group]] for group in queue.VALUES}
    options["service"] = list({one.code: one.name for one in services}.items())
    return [
        {
            "name": group,
            "legend": LEGENDS.get(group, "Service"),
            "options": [
                {"value": value, "label": label, "checked": value in getattr(filters, group)}
                for value, label in values
            ],
        }
        for group, values in options.items()
        if group not in left_out and (group != "service" or len(values) > 1)
    ]
