"""Comparing everybody held with everybody, some people at a time: what intake could not see, found over night.

Each batch is a message of the outbox and one transaction: a run that is killed goes on where its last batch ended, and
a batch that is done twice finds that it is done.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from victims.actions.links import accuse_each_other
from victims.actions.people import Likeness, suggest_same
from victims.matching import MOST_OF_ONE_KEY, SAME, compare
from victims.models import Deduplication, Person
from victims.queries import identities_of, keys_of, known_pairs, people_by_key, same_as, weights_in_force

COMPARE = "victims.compare_batch"
BATCH = 200
FEW = 20_000
"""So many people are counted when a run begins; more are believed."""


class DeduplicationRuns(Exception):
    """Everybody is being compared already. The message says since when."""


@transaction.atomic
def start_deduplication(*, actor: Actor, day: date | None = None) -> Deduplication | None:
    """Begin to compare everybody; the batches follow by themselves.

    day: of a nightly run; None is returned where that day has had its own. Raises NotAllowed, DeduplicationRuns.
    """
    actor.require(Capability.DEDUPLICATE)
    now = timezone.now()
    if day is not None and Deduplication.objects.filter(day=day).exists():
        return None
    run = Deduplication(
        day=day,
        settings=weights_in_force().version,
        started_at=now,
        started_by_name=actor.name,
        people=_people_now(),
    )
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        raise DeduplicationRuns("Everybody is being compared already: look at how far that is.") from None
    _next(run, now)
    publish(Happening("people.deduplication_started", at=now, data={"run": str(run.id)}))
    return run


@transaction.atomic
def compare_batch(*, actor: Actor, run_id: UUID, after: UUID | None) -> None:
    """Compare the next people, in the order of their ids, with everybody older who shares a key with them.

    after: up to whom it is done. Suggests who may be one; pairs that were suggested before, whatever was answered,
    are left alone, and so are alleged perpetrator and victim of one incident. Raises NotAllowed.
    """
    actor.require(Capability.DEDUPLICATE)
    now = timezone.now()
    run = Deduplication.objects.select_for_update().get(id=run_id)
    if run.finished_at is not None or run.done_up_to != after:
        return
    further = Person.objects.filter(id__gt=after) if after else Person.objects.all()
    people = list(further.order_by("id").values_list("id", flat=True)[:BATCH])
    pairs = _pairs(people)
    known = identities_of({one for pair in pairs for one in pair})
    found, weights = [], weights_in_force()
    for newer, older in sorted(pairs):
        if newer not in known or older not in known:
            continue
        likeness = compare(known[newer], known[older], weights)
        if likeness is not None and not accuse_each_other({newer, older}):
            found.append(Likeness(newer, older, likeness))
    suggest_same(likenesses=found, at=now, run_id=run.id)
    publish(
        *(
            Happening(
                "person.suggested", at=now, data={"person": str(one.person_id), "other": str(one.other_id)}
            )
            for one in found
        )
    )
    same = sum(one.likeness.verdict == SAME for one in found)
    run.compared, run.pairs = run.compared + len(people), run.pairs + len(pairs)
    run.same, run.review = run.same + same, run.review + len(found) - same
    if len(people) < BATCH:
        run.finished_at, run.people = now, run.compared
    if people:
        run.done_up_to = people[-1]
    run.save(update_fields=["compared", "pairs", "same", "review", "finished_at", "done_up_to", "people"])
    if run.finished_at is None:
        _next(run, now)
    else:
        publish(Happening("people.deduplication_finished", at=now, data={"run": str(run.id)}))


def _pairs(people: list[UUID]) -> set[tuple[UUID, UUID]]:
    """Who of the people shares a key with whom that is older, where nobody has been asked and no link stands."""
    keys = keys_of(people)
    holders = people_by_key(key for held in keys.values() for key in held)
    pairs = {
        (person, other)
        for person, held in keys.items()
        for key in held
        if len(holders[key]) <= MOST_OF_ONE_KEY
        for other in holders[key]
        if other < person
    }
    groups = same_as(people)
    return {pair for pair in pairs - known_pairs(people) if pair[1] not in groups[pair[0]]}


def _people_now() -> int:
    """About how many there are to compare, for the progress: of many what the planner believes, counted by nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'victims_person'::regclass")
        believed: int = cursor.fetchone()[0]
    return believed if believed > FEW else Person.objects.count()


def _next(run: Deduplication, now: datetime) -> None:
    after = str(run.done_up_to or "")
    schedule(COMPARE, key=f"{run.id}:{after}", payload={"run": str(run.id), "after": after}, at=now)
