"""Whatever happens to a case in whatever order: what each reader finds is what the policy says at that moment."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from access.context import acting_as, acting_as_system
from referrals.actions import referral as verbs
from referrals.actions.break_glass import break_glass
from referrals.actions.closing import close_case
from referrals.actions.conflicts import declare_conflict
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.restriction import give_personal_access, lift, restrict
from tests.cast import Cast
from tests.matrix.policy import AGREED, IDENTITY, READERS, SAFE_STEPS, Relation, may_see
from tests.matrix.readers import actor_of
from tests.matrix.walk import Keys
from victims.models import PersonName

LIVES = 200 if os.environ.get("PROOF") == "thorough" else 3
SEEN_BY = ("priya", "liam", "dana", "helen", "ruth", "owen")
WAITING = ("sent", "received")
LOOKING = tuple(reader for reader in READERS if reader.name in SEEN_BY)


class LifeOfACase(RuleBasedStateMachine):
    """One case that Safe Steps has been sent, and everything that may befall it."""

    world = None

    def __init__(self) -> None:
        super().__init__()
        self.held = transaction.atomic()
        self.held.__enter__()
        target = self.world.targets["sent"]
        self.case, self.referral = target.case, target.referrals[SAFE_STEPS]
        self.open, self.closed, self.let_in, self.kept_out = "sent", False, None, set()
        self.withdrawn = False
        self.agency = Cast().practitioner("helen").agency_id
        self.people = {name: Cast().practitioner(name).id for name in ("dana", "liam", "priya", "helen")}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.held.__exit__(None, None, None)

    def relation(self) -> Relation:
        tells = {SAFE_STEPS: AGREED} if self.open else {}
        let_in = tuple(self.let_in) if self.let_in is not None else None
        return Relation("as it stands", tells, (SAFE_STEPS,), let_in=let_in, kept_out=tuple(self.kept_out))

    def works(self, name: str) -> bool:
        """Whether somebody of the hub comes to the case now."""
        return name not in self.kept_out and (self.let_in is None or name in self.let_in)

    def post(self, word: str, body: dict[str, object]) -> None:
        """What Safe Steps' own system says to the API, with a new token: many lives last longer than one."""
        answer = Cast().system(SAFE_STEPS).post(f"referrals/{self.referral}/{word}/", body)
        assert answer.status_code == 200, (word, answer.content)

    def by(self, name: str, verb, **given) -> None:
        with acting_as(Cast().actor(name)) as actor:
            verb(actor=actor, **given)

    @precondition(lambda self: self.open in WAITING and "helen" not in self.kept_out)
    @rule(declines=st.booleans())
    def answer(self, declines: bool) -> None:
        if declines:
            self.by("helen", verbs.decline, referral_id=self.referral, reason_code="no_capacity")
        else:
            self.by("helen", verbs.accept, referral_id=self.referral)
        self.open = "" if declines else "accepted"

    @precondition(lambda self: self.open == "sent")
    @rule()
    def receive_by_its_system(self) -> None:
        self.post("receive", {})
        self.open = "received"

    @precondition(lambda self: self.open in WAITING)
    @rule(word=st.sampled_from(("accept", "decline")))
    def answer_by_its_system(self, word: str) -> None:
        self.post(word, {"reason": "no_capacity"} if word == "decline" else {})
        self.open = {"accept": "accepted", "decline": ""}[word]

    @precondition(lambda self: self.open == "accepted")
    @rule(by_its_system=st.booleans())
    def complete(self, by_its_system: bool) -> None:
        outcome = [{"domain": "safety", "result": "improved"}]
        if by_its_system or "helen" in self.kept_out:
            self.post("start", {})
            self.post("complete", {"outcomes": outcome})
        else:
            self.by("helen", verbs.start, referral_id=self.referral)
            self.by("helen", verbs.complete, referral_id=self.referral, outcomes=outcome)
        self.open = ""

    @precondition(lambda self: self.open in WAITING)
    @rule()
    def nobody_answers_in_time(self) -> None:
        with acting_as_system("tests") as system:
            verbs.expire(actor=system, referral_id=self.referral)
        self.open = ""

    @precondition(lambda self: not self.closed and not self.withdrawn and self.works("priya"))
    @rule()
    def withdraw_consent(self) -> None:
        withdrawn = [AgencyAnswer(self.agency, "withdrawn")]
        self.by("priya", record_consents, case_id=self.case.id, answers=withdrawn, how="by phone")
        self.open, self.withdrawn = "", True

    @precondition(lambda self: not self.closed and not self.open)
    @rule()
    def close(self) -> None:
        end = {"end_state": "supported_standard", "reason": "Done.", "without": "No review."}
        self.by("dana", close_case, case_id=self.case.id, **end)
        self.closed = True

    @precondition(lambda self: self.open and self.let_in is None)
    @rule()
    def recall(self) -> None:
        self.by("dana", verbs.recall, referral_id=self.referral, reason_words="In error.")
        self.open = ""

    @precondition(lambda self: self.let_in is None)
    @rule()
    def restrict(self) -> None:
        told = {"reason": "staff", "words": "Works here.", "owner_id": self.people["dana"]}
        self.by("dana", restrict, case_id=self.case.id, **told)
        self.let_in = {"dana"}

    @precondition(lambda self: self.let_in is not None)
    @rule()
    def lift(self) -> None:
        self.by("dana", lift, case_id=self.case.id, words="Left.")
        self.let_in = None

    @precondition(lambda self: self.let_in is not None and not {"liam"} & (self.let_in | self.kept_out))
    @rule()
    def let_in_liam(self) -> None:
        self.by(
            "dana", give_personal_access, case_id=self.case.id, to=self.people["liam"], reason="Works on it."
        )
        self.let_in.add("liam")

    @precondition(lambda self: self.let_in is not None and not {"priya"} & (self.let_in | self.kept_out))
    @rule()
    def break_the_glass(self) -> None:
        why = "She rang and is in danger now."
        self.by("priya", break_glass, reference=self.case.reference, reason=why)
        self.let_in.add("priya")

    @rule(who=st.sampled_from(("priya", "liam", "helen")))
    def conflict(self, who: str) -> None:
        if who in self.kept_out:
            return
        told = {"why": "knows", "words": "Kin.", "practitioner_id": self.people[who]}
        self.by("dana", declare_conflict, case_id=self.case.id, **told)
        self.kept_out.add(who)

    @invariant()
    def everybody_finds_what_the_policy_says(self) -> None:
        for reader in LOOKING:
            with acting_as(actor_of(reader)):
                found = PersonName.objects.filter(person_id=self.case.person_id).exists()
            assert found == may_see(reader, self.relation(), IDENTITY), reader.words

    @invariant()
    def doors_open_to_whom_the_policy_says(self) -> None:
        for reader in LOOKING:
            page = (
                f"/cases/{self.case.reference}/"
                if reader.agency != SAFE_STEPS
                else f"/referrals/{self.referral}/"
            )
            with transaction.atomic():
                answer = self.keys.client(reader).get(page)
                transaction.set_rollback(True)
            is_shown = self.world.targets["sent"].fills["surname"].encode() in answer.content
            assert is_shown == may_see(reader, self.relation(), IDENTITY), (reader.words, answer.status_code)


@pytest.mark.slow
def test_any_life_of_a_case(world):
    LifeOfACase.world, LifeOfACase.keys = world, Keys()
    usual = settings(
        max_examples=LIVES, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(LifeOfACase, settings=usual)
