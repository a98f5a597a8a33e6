"""A document that should not be here: out of sight at once, recalled from partners, put back by a second."""

import pytest
from django.db import DatabaseError, transaction

from access.context import acting_as, acting_as_system
from access.models import Look
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.documents import share_document, upload_redacted_copy
from referrals.models import Document, DocumentContent, DocumentShare, DocumentWithdrawal
from rights.models import Notice
from tests.factories import a_case
from tests.referrals.test_documents import PDF, REDACTED, a_document, given_to
from tests.referrals.test_notes import sent_to_safe_steps


def test_it_is_out_of_sight_with_its_copies_and_partners_destroy_what_they_have(hub, cast):
    case = a_case()
    document, referral = a_document(cast, case), sent_to_safe_steps(cast, case)
    with acting_as(cast.actor("priya")) as priya:
        copy = upload_redacted_copy(actor=priya, case_id=case.id, document_id=document.id, content=REDACTED)
    share = given_to(cast, copy, referral)
    browser, place = cast.browser("priya"), f"/cases/{case.reference}/documents/{document.id}/"
    assert "Take it out of sight" in browser.get(place).content.decode()
    refused = browser.post(f"{place}take-out/", {"why": "wrong_case", "words": ""})
    assert refused.status_code == 422
    browser.post(f"{place}take-out/", {"why": "wrong_case", "words": "Uploaded from the wrong tab."})
    for path in (place, f"{place}file/"):
        assert browser.get(path).status_code == 404
    page = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "Uploaded from the wrong tab." in page
    assert document.title not in page
    helen = cast.browser("helen")
    assert helen.get(f"/referrals/{referral.id}/documents/{copy.id}/").status_code == 404
    with acting_as(cast.actor("dana")):
        assert not Document.objects.exists()
        assert not DocumentContent.objects.exists()
    with acting_as_system("key-rotation"):
        assert DocumentContent.objects.count() == 2

    run_due()
    run_due()
    notices = cast.system("safe-steps").get("notices/").json()["items"]
    assert [(one["kind"], one["file"], one["referral"]) for one in notices] == [
        ("document", copy.file_name, str(referral.id))
    ]
    assert copy.file_name in helen.get("/rights/notices/").content.decode()
    topics = [one["topic"] for one in cast.system("safe-steps").get("changes/").json()["items"]]
    assert topics[-2:] == ["document.unshared", "document.recalled"]
    helen.post(f"/rights/notices/{notices[0]['id']}/confirm/")
    with acting_as_system("tests"):
        assert Notice.objects.get(document_id=copy.id).confirmed_by_name
        assert DocumentShare.objects.get(id=share.id).ended_by_name == "Priya Nair"
        assert Event.objects.filter(referral_id=referral.id, topic="record.confirmed").exists()
    timeline = browser.get(f"/cases/{case.reference}/timeline/").content.decode()
    assert "Safe Steps has destroyed the document." in timeline


def test_a_second_person_puts_it_back_and_nobody_else(hub, cast):
    case = a_case()
    document = a_document(cast, case)
    dana, carys = cast.browser("dana"), cast.browser("carys")
    dana.post(
        f"/cases/{case.reference}/documents/{document.id}/take-out/",
        {"why": "wrong_file", "words": "The draft."},
    )
    with acting_as_system("tests"):
        withdrawal = DocumentWithdrawal.objects.get(document_id=document.id)
    back = f"/cases/{case.reference}/documents/taken-out/{withdrawal.id}/back/"
    assert cast.browser("priya").post(back).status_code == 403
    assert "somebody else who decides" in dana.post(back, follow=True).content.decode()
    with acting_as(cast.actor("carys")), pytest.raises(DatabaseError), transaction.atomic():
        DocumentWithdrawal.objects.filter(id=withdrawal.id).update(words="Nothing happened.")
    carys.post(back)
    assert dana.get(f"/cases/{case.reference}/documents/{document.id}/file/").content == PDF


def test_a_partners_system_downloads_what_it_was_given_and_nothing_else(hub, cast):
    case = a_case()
    document, other, referral = (
        a_document(cast, case), a_document(cast, case, content=REDACTED), sent_to_safe_steps(cast, case),
    )  # fmt: skip
    with acting_as(cast.actor("priya")) as priya:
        share_document(
            actor=priya,
            case_id=case.id,
            document_id=document.id,
            agency_id=referral.agency_id,
            nothing_to_redact="It names nobody but her.",
        )
    system, place = cast.system("safe-steps"), f"referrals/{referral.id}/documents/"
    listed = system.get(f"referrals/{referral.id}/").json()["documents"]
    assert [(one["id"], one["scanned"]) for one in listed] == [(str(document.id), False)]
    file = system.get(f"{place}{document.id}/", Accept="application/pdf")
    assert (file.status_code, file.content, file["Content-Type"]) == (200, PDF, "application/pdf")
    assert document.file_name in file["Content-Disposition"]
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="api_document", subjects__contains=[referral.id]).exists()
    absent = system.get(f"{place}{other.id}/")
    assert (absent.status_code, absent["Content-Type"]) == (404, "application/problem+json")
