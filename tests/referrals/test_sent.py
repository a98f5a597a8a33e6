"""What a police liaison sees: what the force sent with the verdict, and how far the hub has come. No more."""

import pytest
from django.db import connection
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.models import Look
from agencies.models import Agency, Agreement
from messaging.events import Happening, publish
from messaging.relay import run_due
from referrals.actions.feedback import follow_case, write_sent
from referrals.actions.triage import assign
from referrals.models import Case, Feedback, FeedRow, FeedRun, FeedSource, Referral, SentRecord
from referrals.queries.sent import sent_page
from tests.factories import a_case
from tests.referrals.road import close, consent, routed
from tests.referrals.test_told import OFFICERS

pytestmark = pytest.mark.usefixtures("hub")


def a_run(*cases: Case, quarantined: int = 0, source: str = "northshire-police") -> FeedRun:
    """A finished run whose rows led to the cases, and some that are held; written for its sender to see."""
    with acting_as_system("tests"):
        run = FeedRun(
            source=FeedSource.objects.get(code=source), number=FeedRun.objects.count() + 1, file_name="day.csv",
            sha256="0" * 64, encoding="utf-8", status="finished", received=1, taken_at=timezone.now(),
            taken_by=new_id(), taken_by_name="tests",
        )  # fmt: skip
        FeedRun.objects.bulk_create([run])
        rows = [
            FeedRow(
                run=run, line=line, raw={"CRIME_REF": f"31/{run.number:02d}{line:03d}/26", "SURNAME": "Zyndrake"},
                verdict="workable", reason="no rule for enhanced matched", case_id=case.id, person_id=case.person_id,
            )
            for line, case in enumerate(cases)
        ]  # fmt: skip
        rows += [
            FeedRow(
                run=run, line=len(cases) + place, raw={"CRIME_REF": "=1+1"}, verdict="quarantine:unsafe",
                reason="Somebody else answers this number.",
            )
            for place in range(quarantined)
        ]  # fmt: skip
        FeedRow.objects.bulk_create(rows)
        publish(Happening("feed.finished", at=timezone.now(), data={"run": str(run.id)}))
    run_due()
    return run


def page(cast) -> str:
    return cast.browser("martin").get("/sent/").content.decode()


def stages(cast) -> list[tuple[str, str]]:
    with acting_as(cast.actor("martin")) as martin:
        return [(line.stage_words, line.end_words) for line in sent_page(actor=martin, day=None).rows]


def test_each_row_shows_with_its_verdict_in_words_and_nothing_of_the_person(cast):
    case = a_case(surname="Zyndrake")
    a_run(case, quarantined=1)
    told = page(cast)
    assert "31/01000/26" in told
    assert "Somebody else answers this number." in told
    assert "Taken" in told
    for hidden in ("Zyndrake", case.reference, case.person.reference, "no rule for enhanced"):
        assert hidden not in told
    with acting_as_system("tests"):
        look = Look.objects.filter(door="sent").latest("at")
        assert case.id in look.subjects


def test_the_feedback_follows_the_case_and_never_names_who_helps(cast):
    case = routed(cast)
    a_run(case)
    assert stages(cast) == [("The person was reached", "")]
    with acting_as_system("tests"):
        referral = Referral.objects.get(case=case)
    system = cast.system("victim-care")
    assert system.post(f"referrals/{referral.id}/accept/").status_code == 200
    run_due()
    assert stages(cast) == [("Support is in place", "")]
    assert "Northshire Victim Care" not in page(cast)
    outcome = [{"domain": "safety", "result": "improved"}]
    system.post(f"referrals/{referral.id}/complete/", {"outcomes": outcome})
    close(cast, case, end_state="supported_standard", reason="Done.")
    run_due()
    assert stages(cast) == [("Closed", "Supported (standard)")]


def test_of_a_restricted_record_only_what_was_sent_shows_and_not_that_it_is_restricted(cast):
    case = a_case(surname="Zyndrake")
    a_run(case)
    consent(cast, case, refused=["safe-steps"])
    run_due()
    assert stages(cast) == [("Being worked on", "")]
    with acting_as(cast.actor("dana")) as dana, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_restriction (id, hub_id, person_id, reason, words, owner_id, imposed_by,"
            " imposed_by_name, imposed_at, lifted_by_name, lifted_words)"
            " VALUES (%s, %s, %s, 'staff', 'x', %s, %s, 'x', now(), '', '')",
            [new_id(), dana.agency_id, case.person_id, dana.id, dana.id],
        )
    assert stages(cast) == [("Taken", "")]  # as of one that nobody has worked on
    with acting_as(cast.actor("martin")):
        assert not Feedback.objects.exists()
    assert "31/01000/26" in page(cast)


@pytest.mark.parametrize("person", ["priya", "carys", "owen", "grace", "ines"])
def test_nobody_else_sees_it_and_the_database_shows_them_nothing(cast, person):
    a_run(a_case(), quarantined=1)
    assert cast.browser(person).get("/sent/").status_code == 403
    with acting_as(cast.actor(person)):
        assert not SentRecord.objects.exists()
        assert not Feedback.objects.exists()


def test_another_senders_records_are_not_there(cast):
    with acting_as_system("tests"):
        FeedSource.objects.filter(code="northshire-police").update(
            agency=Agency.objects.get(code="health-board")
        )
    a_run(a_case(), quarantined=1)
    assert "Nothing was sent yet" in page(cast)


def test_the_liaison_sees_no_case_at_all(cast):
    case = a_case()
    a_run(case)
    with acting_as(cast.actor("martin")):
        assert not Case.objects.exists()
    martin = cast.browser("martin")
    assert "/sent/returned/" in martin.get("/").content.decode()
    for path in (f"/cases/{case.reference}/", "/triage/", "/feeds/", "/referrals/", "/dashboard/"):
        assert martin.get(path).status_code == 403, path


def test_a_reference_is_found_without_standing_in_the_address(cast):
    a_run(a_case(), a_case())
    answer = cast.browser("martin").post("/sent/", {"reference": "31/01001/26"})
    assert answer.status_code == 200
    assert "31/01001/26" in answer.content.decode()
    assert "31/01000/26" not in answer.content.decode()
    assert cast.browser("martin").post("/sent/", {"reference": ""}).status_code == 422


def test_a_day_can_be_read_and_downloaded_with_harmless_cells(cast):
    a_run(a_case(), quarantined=1)
    martin, today = cast.browser("martin"), timezone.localdate()
    assert "Nothing was sent on this day" in martin.get("/sent/?day=2020-01-01").content.decode()
    answer = martin.get(f"/sent/export.csv?day={today}")
    text = b"".join(answer.streaming_content).decode()
    assert "'=1+1" in text
    assert text.count("\r\n") == 3
    assert martin.get("/sent/export.csv?day=x").status_code == 302


def test_written_again_nothing_is_twice(cast):
    case = a_case()
    run = a_run(case)
    with acting_as_system("feedback"):
        write_sent(run_id=run.id)
        follow_case(case_id=case.id)
        assert (SentRecord.objects.count(), Feedback.objects.count()) == (1, 1)
    consent(cast, case, refused=["safe-steps"])
    run_due()
    assert stages(cast) == [("Being worked on", "")]


def referred_by(cast, person: str) -> Case:
    """A case that somebody of a partner told of on the form, judged and ready for its sender to look back on."""
    cast.browser(person).post("/refer/", OFFICERS | {"token": str(new_id()), "police_ref": "31/7/26"})
    run_due()
    with acting_as_system("tests"):
        return Case.objects.get(id=SentRecord.objects.get(reference="31/7/26").case_id)


def worked_on(cast, case: Case) -> None:
    """Somebody of the hub takes it."""
    with acting_as(cast.actor("priya")) as priya:
        assign(actor=priya, case_id=case.id, to=priya.id)
    run_due()


def test_a_partner_that_referred_on_the_form_follows_it_by_page_and_system_and_nobody_else_does(cast):
    case = referred_by(cast, "helen")
    worked_on(cast, case)
    shown = cast.browser("helen").get("/sent/").content.decode()
    assert "31/7/26" in shown
    assert "by Helen Marsh" in shown
    assert "Being worked on" in shown
    assert "Treharne" not in shown
    told = cast.system("safe-steps", scope="intake").get("intake/sent/").json()["items"]
    assert [(one["reference"], one["stage"], one["told_by"]) for one in told] == [
        ("31/7/26", "in_hand", "Helen Marsh")
    ]
    for person in ("ruth", "sian"):  # another agency, and the police's own partner practitioner
        assert "31/7/26" not in cast.browser(person).get("/sent/").content.decode()
    with acting_as(cast.actor("ruth")):
        assert not SentRecord.objects.exists()
        assert not Feedback.objects.exists()
    assert cast.system("victim-care", scope="intake").get("intake/sent/").json()["items"] == []
    assert cast.system("safe-steps").get("intake/sent/").status_code == 403


def test_what_a_feed_sent_is_not_a_colleagues_to_see(cast):
    a_run(a_case())
    assert "Nothing was sent yet" in cast.browser("sian").get("/sent/").content.decode()
    with acting_as(cast.actor("sian")):
        assert not Feedback.objects.exists()


def test_who_refers_does_not_find_out_that_the_person_was_helped_before(cast):
    case = routed(cast)
    with acting_as_system("tests"):
        run = a_run(case)
        SentRecord.objects.all().delete()
        Feedback.objects.all().delete()
        FeedRun.objects.filter(id=run.id).update(
            source=FeedSource.objects.get(code="officer-referral"), taken_by=cast.practitioner("ruth").id
        )
    with acting_as_system("feedback"):
        write_sent(run_id=run.id)
    with acting_as(cast.actor("ruth")) as ruth:
        assert [line.stage for line in sent_page(actor=ruth, day=None).rows] == ["taken"]


@pytest.mark.parametrize("why", ["refused", "agreement ended"])
def test_nothing_is_told_against_the_persons_answer_or_without_an_agreement(cast, why):
    case = referred_by(cast, "helen")
    worked_on(cast, case)
    if why == "refused":
        consent(cast, case, refused=["safe-steps"])
        run_due()
    else:
        with acting_as_system("tests"):
            Agreement.objects.update(status=Agreement.Status.ENDED)
    with acting_as(cast.actor("helen")) as helen:
        [line] = sent_page(actor=helen, day=None).rows
    assert (line.stage, line.changed_at) == ("taken", None)
