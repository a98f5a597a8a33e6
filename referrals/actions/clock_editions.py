"""Editions of the rules of time: brought by founding, added by page. An edition never changes.

A clock keeps the edition of the day that it started, so that a new one changes nothing that runs: it begins tomorrow
at the earliest.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.clock_rules import RuleWrong, check_rule, differences
from referrals.clocks import LONDON, in_effect, load_rules
from referrals.models import ClockEdition
from referrals.queries.clock_rules import Rule, clock_rules

LONGEST = 400


class EditionRefused(Exception):
    """The edition cannot be published. The message says why, and what to do instead."""


def next_edition(
    *, code: str, edition: str, source: str, effective_from: date, changed: Mapping[str, Any]
) -> tuple[Rule, Rule]:
    """The edition that an edition of this name would be, and the one in effect before it; nothing is written.

    changed: what is different (`length`, `due_by`, `pauses`, `ladder`, `counts_from`); the rest stays as it is.
    Raises EditionRefused.
    """
    now = timezone.now()
    rules = clock_rules()
    editions = [rule for rule in rules if rule["code"] == code]
    if not editions:
        raise EditionRefused("There is no such rule.")
    if effective_from <= timezone.localdate(now):
        raise EditionRefused(
            "It can be in effect from tomorrow at the earliest: what began goes on as it began."
        )
    for rule in editions:
        if rule["edition"] == edition:
            raise EditionRefused("Another edition of this rule has that name. Choose another name.")
        if rule["effective_from"] == effective_from:
            raise EditionRefused("Another edition begins on that day. Choose another day.")
    day_before = datetime.combine(effective_from - timedelta(days=1), time(12), LONDON)
    old = in_effect(code, day_before, editions) or editions[-1]
    new = {**old, **changed, "edition": edition, "source": source, "effective_from": effective_from}
    try:
        check_rule(new)
    except RuleWrong as wrong:
        raise EditionRefused(str(wrong)) from wrong
    if not differences(old, new):
        raise EditionRefused("Nothing is different from the edition before it.")
    return old, new


@transaction.atomic
def publish_rule(
    *,
    actor: Actor,
    code: str,
    edition: str,
    source: str,
    effective_from: date,
    changed: Mapping[str, Any],
    reason: str,
) -> ClockEdition:
    """Publish the edition: clocks that start on that day or later go by it. Raises NotAllowed, EditionRefused."""
    actor.require(Capability.KEEP_CLOCKS)
    if not reason.strip():
        raise EditionRefused("Say why the rule changes: who asks for it in a year will read it here.")
    list(ClockEdition.objects.select_for_update().filter(code=code))
    _, new = next_edition(
        code=code, edition=edition, source=source, effective_from=effective_from, changed=changed
    )
    made = _write(actor, new, reason)
    told: dict[str, object] = {"rule": code, "edition": edition, "from": effective_from.isoformat()}
    publish(Happening("clock.edition_published", at=made.published_at, data=told))
    return made


@transaction.atomic
def found_rules(*, actor: Actor) -> list[str]:
    """The editions that come with the product, where the hub has them not yet. Returns those that differ from what
    was published under the same name: an edition is never edited.
    """
    actor.require(Capability.IMPORT_FEED)
    held = {(one.code, one.edition): one.definition for one in ClockEdition.objects.all()}
    differing = []
    for rule in load_rules():
        check_rule(rule)
        kept = held.get((rule["code"], rule["edition"]))
        if kept is None:
            _write(actor, rule, "As it comes with the product.")
        elif kept != _as_json(rule):
            differing.append(f"{rule['code']} {rule['edition']}")
    return differing


def _write(actor: Actor, rule: Rule, reason: str) -> ClockEdition:
    return ClockEdition.objects.create(
        code=rule["code"],
        edition=rule["edition"],
        effective_from=rule["effective_from"],
        definition=_as_json(rule),
        reason=reason.strip()[:LONGEST],
        published_by=actor.id,
        published_by_name=actor.name,
        published_at=timezone.now(),
    )


def _as_json(rule: Rule) -> dict[str, Any]:
    return {**rule, "effective_from": rule["effective_from"].isoformat()}
