"""“This looks wrong”: raised on a case or a referral, answered by whoever keeps the pathway, seen by nobody else."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from access.models import Grant, Look
from pathways.actions.challenges import ChallengeNotFound, ChallengeRefused, answer_challenge
from pathways.models import Challenge, PathwayVersion
from referrals.actions import referral as verbs
from referrals.actions.challenges import challenge_case, challenge_referral
from referrals.actions.restriction import restrict
from referrals.models import Referral
from tests.factories import a_case, a_referral
from tests.pathways.test_life_of_a_version import proposed, said
from tests.reading import words_of

WORDS = "It should have gone to housing first."
BOOK = "/pathways/northshire/"


def sent_to_safe_steps(cast) -> Referral:
    """A case sent to Safe Steps, which holds the referral and sees what it is told."""
    referral = a_referral(a_case(status="routed"), service="idva")
    with acting_as_system("tests"):
        Grant.objects.create(
            agency_id=referral.agency_id,
            case_id=referral.case_id,
            person_id=referral.case.person_id,
            categories=["identity"],
            granted_at=timezone.now(),
            because=str(referral.id),
        )
    return referral


def raised(cast, referral: Referral, who: str = "helen", words: str = WORDS) -> Challenge:
    with acting_as(cast.actor(who)) as actor:
        return challenge_referral(actor=actor, referral_id=referral.id, words=words)


def answered(cast, challenge: Challenge, who: str = "dana") -> Challenge:
    with acting_as(cast.actor(who)) as actor:
        return answer_challenge(actor=actor, challenge_id=challenge.id, words="The next draft asks for it.")


def sees(cast, challenge: Challenge, who: str) -> bool:
    with acting_as(cast.actor(who)):
        return Challenge.objects.filter(id=challenge.id).exists()


def test_a_partner_questions_what_it_holds_and_reads_the_answer(hub, cast):
    referral = sent_to_safe_steps(cast)
    helen, dana = cast.browser("helen"), cast.browser("dana")
    page = f"/referrals/{referral.id}/"
    assert "This looks wrong" in words_of(helen.get(page))
    assert helen.post(f"{page}challenge/", {"words": ""}).status_code == 422
    assert helen.post(f"{page}challenge/", {"words": WORDS}).status_code == 302
    assert WORDS in words_of(dana.get(BOOK))
    dana.post(f"{BOOK}draft/")
    assert WORDS in words_of(dana.get(f"{BOOK}2/edit/")), "it shows up in the next draft"
    with acting_as_system("tests"):
        challenge = Challenge.objects.select_related("version").get(words=WORDS)
    assert (challenge.route, challenge.version.number) == (referral.route, 1)
    assert dana.post(f"/pathways/challenges/{challenge.id}/", {"words": "We change it."}).status_code == 302
    assert "We change it." in words_of(helen.get(page))
    assert WORDS not in words_of(dana.get(f"{BOOK}2/edit/"))


def test_the_hub_questions_on_the_case(hub, cast):
    referral = sent_to_safe_steps(cast)
    with acting_as_system("tests"):
        reference = referral.case.reference
    priya = cast.browser("priya")
    assert priya.post(f"/cases/{reference}/challenge/", {"words": WORDS}).status_code == 302
    assert WORDS in words_of(priya.get(f"/cases/{reference}/"))
    assert WORDS not in words_of(cast.browser("helen").get(f"/referrals/{referral.id}/"))


def test_only_the_agency_that_raised_it_sees_it_and_only_while_it_may_see_the_case(hub, cast):
    referral = sent_to_safe_steps(cast)
    challenge = raised(cast, referral)
    assert sees(cast, challenge, "helen")
    for who in ("ruth", "ines", "owen", "grace", "martin"):
        assert not sees(cast, challenge, who), who
        assert cast.browser(who).get(f"/pathways/challenges/{challenge.id}/").status_code in (403, 404), who
    with acting_as(cast.actor("helen")) as helen:
        verbs.decline(actor=helen, referral_id=referral.id, reason_code="no_capacity")
    assert not sees(cast, challenge, "helen")


def test_a_restricted_case_takes_its_challenges_with_it(hub, cast):
    referral = sent_to_safe_steps(cast)
    challenge = raised(cast, referral, "priya")
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=referral.case_id, reason="staff", words="So.", owner_id=dana.id)
    assert not sees(cast, challenge, "liam")
    assert WORDS not in words_of(cast.browser("carys").get(BOOK))


def test_it_is_answered_once_by_whoever_may_draft(hub, cast):
    challenge = raised(cast, sent_to_safe_steps(cast))
    with pytest.raises(NotAllowed):
        answered(cast, challenge, "priya")
    with pytest.raises(NotAllowed):
        answered(cast, challenge, "helen")
    answered(cast, challenge)
    with pytest.raises(ChallengeRefused):
        answered(cast, challenge)
    with acting_as(cast.actor("dana")):
        assert Challenge.objects.filter(id=challenge.id).update(answer="Other.") == 0
        assert Challenge.objects.filter(id=challenge.id).delete()[0] == 0


def test_nobody_questions_what_is_not_theirs_or_has_ended(hub, cast):
    referral = sent_to_safe_steps(cast)
    with pytest.raises(ChallengeNotFound):
        raised(cast, referral, "ruth")
    with pytest.raises(NotAllowed):
        raised(cast, referral, "ines")
    with acting_as(cast.actor("ruth")) as ruth, pytest.raises(ChallengeNotFound):
        with acting_as_system("tests"):
            version = PathwayVersion.objects.get(number=1)
        challenge_case(actor=ruth, case_id=referral.case_id, version_id=version.id, words="So.")
    with acting_as(cast.actor("helen")) as helen:
        verbs.decline(actor=helen, referral_id=referral.id, reason_code="no_capacity")
    with pytest.raises(ChallengeRefused):
        raised(cast, referral)


def test_no_agency_speaks_in_anothers_name_even_past_the_verbs(hub, cast):
    referral = sent_to_safe_steps(cast)
    with acting_as_system("tests"):
        version = PathwayVersion.objects.get(number=1)
        victim_care = cast.actor("ruth").agency_id
    with pytest.raises(DatabaseError), acting_as(cast.actor("helen")) as helen, transaction.atomic():
        Challenge.objects.bulk_create(
            [
                Challenge(
                    case_id=referral.case_id, version=version, words="So.", agency_id=victim_care,
                    raised_by=helen.id, raised_by_name="Helen", raised_at=timezone.now(),
                )
            ]
        )  # fmt: skip


def test_looking_at_challenges_is_on_record(hub, cast):
    referral = sent_to_safe_steps(cast)
    raised(cast, referral)
    cast.browser("dana").get(BOOK)
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="pathway_book", subjects__contains=[referral.case_id]).exists()


def test_declines_are_told_by_agency_and_reason_and_small_numbers_are_not(hub, cast):
    for number in range(6):
        referral = a_referral(a_case(), service="idva")
        reason = "no_capacity" if number else "out_of_area"
        with acting_as(cast.actor("helen")) as helen:
            verbs.decline(actor=helen, referral_id=referral.id, reason_code=reason)
    page = words_of(cast.browser("dana").get(BOOK))
    assert "Safe Steps No capacity 5" in page
    assert "Safe Steps Out of area fewer than 5" in page
    assert "Safe Steps No capacity 5" in words_of(cast.browser("helen").get(BOOK)), "its own"
    assert "No capacity" not in words_of(cast.browser("ruth").get(BOOK))


def test_objections_stand_on_the_pathways_page(hub, cast):
    version = proposed(cast)
    said(cast, version, "ines", "objected", "Four hours cannot be kept.")
    assert "Four hours cannot be kept." in words_of(cast.browser("ruth").get(BOOK))
