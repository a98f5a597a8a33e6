"""Whatever is done while records are linked, undoing every link leaves each as if it had never been linked.

Three people live two lives: in one they are linked and parted, in the other never; the same work is done on both.
"""

import os
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from access.context import acting_as, acting_as_system
from access.models import Conflict, Grant, SameAs
from agencies.models import Agency
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.same_person import answer_suggestion, undo_link
from referrals.models import Case, Incident
from referrals.queries.contact import current_address, linked_contact, ways_to_reach
from referrals.queries.repeats import repeats_by_person
from tests.factories import a_case, a_suggestion
from victims.actions.consent import ConsentNotValid
from victims.actions.safety import record_letters, record_safety
from victims.entitlement import PERSISTENT
from victims.models import ContactMethod, PersonLink, PersonName, SamePersonSuggestion
from victims.queries import standing_consents

LIVES = 100 if os.environ.get("PROOF") == "thorough" else 5
PEOPLE = range(3)
PAIRS = [(0, 1), (0, 2), (1, 2)]
WHO = st.sampled_from(PEOPLE)
NUMBER = "07700900123"


@dataclass(frozen=True)
class Known:
    """All that a record comes to: what may be told, which way is safe, who sees it, what it counts, its names."""

    consents: dict[str, tuple[str, frozenset[str]]]
    ways: dict[str, tuple[bool, str]]
    marks: set[tuple[bool, bool]]
    entitlement: tuple[str, str]
    again: str
    names: list[str]


def known(case: Case) -> Known:
    now = timezone.now()
    with acting_as_system("tests"):
        codes = dict(Agency.objects.values_list("id", "code"))
        standing = standing_consents(case_id=case.id, person_id=case.person_id, at=now)
        methods = list(ContactMethod.objects.filter(person=case.person_id))
        linked = linked_contact(case.person_id)
        ways = ways_to_reach(
            case=case, methods=methods, address=current_address(case.person_id), now=now, linked=linked
        )
        counted = repeats_by_person([case.person_id], until=now)
        grants = Grant.objects.filter(case_id=case.id)
        entitlement = Case.objects.values_list("entitlement", "entitlement_reason").get(id=case.id)
        if Incident.objects.filter(case__person=case.person_id).count() >= PERSISTENT:
            entitlement = ("by their own reports alone", "")
        return Known(
            {codes[agency]: (one.stands, one.categories) for agency, one in standing.items()},
            {way.words: (way.safe, way.answer) for way in ways},
            set(grants.values_list("restricted", "conflicted")),
            entitlement,
            counted[case.person_id].words,
            list(PersonName.objects.filter(person=case.person_id).values_list("surname", flat=True)),
        )


class LivesOfLinks(RuleBasedStateMachine):
    cast = None

    @initialize()
    def begin(self) -> None:
        given = [
            {"surname": f"Of{place}", "phone": NUMBER, "safety": "unknown", "email": f"of{place}@example.org"}
            for place in PEOPLE
        ]
        self.lived = [a_case(**one) for one in given]
        self.apart = [a_case(**one) for one in given]
        self.links: dict[tuple[int, int], PersonLink] = {}
        self.suggestions = {
            (one, other): a_suggestion(self.lived[one].person, self.lived[other].person)
            for one, other in PAIRS
        }

    @rule(pair=st.sampled_from(PAIRS))
    def link(self, pair) -> None:
        if pair in self.links:
            return
        suggestion, case = self.suggestions[pair], self.lived[pair[0]]
        with acting_as(self.cast.actor("priya")) as priya:
            answer_suggestion(actor=priya, case_id=case.id, suggestion_id=suggestion.id, same=True)
            self.links[pair] = PersonLink.objects.latest("id")

    @precondition(lambda self: self.links)
    @rule(data=st.data(), from_the_other=st.booleans())
    def part(self, data, from_the_other) -> None:
        pair = data.draw(st.sampled_from(sorted(self.links)))
        held, case = self.links.pop(pair), self.lived[pair[from_the_other]]
        with acting_as(self.cast.actor("priya")) as priya:
            undo_link(actor=priya, case_id=case.id, link_id=held.id, words="No.", different=False)

    @rule(who=WHO, answer=st.sampled_from(["given", "refused", "withdrawn"]), wide=st.booleans())
    def consent(self, who, answer, wide) -> None:
        categories = ("identity", "contact") if wide else ("identity",)
        with acting_as(self.cast.actor("priya")) as priya:
            agency = Agency.objects.get(code="victim-care")
            said = [AgencyAnswer(agency.id, answer, categories if answer == "given" else ())]
            for case in (self.lived[who], self.apart[who]):
                try:
                    record_consents(actor=priya, case_id=case.id, answers=said, how="by phone")
                except ConsentNotValid:
                    assert answer == "withdrawn"

    @rule(
        who=WHO,
        safety=st.sampled_from(["safe", "unsafe", "unknown"]),
        kind=st.sampled_from(["mobile", "letter"]),
    )
    def safety(self, who, safety, kind) -> None:
        with acting_as(self.cast.actor("priya")) as priya:
            for case in (self.lived[who], self.apart[who]):
                of = {"case_id": case.id, "person_id": case.person_id, "safety": safety}
                if kind == "mobile":
                    method = ContactMethod.objects.get(person=case.person_id, kind="mobile").id
                    record_safety(actor=priya, contact_method_id=method, **of)
                else:
                    record_letters(actor=priya, **of)

    @rule(who=WHO)
    def report(self, who) -> None:
        """One of them is a victim again, in a case that has ended since."""
        for case in (self.lived[who], self.apart[who]):
            a_case(
                person=case.person,
                status="closed",
                closed_at=timezone.now(),
                end_state="declined",
                clock=None,
            )

    @rule(who=WHO)
    def conflict(self, who) -> None:
        with acting_as(self.cast.actor("dana")) as dana:
            agency = Agency.objects.get(code="calder-house").id
            for case in (self.lived[who], self.apart[who]):
                if not Conflict.objects.filter(person_id=case.person_id).exists():
                    Conflict.objects.bulk_create(
                        [
                            Conflict(
                                person_id=case.person_id, agency_id=agency, why="other", words="Cousin.",
                                declared_by=dana.id, declared_by_name=dana.name, declared_at=timezone.now(),
                            )
                        ]
                    )  # fmt: skip

    @invariant()
    def who_is_one_is_what_the_links_say(self) -> None:
        if not hasattr(self, "links"):
            return
        groups = {place: {place} for place in PEOPLE}
        for _ in PEOPLE:
            for one, other in self.links:
                groups[one] = groups[other] = groups[one] | groups[other]
        with acting_as_system("tests"):
            held: dict = {}
            for person, group in SameAs.objects.values_list("person_id", "group_id"):
                held.setdefault(group, set()).add(person)
        expected = {
            frozenset(self.lived[one].person_id for one in same) for same in groups.values() if len(same) > 1
        }
        assert {frozenset(people) for people in held.values()} == expected

    @invariant()
    def nothing_is_laxer_than_each_would_be_alone(self) -> None:
        if not hasattr(self, "links"):
            return
        rank = {"refused": 0, "not_recorded": 1, "given": 2}
        for lived, apart in zip(map(known, self.lived), map(known, self.apart), strict=True):
            for agency, (stands, categories) in lived.consents.items():
                alone = apart.consents.get(agency, ("not_recorded", frozenset()))
                assert rank[stands] <= rank[alone[0]]
                assert stands != "given" or categories <= alone[1]
            for words, (safe, _) in lived.ways.items():
                assert not safe or apart.ways[words][0]
            assert apart.consents.keys() <= lived.consents.keys()
            assert max(conflicted for _, conflicted in lived.marks) >= max(c for _, c in apart.marks)

    def teardown(self) -> None:
        if not hasattr(self, "links"):
            return
        for pair, held in list(self.links.items()):
            with acting_as(self.cast.actor("priya")) as priya:
                undo_link(
                    actor=priya, case_id=self.lived[pair[1]].id, link_id=held.id, words="No.", different=True
                )
        assert [known(case) for case in self.lived] == [known(case) for case in self.apart]
        with acting_as_system("tests"):
            people = [case.person_id for case in self.lived]
            assert not SameAs.objects.filter(person_id__in=people).exists()
            confirmed = SamePersonSuggestion.objects.filter(person__in=people, state="confirmed")
            assert not confirmed.exists()


@pytest.mark.slow
def test_undoing_gives_back_what_each_would_be_had_they_never_been_linked(hub, cast):
    class Lives(LivesOfLinks):
        def __init__(self) -> None:
            super().__init__()
            self.saved = transaction.savepoint()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                transaction.savepoint_rollback(self.saved)

    Lives.cast = cast
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=10,
            deadline=None,
            phases=(Phase.generate,),  # to shrink a life takes longer than to read it
            suppress_health_check=list(HealthCheck),
        ),
    )
