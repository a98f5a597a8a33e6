"""The rules of time: every edition as it stands, and a new one with what it would change."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.context import current_actor
from access.roles import Capability
from referrals.actions.clock_editions import EditionRefused, next_edition, publish_rule
from referrals.clocks import LONDON
from referrals.forms.clocks import RuleForm, terms_of
from referrals.queries.calendar import hub_calendar
from referrals.queries.clock_rules import WhatWouldChange, clock_rules, rules_shown, what_would_change

UNPROCESSABLE = 422


@require_GET
def clock_rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule with its editions."""
    actor = current_actor()
    if not actor.can(Capability.KEEP_CLOCKS):
        actor.require(Capability.SEE_CASES)
    calendar = hub_calendar()
    context = {
        "rules": rules_shown(on=timezone.localtime()),
        "calendar": calendar.division.replace("-", " ").title().replace("And", "and"),
        "known_until": calendar.known_until,
        "may_keep": actor.can(Capability.KEEP_CLOCKS),
    }
    return render(request, "referrals/clock_rules.html", context)


@require_http_methods(["GET", "POST"])
def clock_rule_change(request: HttpRequest, code: str) -> HttpResponse:
    """A new edition of one rule: shown with what it would change first, published when that is what was meant."""
    actor = current_actor()
    actor.require(Capability.KEEP_CLOCKS)
    editions = [rule for rule in clock_rules() if rule["code"] == code]
    if not editions:
        raise Http404
    newest = editions[-1]
    form = RuleForm(request.POST if request.method == "POST" else None, initial={"terms": terms_of(newest)})
    preview = None
    if form.is_valid():
        given = {
            "code": code,
            "edition": form.cleaned_data["edition"],
            "source": form.cleaned_data["source"],
            "effective_from": form.cleaned_data["effective_from"],
            "changed": form.cleaned_data["terms"],
        }
        try:
            if request.POST.get("act") == "publish":
                publish_rule(actor=actor, reason=form.cleaned_data["reason"], **given)
                day = form.cleaned_data["effective_from"]
                messages.success(request, f"The edition is published: in effect from {day:%-d %B %Y}.")
                return redirect("clock_rules")
            preview = _preview(given)
        except EditionRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"words": newest["words"], "form": form, "preview": preview}
    return render(
        request, "referrals/clock_rule_change.html", context, status=UNPROCESSABLE if form.errors else None
    )


def _preview(given: dict[str, Any]) -> WhatWouldChange:
    old, new = next_edition(**given)
    first = hub_calendar().next_working_day(given["effective_from"] - timedelta(days=1))
    friday = first + timedelta(days=(4 - first.weekday()) % 7)
    starts = [datetime.combine(first, time(10), LONDON), datetime.combine(friday, time(16, 30), LONDON)]
    return what_would_change(old=old, new=new, starts=starts)
