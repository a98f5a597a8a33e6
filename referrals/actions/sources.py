"""Senders and their definitions: a new sender, and a new edition of how one is read. An edition never changes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.models import Agency
from messaging.events import Happening, publish
from referrals.actions.feed_health import plan_check
from referrals.feed.editions import differences
from referrals.feed.source import SourceError, read_source
from referrals.feed.told import form_definition
from referrals.models import FeedSource, SourceEdition

LONGEST = 400


class SourceRefused(Exception):
    """It cannot be done; the message says what to do instead."""


class CodeTaken(SourceRefused):
    """Another sender has that code."""


class DefinitionWrong(SourceRefused):
    """The definition cannot be used as it is."""


class NothingChanged(SourceRefused):
    """The definition is the one in force."""


class EditionMeanwhile(SourceRefused):
    """Somebody else published an edition since the definition was read."""


class ReasonMissing(SourceRefused):
    """A reason in words is needed."""


class FormKept(SourceRefused):
    """How a form of the product is read is part of the product."""


@transaction.atomic
def add_source(
    *, actor: Actor, code: str, name: str, agency_id: UUID, definition: Mapping[str, Any], reason: str
) -> FeedSource:
    """A new sender with the first edition of its definition. Raises NotAllowed, SourceRefused."""
    actor.require(Capability.KEEP_SOURCES)
    if FeedSource.objects.filter(code=code).exists():
        raise CodeTaken("Another sender has this code. Choose another, or change that sender's definition.")
    told = _checked({**definition, "code": code})
    source = FeedSource.objects.create(
        code=code, name=name, agency=Agency.objects.get(id=agency_id), definition=told, edition=1
    )
    _publish(actor, source, reason)
    return source


@transaction.atomic
def publish_edition(
    *, actor: Actor, source_id: UUID, definition: Mapping[str, Any], reason: str, seen: int
) -> FeedSource:
    """A new edition of how a sender is read, from the next file on; rows in quarantine that are judged again are
    judged by it. Files that were taken keep the edition they were read by.

    seen: the edition that was read when the change was made. Raises NotAllowed, SourceRefused.
    """
    actor.require(Capability.KEEP_SOURCES)
    source = FeedSource.objects.select_for_update().get(id=source_id)
    if source.definition.get("form"):
        raise FormKept("This is a form of the hub's own: how it is read comes with the product.")
    if source.edition != seen:
        raise EditionMeanwhile("Somebody published another edition since you opened this. Read it first.")
    told = _checked({**definition, "code": source.code})
    if not differences(read_source(source.definition), read_source(told)):
        raise NothingChanged("Nothing is different from the edition in force.")
    source.definition, source.edition = told, source.edition + 1
    source.save(update_fields=["definition", "edition"])
    _publish(actor, source, reason)
    return source


def found_source(
    *, actor: Actor, code: str, name: str, agency: Agency, definition: Mapping[str, Any]
) -> FeedSource:
    """A sender as the founding file has it. Founded again it changes nothing, and brings a definition that changed
    only while nobody has published one of their own.
    """
    actor.require(Capability.IMPORT_FEED)
    source = FeedSource.objects.select_for_update().filter(code=code).first()
    if source is None:
        source = FeedSource(code=code, edition=0, definition={})
    source.name, source.agency = name, agency
    by_hand = SourceEdition.objects.filter(source=source).exclude(published_by=actor.id).exists()
    is_new = source.definition != definition and not by_hand
    if is_new:
        source.definition, source.edition = dict(definition), source.edition + 1
    source.save()
    if is_new:
        _publish(actor, source, "As the founding file has it.")
    return source


def keep_form_as_shipped(*, actor: Actor, source: FeedSource) -> None:
    """Have a form of the hub's own, which is locked, read as this release has it: what a newer one asks would be
    left aside until the hub is founded anew.
    """
    shipped = form_definition(source.code)
    if source.definition == shipped:
        return
    source.definition, source.edition = dict(shipped), source.edition + 1
    source.save(update_fields=["definition", "edition"])
    _publish(actor, source, "As this release has it.")


def _checked(definition: Mapping[str, Any]) -> dict[str, Any]:
    try:
        read_source(definition)
    except SourceError as wrong:
        raise DefinitionWrong(str(wrong)) from wrong
    return dict(definition)


def _publish(actor: Actor, source: FeedSource, reason: str) -> None:
    """The edition that the sender has now, for ever, and its timetable."""
    now, reason = timezone.now(), reason.strip()[:LONGEST]
    if not reason:
        raise ReasonMissing("Say what changes, and why.")
    SourceEdition.objects.create(
        source=source,
        number=source.edition,
        definition=source.definition,
        reason=reason,
        published_by=actor.id,
        published_by_name=actor.name,
        published_at=now,
    )
    plan_check(source=source, now=now)
    told: dict[str, object] = {"source": source.code, "edition": source.edition}
    publish(Happening("feed.edition_published", at=now, data=told))
