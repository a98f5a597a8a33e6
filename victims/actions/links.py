"""Two people known to be one: linked on a practitioner's word, and parted on one. Nothing is merged, nothing moves."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from victims.models import Deduplication, PersonLink, SamePersonSuggestion
from victims.queries import found_different, links_of, references_of, same_as


class NeverLinked(Exception):
    """The two must not be linked. The message says why, and what to do."""


class LinkNotFound(Exception):
    """There is no such link, or the actor may not come to it."""


class LinkEnded(Exception):
    """A colleague has undone it already. The message says so."""


@transaction.atomic
def link_people(*, actor: Actor, person_id: UUID, other_id: UUID, case_id: UUID) -> PersonLink:
    """Link two people who are one human being. Linked already, the link that stands is returned.

    What each of them has stays theirs. Who is linked with either is known to be one with both from now on.
    case_id: the case on whose page it was confirmed. Raises NotAllowed, NeverLinked.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    newer, older = (person_id, other_id) if person_id > other_id else (other_id, person_id)
    held = PersonLink.objects.filter(person=newer, other=older, ended_at__isnull=True).first()
    if held is not None:
        return held
    groups = same_as([newer, older])
    together = groups[newer] | groups[older]
    if accuse_each_other(together):
        raise NeverLinked(
            "One of them is said to have harmed the other, so they are two people. Answer “Different people”,"
            " and speak to your supervisor if the report names somebody by mistake."
        )
    if pair := found_different(groups[newer] - groups[older], groups[older] - groups[newer]):
        names = references_of(pair)
        who = " and ".join(sorted(names.values())) or "two of the records"
        raise NeverLinked(
            f"{who} were found to be different people, and this would make them one. Look at that answer first."
        )
    link = PersonLink(
        person_id=newer,
        other_id=older,
        case_id=case_id,
        linked_by=actor.id,
        linked_by_name=actor.name,
        linked_at=now,
    )
    PersonLink.objects.bulk_create([link])
    told: dict[str, object] = {"person": str(newer), "other": str(older), "link": str(link.id)}
    publish(Happening("person.linked", at=now, case_id=case_id, data=told))
    return link


@transaction.atomic
def part_people(
    *, actor: Actor, link_id: UUID, person_id: UUID, case_id: UUID, words: str, different: bool
) -> PersonLink:
    """Undo a link of this person: each is again as they are by themselves, whatever happened since.

    words: why. different: whether the two were found to be different people; else whether they are one is asked again.
    Raises NotAllowed, LinkNotFound, LinkEnded.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    together = same_as([person_id])[person_id]
    of_person = Q(person__in=together) | Q(other__in=together)
    link = PersonLink.objects.select_for_update().filter(of_person, id=link_id).first()
    if link is None:
        raise LinkNotFound("There is no such link.")
    if link.ended_at is not None:
        raise LinkEnded(f"{link.ended_by_name} has undone this already.")
    _end(link, actor=actor, words=words, different=different, case_id=case_id, now=now)
    return link


@transaction.atomic
def part_accused(*, actor: Actor, people: Iterable[UUID]) -> list[PersonLink]:
    """Undo every link among people of whom a report now says that one has harmed another. Returns what was undone.

    For intake: the report is taken, so the link must go. Raises NotAllowed.
    """
    actor.require(Capability.IMPORT_FEED)
    now = timezone.now()
    ended = []
    for together in {frozenset(same) for same in same_as(people).values() if len(same) > 1}:
        if not accuse_each_other(together):
            continue
        for link in links_of(together):
            words = "A report says that one of them has harmed the other."
            _end(link, actor=actor, words=words, different=True, case_id=link.case_id, now=now)
            ended.append(link)
    return ended


def _end(
    link: PersonLink, *, actor: Actor, words: str, different: bool, case_id: UUID, now: datetime
) -> None:
    link.ended_at, link.ended_by, link.ended_by_name = now, actor.id, actor.name
    link.ended_words = words.strip()[:400]
    link.save(update_fields=["ended_at", "ended_by", "ended_by_name", "ended_words"])
    pair = Q(person=link.person_id, other=link.other_id) | Q(person=link.other_id, other=link.person_id)
    confirmed = SamePersonSuggestion.objects.filter(pair, state=SamePersonSuggestion.State.CONFIRMED)
    for run in confirmed.values_list("run_id", flat=True):
        note_answer(run_id=run, confirmed=-1, rejected=int(different))
    if different:
        confirmed.update(state=SamePersonSuggestion.State.REJECTED, decided_by=actor.id, decided_at=now)
    else:
        confirmed.update(state=SamePersonSuggestion.State.OPEN, decided_by=None, decided_at=None)
    told: dict[str, object] = {
        "person": str(link.person_id),
        "other": str(link.other_id),
        "link": str(link.id),
        "answer": "different" if different else "unsure",
    }
    publish(Happening("person.parted", at=now, case_id=case_id, data=told))


def accuse_each_other(people: AbstractSet[UUID]) -> bool:
    """Whether one of the people is alleged to have harmed another: the question that the database asks itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT victims_accuse_each_other(%s)", [list(people)])
        return bool(cursor.fetchone()[0])


def note_answer(*, run_id: UUID | None, confirmed: int = 0, rejected: int = 0) -> None:
    """Keep with the run that found a pair what was answered, or what is taken back."""
    if run_id is not None and (confirmed or rejected):
        Deduplication.objects.filter(id=run_id).update(
            confirmed=F("confirmed") + confirmed, rejected=F("rejected") + rejected
        )
