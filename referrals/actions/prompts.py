"""Prompts of a case: what an answer or a new incident asks to be done by a time, raised once and answered once.

Raising is part of another verb, with the case locked; answering is a verb of its own.
"""

from collections.abc import Container, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways.models import Assessment, InstrumentVersion
from pathways.queries.assessments import current_editions, latest_assessments
from pathways.rules import evaluate, sentence
from pathways.rules import facts_of as names_in
from pathways.scoring import fits_age, score
from referrals.actions.clocks import keep_due
from referrals.actions.notify import watch_prompt
from referrals.actions.triage import ReasonMissing, TriageRefused, locked_open_case
from referrals.clocks import due, rule_for
from referrals.models import Case, Incident, Prompt
from referrals.queries.calendar import hub_calendar
from referrals.queries.circumstances import Circumstances
from referrals.queries.clock_rules import clock_rules
from referrals.queries.facts import facts_of
from victims.entitlement import age_on

ASSESSMENT = Prompt.Kind.ASSESSMENT
NEW_INCIDENT = "a further incident was reported"
LONGEST = 400
ANSWERS = (Prompt.State.DONE, Prompt.State.SET_ASIDE)
CLOCKS = {ASSESSMENT.value: "assessment_wanted"}
"""The clock of a kind of prompt, where it is not called the same."""


class PromptNotFound(TriageRefused):
    """The case has no such prompt, or the actor may not see it: the same answer for both."""


class PromptAnswered(TriageRefused):
    """A colleague was faster. The message says who."""


def raise_prompts_of(*, case: Case, assessment: Assessment, at: datetime) -> None:
    """What a completed assessment asks for: its triggers, and instruments that the case's facts want by now."""
    definition = assessment.instrument.definition
    done = _done_since_incident(case)
    for trigger in score(definition, assessment.all_answers).triggers:
        if trigger.wants and trigger.wants not in done:
            _raise(case, ASSESSMENT, at, trigger.words, instrument=trigger.wants, of=assessment)
        if trigger.prompt:
            _raise(case, trigger.prompt, at, trigger.words, instrument=definition["code"], of=assessment)
    _raise_wanted_by_facts(case, at, current_editions(on=timezone.localdate(at)), done)


@transaction.atomic
def ask_again(*, actor: Actor, case_id: UUID) -> None:
    """A further incident asks for what was assessed before it again, and may ask for more. Harmless to run again.

    Raises NotAllowed, referrals.actions.triage.CaseNotFound and CaseClosed.
    """
    actor.require(Capability.RAISE_PROMPT)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    made = latest_assessments(case_id=case.id)
    editions, done = current_editions(on=timezone.localdate(now)), _done_since_incident(case)
    for edition in editions:
        again = edition.definition.get("again_on_incident") and edition.code in made
        if again and edition.code not in done:
            _raise(case, ASSESSMENT, now, NEW_INCIDENT, instrument=edition.code, of=made[edition.code])
    _raise_wanted_by_facts(case, now, editions, done)


def answer_by_assessing(*, actor: Actor, case: Case, instrument: str, at: datetime) -> None:
    """The instrument that was wanted has been completed."""
    for prompt in case.prompts.filter(kind=ASSESSMENT, instrument=instrument, state=Prompt.State.OPEN):
        _end(prompt, actor, Prompt.State.DONE, "", at)


@transaction.atomic
def answer_prompt(*, actor: Actor, case_id: UUID, prompt_id: UUID, state: str, words: str) -> Prompt:
    """Record what was done about a prompt, or why nothing is to be done.

    state: done or set_aside; words: what, or why, kept sealed. An assessment that is wanted is done by completing it.
    Raises NotAllowed, CaseNotFound, CaseClosed, PromptNotFound, PromptAnswered, ReasonMissing.
    """
    actor.require(Capability.ASSESS)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    prompt = case.prompts.filter(id=prompt_id).first()
    answers = (Prompt.State.SET_ASIDE,) if prompt and prompt.kind == ASSESSMENT else ANSWERS
    if prompt is None or state not in answers:
        raise PromptNotFound("There is no such prompt on this case.")
    if prompt.state != Prompt.State.OPEN:
        raise PromptAnswered(
            f"{prompt.ended_by_name or 'The hub'} has answered this already: read it on the case."
        )
    if not words.strip():
        raise ReasonMissing("Say what was done, or why nothing is to be done: it stays on the case.")
    _end(prompt, actor, Prompt.State(state), words.strip(), now)
    keep_due(case)
    return prompt


def _done_since_incident(case: Case) -> set[str]:
    """Instruments that were completed since the newest incident was recorded: they are not wanted."""
    newest = Incident.objects.filter(case=case).order_by("-recorded_at").values("recorded_at")[:1]
    made = Assessment.objects.filter(
        case_id=case.id, completed_at__gte=Coalesce(Subquery(newest), case.opened_at)
    )
    return set(made.values_list("instrument__code", flat=True))


def _raise_wanted_by_facts(
    case: Case, at: datetime, editions: Iterable[InstrumentVersion], done: Container[str]
) -> None:
    asking = [one for one in editions if "wanted_when" in one.definition and one.code not in done]
    age = age_on(case.person.date_of_birth, timezone.localdate(at)) if asking else None
    asking = [one for one in asking if fits_age(one.definition, age)]
    rules = {one.code: one.definition["wanted_when"] for one in asking}
    asked = {name for rule in rules.values() for name in names_in(rule)}
    facts = facts_of(Circumstances(case, at=at), asked=asked) if asking else {}
    for code, rule in rules.items():
        if evaluate(rule, facts).value is True:
            _raise(case, ASSESSMENT, at, sentence(rule), instrument=code)


def _raise(
    case: Case, kind: str, at: datetime, because: str, *, instrument: str, of: Assessment | None = None
) -> None:
    """One of a kind and instrument is open at a time: what is asked already is not asked again."""
    if case.prompts.filter(kind=kind, instrument=instrument, state=Prompt.State.OPEN).exists():
        return
    rule = rule_for(
        CLOCKS.get(kind, kind),
        at,
        rules=clock_rules(),
        entitlement=case.entitlement,
        high_risk=case.risk == "high",
    )
    prompt = Prompt.objects.create(
        case=case,
        kind=kind,
        instrument=instrument,
        category=of.category if of else "assessment",
        because=because[:LONGEST],
        edition=rule.edition,
        raised_at=at,
        due_at=due(rule, at, (), hub_calendar()),
    )
    keep_due(case)
    watch_prompt(prompt)
    publish(_told(prompt, "case.prompt_raised", at))


def _end(prompt: Prompt, actor: Actor, state: Prompt.State, words: str, at: datetime) -> None:
    prompt.state, prompt.ended_at = state, at
    prompt.ended_by, prompt.ended_by_name = actor.id, actor.name
    prompt.words = words or None
    prompt.save(update_fields=["state", "ended_at", "ended_by", "ended_by_name", "words"])
    publish(_told(prompt, "case.prompt_answered", at))


def _told(prompt: Prompt, topic: str, at: datetime) -> Happening:
    codes: Iterable[tuple[str, object]] = (
        ("prompt", str(prompt.id)),
        ("kind", prompt.kind),
        ("instrument", prompt.instrument),
        ("state", prompt.state),
    )
    return Happening(topic, at=at, case_id=prompt.case_id, data=dict(codes))
