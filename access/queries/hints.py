"""Hints of unusual looks: bounded pages, newest first, each with its reason in words."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from access.models import Hint
from access.queries.log import references_of

PAGE = 50


@dataclass(frozen=True)
class HintRow:
    hint: Hint
    reason: str
    reference: str


@dataclass(frozen=True)
class HintPage:
    rows: list[HintRow]
    next: str


def hints(*, answered: bool, after: str = "") -> HintPage:
    """Hints that wait for an answer, or that have one."""
    wanted = Hint.objects.filter(answered_at__isnull=not answered)
    with suppress(ValueError):  # a cursor that was not made here shows the first page
        wanted = wanted.filter(id__lt=UUID(after)) if after else wanted
    found = list(wanted.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    references = references_of({hint.subject for hint in shown if hint.subject})
    rows = [
        HintRow(hint, reason_of(hint), references.get(hint.subject, "") if hint.subject else "")
        for hint in shown
    ]
    return HintPage(rows, str(shown[-1].id) if len(found) > PAGE else "")


def hint_of(hint_id: UUID) -> HintRow | None:
    """One hint; None where there is none."""
    hint = Hint.objects.filter(id=hint_id).first()
    if hint is None:
        return None
    references = references_of([hint.subject]) if hint.subject else {}
    return HintRow(hint, reason_of(hint), references.get(hint.subject, "") if hint.subject else "")


def reason_of(hint: Hint) -> str:
    """Why it was found, as a sentence."""
    count = hint.looks
    match hint.rule:
        case Hint.Rule.OWN_SURNAME:
            return f"Opened the record of a person with their own surname, {_times(count)}."
        case Hint.Rule.OUT_OF_HOURS:
            return f"Opened records out of hours, {_times(count)}."
        case Hint.Rule.VOLUME:
            return f"Opened {count} records in one day; otherwise {hint.usual or 0} or fewer."
        case Hint.Rule.NEVER_WORKED:
            return f"Opened {count} cases that others carry, and did nothing in any of them."
    return f"Was refused {_times(count)} in one day."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
