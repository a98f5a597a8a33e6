"""Intake: a feed file is checked as a whole, its rows are stored as sent, then judged chunk by chunk.

See docs/decisions/0005. Every row ends in exactly one verdict with its reason. A chunk is one message
of the outbox and one transaction, so it may be killed at any instant: it has happened, or it has not.
"""

import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from access.actor import Actor
from access.batches import insert_rows
from access.encryption import seal_json
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.feed_health import note_refused_shape, note_run
from referrals.actions.intake_cases import next_numbers
from referrals.actions.intake_chunk import judge_chunk
from referrals.feed.faults import ShapeChanged
from referrals.feed.reading import Feed, FeedError, open_feed
from referrals.feed.row import names_safe_address, where_it_is
from referrals.feed.source import SourceDefinition, SourceError, read_source
from referrals.models import FeedRow, FeedRun, FeedSource
from referrals.queries.sources import definition_of

STORE_AT_ONCE = 1000
CHUNK = 200
JUDGE = "referrals.judge_rows"
CHANGED = (
    "The file was changed while it was read. Nothing was taken. Wait until it is written, then take it again."
)


class FeedRefused(Exception):
    """The file was not taken, no row of it. The message says where to look and what to do."""


def take_feed(
    *, actor: Actor, source: FeedSource, path: Path, file_name: str, encoding: str | None = None
) -> FeedRun:
    """Take the feed file at `path`: all of its rows, or none. Judging them follows by itself.

    A partner's system sends as its own agency alone: the database holds it to that.
    file_name: as the sender named it. encoding: as somebody declared it; else the source's, else detected.
    Raises NotAllowed, FeedRefused.
    """
    actor.require(Capability.SEND_FEED if actor.kind == "client" else Capability.IMPORT_FEED)
    now = timezone.now()
    try:
        with transaction.atomic():
            return _take(actor, source, path, file_name, encoding, now)
    except FeedRefused as refusal:
        # Told outside of what is taken back. A system that pushes is told of its fault by the answer.
        if isinstance(refusal.__cause__, ShapeChanged) and actor.kind != "client":
            note_refused_shape(source=source, fault=refusal.__cause__, now=now)
        raise


def _take(
    actor: Actor, source: FeedSource, path: Path, file_name: str, encoding: str | None, now: datetime
) -> FeedRun:
    try:
        feed = open_feed(path, read_source(source.definition), encoding=encoding)
        received = sum(1 for _ in feed)  # the whole file is read before anything is stored
    except (FeedError, SourceError) as problem:
        raise FeedRefused(f"{problem} Nothing was taken.") from problem
    run = FeedRun.objects.create(
        source=source,
        edition=source.edition,
        number=next_numbers("referrals_run_number", 1)[0],
        file_name=_as_text(file_name)[-200:],
        sha256=_sha256(path),
        encoding=feed.encoding,
        columns=[column[:200] for column in feed.columns],
        received=received,
        taken_at=now,
        taken_by=actor.id,
        taken_by_name=actor.name,
    )
    try:
        stored = _store(run, feed)
    except FeedError as problem:
        raise FeedRefused(CHANGED) from problem
    if stored != received:
        raise FeedRefused(CHANGED)
    publish(Happening("feed.taken", at=now, data={"run": str(run.id)}))
    if actor.kind != "client":  # it cannot see the hub's alerts; the next look of the timetable clears them
        note_run(run=run, now=now)
    schedule(JUDGE, key=f"{run.id}:0", payload={"run": str(run.id)}, at=now)
    return run


@transaction.atomic
def judge_rows(*, run_id: UUID) -> int:
    """Judge the next rows of a run and have the rest follow. Returns how many were judged.

    Rows of one sender are judged in the order in which they came: under a lock on the sender, and an
    earlier delivery first. Running it again is harmless: it takes rows that have no verdict yet.
    """
    now = timezone.now()
    asked = FeedRun.objects.get(id=run_id)
    source = FeedSource.objects.select_for_update().get(id=asked.source_id)
    unfinished = FeedRun.objects.filter(source=source, number__lte=asked.number).exclude(
        status=FeedRun.Status.FINISHED
    )
    run = unfinished.order_by("number").first()
    if run is None:
        return 0
    # From the first line that waits: what was judged before it need not be walked over again.
    waiting = FeedRow.objects.filter(run=run, verdict="", line__gte=run.judged)
    rows = list(waiting.order_by("line")[:CHUNK])
    run.source = source
    definition = definition_of(run)
    verdicts = judge_chunk(source=source, definition=definition, rows=rows, now=now) if rows else []
    # Read after judging: rows of this run that were judged before may have left quarantine by it.
    counts = Counter(FeedRun.objects.values_list("counts", flat=True).get(id=run.id))
    counts.update(verdicts)
    run.counts, run.judged = dict(counts), run.judged + len(rows)
    run.status = FeedRun.Status.WORKING
    if run.judged == run.received:
        run.status, run.finished_at = FeedRun.Status.FINISHED, now
        publish(Happening("feed.finished", at=now, data={"run": str(run.id)}))
    run.save(update_fields=["counts", "judged", "status", "finished_at"])
    if run != asked or run.status != FeedRun.Status.FINISHED:
        step = f"{run.number}:{run.judged}"
        schedule(JUDGE, key=f"{asked.id}:{step}", payload={"run": str(asked.id)}, at=now)
    return len(rows)


def _store(run: FeedRun, feed: Feed) -> int:
    """Store every row as sent, some at a time. Returns how many."""
    waiting: list[dict[str, object]] = []
    stored = 0
    for line, raw in feed:
        stored += 1
        waiting.append({"run_id": run.id, "line": line, **stored_cells(raw, feed.source)})
        if len(waiting) == STORE_AT_ONCE:
            insert_rows(FeedRow, waiting)
            waiting = []
    insert_rows(FeedRow, waiting)
    return stored


def stored_cells(raw: dict[str, str], source: SourceDefinition) -> dict[str, object]:
    """The row as it is stored: one that names a safe address says where it is in its sealed part alone.

    What stands in its place differs where the address does, so that a change is noticed; made with a key and
    the record's own number, it can be neither guessed from nor compared with another person's.
    """
    where = where_it_is(raw, source) if names_safe_address(raw, source) else {}
    if not where:
        return {"raw": raw, "sealed": None}
    record = [raw.get(source.columns[name], "") for name in source.record]
    mark = salted_hmac("referrals.safe_address", "\x1f".join([*record, *where.values()]), algorithm="sha256")
    apart = f"Safe address, kept apart ({mark.hexdigest()[:12]})"
    return {"raw": raw | dict.fromkeys(where, apart), "sealed": seal_json(where)}


def _as_text(name: str) -> str:
    """A file's name as text that can be stored and shown, whatever bytes the system gave it."""
    return name.encode("utf-8", "replace").decode().replace("\0", "?")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
