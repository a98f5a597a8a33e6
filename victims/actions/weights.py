"""Estimating the weights of recognition anew from what practitioners answered, and deciding about what came of it.

Each step is a message of the outbox and one transaction, as a comparison of everybody is: five parts of the labels are
foretold from the other four, then all are learned from. Nothing comes in force by itself.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from victims.matching.estimate import (
    FOLDS,
    Label,
    Tally,
    added,
    correction,
    fit,
    groups,
    is_enough,
    knows_whom_it_is_told_twice,
    loses_too_many,
    split,
    support,
    tallied,
)
from victims.matching.model import frozen_model
from victims.models import RecognitionWeights, SamePersonSuggestion
from victims.queries import as_model, corrections_by_version, weights_in_force

ESTIMATE = "victims.estimate_weights"
MOST = 20_000
"""Of more answers than these, the newest are learned from."""
STEPS = FOLDS + 1
State, Refusal = RecognitionWeights.State, RecognitionWeights.Refusal
MOVES = {
    "accept": (State.PROPOSED, State.ACCEPTED),
    "discard": (State.PROPOSED, State.DISCARDED),
    "withdraw": (State.ACCEPTED, State.WITHDRAWN),
}
"""By answer: from which state to which. The database holds the same."""


class EstimateRuns(Exception):
    """Weights are being estimated, or wait for a decision. The message says what to do."""


class WeightsNotFound(Exception):
    """There are no such weights."""


class WeightsRefused(Exception):
    """The answer is not to be given. The message says why, and what to do."""


@transaction.atomic
def start_estimate(*, actor: Actor) -> RecognitionWeights:
    """Begin to estimate; the steps follow by themselves. Raises NotAllowed, EstimateRuns."""
    actor.require(Capability.KEEP_WEIGHTS)
    now = timezone.now()
    base = frozen_model().version
    last = RecognitionWeights.objects.filter(base=base).aggregate(last=Max("number"))["last"] or 0
    made = RecognitionWeights(
        number=last + 1,
        base=base,
        instead_of=weights_in_force().version,
        started_at=now,
        started_by_name=actor.name,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise EstimateRuns(
            "Weights are being estimated already, or wait for a decision: accept or discard those first."
        ) from None
    _next(made, now)
    publish(Happening("weights.estimate_started", at=now, data={"weights": str(made.id)}))
    return made


@transaction.atomic
def estimate_step(*, actor: Actor, estimate_id: UUID, step: int) -> None:
    """One step of an estimate; done again it finds its place taken. Raises NotAllowed."""
    actor.require(Capability.DEDUPLICATE)
    now = timezone.now()
    made = RecognitionWeights.objects.select_for_update().get(id=estimate_id)
    if made.state != State.ESTIMATING or made.steps != step:
        return
    labels, left_out = labels_until(made.started_at)
    if not is_enough(labels):
        made.state = State.TOO_FEW
        made.support = support(labels)
        made.figures = {"left_out": left_out, **_answers(labels)}
        made.save(update_fields=["state", "support", "figures"])
        return
    if step < FOLDS:
        _foretell(made, labels, step)
    else:
        _propose(made, labels, left_out)
        publish(Happening("weights.proposed", at=now, data={"weights": str(made.id)}))
    made.steps = step + 1
    made.save(update_fields=["steps", "state", "refusal", "corrections", "support", "figures"])
    if made.state == State.ESTIMATING:
        _next(made, now)


@transaction.atomic
def decide_weights(*, actor: Actor, weights_id: UUID, answer: str, reason: str) -> RecognitionWeights:
    """Accept, discard or withdraw (an answer of MOVES) estimated weights.

    What is accepted counts from the next comparison on; suggestions keep what they were weighed by. Withdrawn, those
    that counted before count again. Raises NotAllowed, WeightsNotFound, WeightsRefused.
    """
    actor.require(Capability.KEEP_WEIGHTS)
    now = timezone.now()
    made = RecognitionWeights.objects.select_for_update().filter(id=weights_id).first()
    if made is None:
        raise WeightsNotFound("There are no such weights.")
    before, after = MOVES[answer]
    if made.state != before:
        raise WeightsRefused(f"These weights are {made.get_state_display()} by now: look at them again.")
    if not reason.strip():
        raise WeightsRefused("Say why, for whoever looks at this later.")
    if after == State.ACCEPTED:
        if made.refusal:
            raise WeightsRefused(f"They cannot be accepted: {made.get_refusal_display()}. Discard them.")
        if made.instead_of != weights_in_force().version:
            raise WeightsRefused("Other weights count by now. Discard these, and estimate again.")
    made.state, made.reason = after, reason.strip()[:400]
    made.decided_at, made.decided_by, made.decided_by_name = now, actor.id, actor.name
    made.save(update_fields=["state", "reason", "decided_at", "decided_by", "decided_by_name"])
    publish(Happening(f"weights.{after.value}", at=now, data={"weights": str(made.id)}))
    return made


def labels_until(at: datetime) -> tuple[list[Label], int]:
    """The pairs that people had answered by then, at most MOST, and how many were left out.

    An answer that was undone counts as it stands now: different people, or not at all. Left out are pairs that an
    earlier release weighed by other fields, and those that nothing but a sender's number brought together.
    """
    answered = SamePersonSuggestion.objects.filter(
        state__in=(SamePersonSuggestion.State.CONFIRMED, SamePersonSuggestion.State.REJECTED),
        decided_at__lte=at,
    ).exclude(decided_by=hub_id())  # what a report says of the accused is no practitioner's answer
    told = list(
        answered.order_by("-decided_at", "-id").values_list(
            "person_id", "other_id", "state", "score", "evidence"
        )[:MOST]
    )
    known, in_force = corrections_by_version(), weights_in_force().version
    usable = [one for one in told if one[4].get("settings") in known]
    joined = groups([(person.int, other.int) for person, other, *_ in usable])
    labels = []
    for (*_, state, score, evidence), group in zip(usable, joined, strict=True):
        levels = tuple((line["field"], line["level"]) for line in evidence["lines"] if line["level"])
        then, today = known[evidence["settings"]], known[in_force]
        now_scored = score - correction(then, levels) + correction(today, levels)
        labels.append(
            Label(levels, round(now_scored, 3), state == SamePersonSuggestion.State.CONFIRMED, group)
        )
    return labels, len(told) - len(usable)


def _foretell(made: RecognitionWeights, labels: list[Label], fold: int) -> None:
    """One part of the labels, foretold by the weights in force and by those that the other parts speak for."""
    learned, held_back = split(labels, fold)
    model, known = weights_in_force(), made.figures.get("held_back", {})
    for name, fitted in (("old", fit(learned, weights=False)), ("new", fit(learned))):
        known[name] = asdict(Tally(**known.get(name, {})) + tallied(held_back, fitted, model))
    made.figures["held_back"] = known


def _propose(made: RecognitionWeights, labels: list[Label], left_out: int) -> None:
    model, fitted = weights_in_force(), fit(labels)
    counts = _answers(labels)
    learned = {
        "old": tallied(labels, fit(labels, weights=False), model),
        "new": tallied(labels, fitted, model),
    }
    held_back = {name: Tally(**told) for name, told in made.figures["held_back"].items()}
    both = (learned, held_back)
    made.corrections = added(corrections_by_version()[made.instead_of], fitted.corrections)
    if any(one["new"].same_rejected > one["old"].same_rejected for one in both):
        made.refusal = Refusal.FALSE_SAME
    elif not knows_whom_it_is_told_twice(as_model(made)):
        made.refusal = Refusal.TWICE_TOLD
    elif any(loses_too_many(one["old"], one["new"], counts["confirmed"]) for one in both):
        made.refusal = Refusal.LOST
    elif held_back["new"].surprise >= held_back["old"].surprise:
        made.refusal = Refusal.NOT_BETTER
    made.support = support(labels)
    made.figures |= {name: asdict(tally) for name, tally in learned.items()}
    made.figures |= {"left_out": left_out, **counts}
    made.state = State.PROPOSED


def _answers(labels: list[Label]) -> Mapping[str, int]:
    confirmed = sum(label.same for label in labels)
    return {"confirmed": confirmed, "rejected": len(labels) - confirmed}


def _next(made: RecognitionWeights, now: datetime) -> None:
    payload = {"estimate": str(made.id), "step": str(made.steps)}
    schedule(ESTIMATE, key=f"{made.id}:{made.steps}", payload=payload, at=now)
