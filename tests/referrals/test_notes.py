"""Notes: of a kind that decides who sees them, corrected and never rewritten, shown to a partner by an act alone."""

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as, acting_as_system
from messaging.models import Event, FeedEntry
from referrals.actions.conflicts import declare_conflict
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.notes import (
    NobodyOfThatName,
    NoteCorrectedMeanwhile,
    NotToBeShared,
    correct_note,
    share_note,
    write_note,
)
from referrals.actions.referral import recall
from referrals.actions.sight import give_sight
from referrals.models import Case, CaseNote, NoteShare, Referral
from referrals.notes import mentioned
from referrals.queries.circumstances import Circumstances
from tests.factories import a_case, a_referral

AGREED = ["identity", "contact", "incident", "assessment", "notes"]


def a_note(cast, case: Case, text: str = "She prefers mornings.", kind: str = "general") -> CaseNote:
    with acting_as(cast.actor("priya")) as priya:
        return write_note(actor=priya, case_id=case.id, kind=kind, text=text)


def sent_to_safe_steps(cast, case: Case) -> Referral:
    made = a_referral(case, service="idva")
    with acting_as(cast.actor("priya")) as priya:
        answers = [AgencyAnswer(made.agency_id, "given", tuple(AGREED))]
        record_consents(actor=priya, case_id=case.id, answers=answers, how="by phone")
    with acting_as_system("tests"):
        Referral.objects.filter(id=made.id).update(categories=AGREED)
        made.refresh_from_db()
        give_sight(known=Circumstances(case, at=timezone.now()), sent=[made])
    return made


def shared(cast, note: CaseNote, referral: Referral) -> NoteShare:
    with acting_as(cast.actor("priya")) as priya:
        return share_note(actor=priya, case_id=note.case_id, note=note.note, agency_id=referral.agency_id)


def told(case: Case, topic: str) -> list[dict]:
    with acting_as_system("tests"):
        return [event.data for event in Event.objects.filter(case_id=case.id, topic=topic).order_by("id")]


def test_a_note_is_written_on_a_page_and_stands_sealed(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/notes/new/"
    refused = browser.post(place, {"kind": "general", "text": " "})
    assert refused.status_code == 422
    browser.post(place, {"kind": "general", "text": "She prefers mornings."})
    assert "She prefers mornings." in browser.get(f"/cases/{case.reference}/").content.decode()
    assert (
        "She prefers mornings."
        in browser.get(f"/cases/{case.reference}/notes/?kind=general").content.decode()
    )
    assert "She prefers" not in browser.get(f"/cases/{case.reference}/notes/?kind=legal").content.decode()
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM referrals_casenote")
        assert "mornings" not in cursor.fetchone()[0]


def test_a_correction_is_a_further_edition_and_both_can_be_read(hub, cast):
    case = a_case()
    note = a_note(cast, case)
    browser = cast.browser("liam")
    place = f"/cases/{case.reference}/notes/{note.note}/"
    browser.post(place, {"kind": "health", "text": "She prefers evenings.", "seen": "1"})
    page = browser.get(place).content.decode()
    assert "She prefers evenings." in page
    assert "She prefers mornings." in page
    on_case = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "She prefers mornings." not in on_case
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(NoteCorrectedMeanwhile, match="Liam Byrne"):
            correct_note(actor=priya, case_id=case.id, note=note.note, kind="general", text="Noon.", seen=1)
        with pytest.raises(DatabaseError), transaction.atomic():
            CaseNote.objects.filter(note=note.note).update(kind="legal")
        assert CaseNote.objects.filter(note=note.note).delete()[0] == 0


def test_a_correction_that_came_too_late_keeps_what_was_typed(hub, cast):
    case = a_case()
    note = a_note(cast, case)
    place = f"/cases/{case.reference}/notes/{note.note}/"
    cast.browser("liam").post(place, {"kind": "general", "text": "Evenings.", "seen": "1"})
    late = cast.browser("priya").post(place, {"kind": "general", "text": "Noon, she says.", "seen": "1"})
    assert late.status_code == 422
    page = late.content.decode()
    assert "Liam Byrne corrected this note while you were writing." in page
    assert "Noon, she says." in page
    assert "Evenings." in page
    again = {"kind": "general", "text": "Evenings, or noon.", "seen": late.context["form"]["seen"].value()}
    assert cast.browser("priya").post(place, again).status_code == 302


def test_who_is_mentioned_is_told_by_ids_alone_and_only_once(hub, cast):
    case, liam = a_case(), cast.actor("liam")
    note = a_note(cast, case, "@liam byrne, please ring mum@example.org")
    assert told(case, "note.mentioned") == [{"note": str(note.note), "people": [str(liam.id)]}]
    with acting_as(cast.actor("priya")) as priya:
        correct_note(
            actor=priya, case_id=case.id, note=note.note, kind="general", text="@Liam Byrne: done.", seen=1
        )
    assert len(told(case, "note.mentioned")) == 1


def test_nobody_is_mentioned_who_may_not_see_the_case(hub, cast):
    case = a_case()
    with acting_as(cast.actor("dana")) as dana:
        declare_conflict(
            actor=dana, case_id=case.id, why="knows", words="Kin.", practitioner_id=cast.actor("liam").id
        )
    for name in ("Liam Byrne", "Helen Marsh"):
        with pytest.raises(NobodyOfThatName, match=name.split()[0]):
            a_note(cast, case, f"@{name} look at this")
    page = cast.browser("priya").get(f"/cases/{case.reference}/notes/new/").content.decode()
    assert "@Dana Ahmed" in page
    assert "@Liam Byrne" not in page


def test_a_partner_sees_the_notes_that_it_was_shown_and_no_others(hub, cast):
    case = a_case()
    note, other = a_note(cast, case), a_note(cast, case, "For the hub alone.")
    referral = sent_to_safe_steps(cast, case)
    helen = cast.browser("helen")
    page = f"/referrals/{referral.id}/"
    assert "She prefers mornings." not in helen.get(page).content.decode()
    shared(cast, note, referral)
    assert "She prefers mornings." in helen.get(page).content.decode()
    assert "For the hub alone." not in helen.get(page).content.decode()
    told_by_api = cast.system("safe-steps").get(f"referrals/{referral.id}/").json()
    assert [one["text"] for one in told_by_api["shared_notes"]] == ["She prefers mornings."]
    with acting_as(cast.actor("helen")):
        assert set(CaseNote.objects.values_list("note", flat=True)) == {note.note}
        assert other.note not in set(NoteShare.objects.values_list("note", flat=True))
        assert FeedEntry.objects.filter(event__topic="note.shared").count() == 1
    with acting_as(cast.actor("ruth")):
        assert not CaseNote.objects.exists()


def test_what_was_shown_is_shown_no_longer_when_the_referral_or_the_sharing_ends(hub, cast):
    case = a_case()
    note = a_note(cast, case)
    referral = sent_to_safe_steps(cast, case)
    shared(cast, note, referral)
    cast.browser("priya").post(
        f"/cases/{case.reference}/notes/{note.note}/share/",
        {"agency": str(referral.agency_id), "answer": "stop"},
    )
    with acting_as(cast.actor("helen")):
        assert not CaseNote.objects.exists()
    shared(cast, note, referral)
    with acting_as(cast.actor("helen")):
        assert CaseNote.objects.exists()
    with acting_as(cast.actor("priya")) as priya:
        recall(actor=priya, referral_id=referral.id, reason_words="Sent in error.")
    with acting_as(cast.actor("helen")):
        assert not CaseNote.objects.exists()


def test_under_another_kind_a_note_leaves_the_partner(hub, cast):
    case = a_case()
    note = a_note(cast, case)
    referral = sent_to_safe_steps(cast, case)
    shared(cast, note, referral)
    with acting_as(cast.actor("priya")) as priya:
        correct_note(
            actor=priya, case_id=case.id, note=note.note, kind="legal", text="Counsel says no.", seen=1
        )
    with acting_as(cast.actor("helen")):
        assert not CaseNote.objects.exists()


@pytest.mark.parametrize("kind", ["health", "legal", "sensitive"])
def test_what_an_agency_is_not_told_of_is_not_shown_to_it(hub, cast, kind):
    case = a_case()
    note = a_note(cast, case, kind=kind)
    referral = sent_to_safe_steps(cast, case)
    with pytest.raises(NotToBeShared):
        shared(cast, note, referral)
    with acting_as(cast.actor("priya")), pytest.raises(DatabaseError), transaction.atomic():
        NoteShare.objects.create(
            case=case, note=note.note, category="notes" if kind == "health" else note.category,
            agency_id=referral.agency_id, shared_by_name="x", shared_at=note.written_at,
        )  # fmt: skip


PEOPLE = {UUID(int=1): "Ann Lee", UUID(int=2): "Ann Lee-Smith", UUID(int=3): "Zoë Ó Briain"}


@given(
    st.sampled_from(sorted(PEOPLE.values())), st.sampled_from(["", " ", ", ", "\n", "."]), st.text(max_size=5)
)
def test_the_longest_name_that_fits_is_the_one_that_is_meant(name, gap, rest):
    found, _ = mentioned(
        f"@{name.upper() if name.isascii() else name}{gap or ' '}{rest.replace('@', '')}", PEOPLE
    )
    assert {PEOPLE[one] for one in found} == {name}


def test_an_address_mentions_nobody_and_a_false_name_is_said():
    assert mentioned("write to a.b@example.org", PEOPLE) == (set(), [])
    assert mentioned("@Bob and @ann lee", PEOPLE) == ({UUID(int=1)}, ["Bob"])
