"""The life of an instrument's edition: begun or drafted from the one before, changed, published from a day, discarded.

Once published it is never edited, which a trigger holds: what is to be different becomes the next edition.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways.instrument import new_instrument, problem_with_code, problems_of
from pathways.models import InstrumentVersion

DRAFT, PUBLISHED = InstrumentVersion.Status.DRAFT, InstrumentVersion.Status.PUBLISHED
Change = Callable[[dict[str, Any]], dict[str, Any]]


class EditionRefused(Exception):
    """A verb on an edition was refused. The message says why, and what to do instead."""


class NoDraft(EditionRefused):
    """Nobody drafts an edition of that instrument, or there is no such instrument."""


class NotWhole(EditionRefused):
    """The draft cannot be asked as it stands: `problems` says what is wrong, each as a sentence."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The draft cannot be published yet. " + " ".join(problems))
        self.problems = problems


class CodeRefused(EditionRefused):
    """No new instrument can have that code: it is malformed, or there is one of it."""


@transaction.atomic
def begin_instrument(
    *, actor: Actor, code: str, title: str, category: str, stages: Sequence[str], words: str = ""
) -> InstrumentVersion:
    """Begin a new instrument: its first edition is a draft that asks nothing yet.

    category: of pathways.instrument.CATEGORIES. words: those above the questions. Raises NotAllowed, CodeRefused.
    """
    actor.require(Capability.EDIT_INSTRUMENTS)
    if problem := problem_with_code(code):
        raise CodeRefused(problem)
    definition = new_instrument(code=code, title=title, category=category, stages=stages, words=words)
    is_new = not InstrumentVersion.objects.filter(code=code).exists()
    if is_new:
        begun, is_new = InstrumentVersion.objects.get_or_create(
            code=code, edition=1, defaults={"title": title, "definition": definition, "status": DRAFT}
        )
    if not is_new:
        raise CodeRefused(
            f"There is an instrument {code} already: draft its next edition, or choose another code."
        )
    return begun


@transaction.atomic
def draft_edition(*, actor: Actor, code: str) -> InstrumentVersion:
    """Draft the next edition from the newest; where somebody drafts one already, that one.

    Raises NotAllowed, NoDraft.
    """
    actor.require(Capability.EDIT_INSTRUMENTS)
    newest = _locked(code).first()
    if newest is None:
        raise NoDraft("There is no such instrument.")
    if newest.status == DRAFT:
        return newest
    number = newest.edition + 1
    definition = {key: value for key, value in newest.definition.items() if key != "effective_from"}
    return InstrumentVersion.objects.create(
        code=code,
        edition=number,
        title=newest.title,
        definition={**definition, "edition": number},
        status=DRAFT,
    )


@transaction.atomic
def change_draft(*, actor: Actor, code: str, change: Change) -> InstrumentVersion:
    """Change the draft as it stands now by one step, so that two people's steps both count.

    change: from the definition to the next (pathways.instrument has the usual ones). It need not be whole until it
    is published. Raises NotAllowed, NoDraft, and what `change` raises.
    """
    actor.require(Capability.EDIT_INSTRUMENTS)
    draft = _draft(code)
    draft.definition = change(draft.definition)
    draft.title = draft.definition["title"]
    draft.save(update_fields=["definition", "title"])
    return draft


@transaction.atomic
def publish_edition(*, actor: Actor, code: str, effective_from: date) -> InstrumentVersion:
    """Publish the draft: from that day on the instrument is asked so, and the edition is never edited again.

    Raises NotAllowed, NoDraft, NotWhole, EditionRefused.
    """
    actor.require(Capability.EDIT_INSTRUMENTS)
    now = timezone.now()
    draft = _draft(code)
    problems = problems_of(draft.definition) + _wanted_nowhere(draft)
    if problems:
        raise NotWhole(problems)
    if effective_from < timezone.localdate(now):
        raise EditionRefused("Choose today or a later day: what was asked until now was asked so.")
    before = _locked(code).filter(status=PUBLISHED).first()
    if before is not None and before.effective_from and effective_from < before.effective_from:
        raise EditionRefused(
            f"Edition {before.edition} begins on {before.effective_from:%-d %B %Y}: choose that day or a later one."
        )
    draft.status, draft.effective_from = PUBLISHED, effective_from
    draft.definition = {**draft.definition, "effective_from": effective_from.isoformat()}
    draft.save(update_fields=["status", "effective_from", "definition"])
    told: dict[str, object] = {"instrument": code, "edition": draft.edition}
    publish(Happening("instrument.published", at=now, data=told))
    return draft


@transaction.atomic
def discard_edition(*, actor: Actor, code: str) -> None:
    """Throw the draft away. Raises NotAllowed, NoDraft."""
    actor.require(Capability.EDIT_INSTRUMENTS)
    _draft(code).delete()


def _locked(code: str) -> Any:
    return InstrumentVersion.objects.select_for_update().filter(code=code).order_by("-edition")


def _draft(code: str) -> InstrumentVersion:
    found = _locked(code).filter(status=DRAFT).first()
    if found is None:
        raise NoDraft("Nobody drafts an edition of this instrument now: begin one from its newest edition.")
    return found


def _wanted_nowhere(draft: InstrumentVersion) -> list[str]:
    wanted = {trigger["wants"] for trigger in draft.definition.get("triggers", ()) if trigger.get("wants")}
    known = InstrumentVersion.objects.filter(code__in=wanted, status=PUBLISHED).values_list("code", flat=True)
    return [f"A trigger wants {code}, which the hub does not have." for code in sorted(wanted - set(known))]
