"""Documents: what their bytes say, sealed, never opened on our pages, given to a partner redacted or with a reason."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.actions.documents import NotRedacted, share_document, upload_document, upload_redacted_copy
from referrals.actions.notes import NotToBeShared
from referrals.actions.referral import recall
from referrals.files import LARGEST, FileRefused, type_of
from referrals.models import Case, Document, DocumentContent, DocumentShare, Referral
from tests.factories import a_case
from tests.referrals.test_notes import sent_to_safe_steps

PDF, REDACTED = b"%PDF-1.7 letter of the school", b"%PDF-1.7 letter with names taken out"
PNG = b"\x89PNG\r\n\x1a\n picture"


def archive(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as one:
        for name in names:
            one.writestr(name, "x")
    return made.getvalue()


def a_document(cast, case: Case, *, kind: str = "general", content: bytes = PDF) -> Document:
    with acting_as(cast.actor("priya")) as priya:
        return upload_document(
            actor=priya, case_id=case.id, kind=kind, title="Letter of the school", content=content
        )


def given_to(cast, document: Document, referral: Referral, words: str = "") -> DocumentShare:
    with acting_as(cast.actor("priya")) as priya:
        return share_document(
            actor=priya,
            case_id=document.case_id,
            document_id=document.id,
            agency_id=referral.agency_id,
            nothing_to_redact=words,
        )


def test_a_document_is_uploaded_kept_sealed_and_only_ever_downloaded(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    typed = {"title": "Letter of the school", "kind": "general"}
    file = SimpleUploadedFile("Jane Okafor's letter.html", PDF, content_type="text/html")
    page = browser.post(f"/cases/{case.reference}/documents/new/", {**typed, "file": file}, follow=True)
    assert "Not looked through for viruses" in page.content.decode()
    with acting_as_system("tests"), connection.cursor() as cursor:
        document = Document.objects.get(case=case)
        cursor.execute("SELECT content FROM referrals_documentcontent")
        assert "JVBER" not in cursor.fetchone()[0]  # base 64 of %PDF
    answer = browser.get(f"/cases/{case.reference}/documents/{document.id}/file/")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="document-')
    assert "okafor" not in answer["Content-Disposition"].lower()
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="case_document_file", action="export").count() == 1
    assert "Letter of the school" in browser.get(f"/cases/{case.reference}/").content.decode()


def test_what_is_refused_comes_back_in_the_form_and_nothing_typed_is_lost(hub, cast):
    case = a_case()
    file = SimpleUploadedFile("letter.pdf", b"<script>alert(1)</script>", content_type="application/pdf")
    answer = cast.browser("priya").post(
        f"/cases/{case.reference}/documents/new/",
        {"title": "Letter of the school", "kind": "legal", "file": file},
    )
    assert answer.status_code == 422
    assert "no PDF" in answer.content.decode()
    assert "Letter of the school" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "no PDF"),
        (PDF + b" " * LARGEST, "larger than 5 MB"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (archive("a.pdf"), "no Word document"),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
    ],
)
def test_a_files_own_bytes_decide_whether_it_is_taken(content, words):
    with pytest.raises(FileRefused, match=words):
        type_of(content)


@given(st.binary(max_size=200))
def test_whatever_is_uploaded_is_of_a_known_type_or_refused(content):
    try:
        found = type_of(content)
    except FileRefused:
        return
    assert found.ending in ("pdf", "png", "jpg", "docx")


def test_a_picture_is_shown_on_its_page_and_a_document_is_not(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    for content, is_shown in ((PNG, True), (PDF, False)):
        document = a_document(cast, case, content=content)
        page = browser.get(f"/cases/{case.reference}/documents/{document.id}/").content.decode()
        assert ("<img" in page) == is_shown


def test_the_scanner_decides_and_nothing_passes_where_it_gives_no_answer(hub, cast, settings):
    case = a_case()
    settings.DOCUMENT_SCANNER = "grep -q -v letter"  # as clamdscan: 0 clean, 1 found something
    with pytest.raises(FileRefused, match="found something"):
        a_document(cast, case)
    assert a_document(cast, case, content=b"%PDF-1.7 bill").scanned_by == "grep"
    settings.DOCUMENT_SCANNER = "/no/such/scanner"
    with pytest.raises(FileRefused, match="could not be looked through"):
        a_document(cast, case)


def test_a_partner_gets_the_redacted_copy_and_never_the_document(hub, cast):
    case = a_case()
    document, referral = a_document(cast, case), sent_to_safe_steps(cast, case)
    with pytest.raises(NotRedacted):
        given_to(cast, document, referral)
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(NotRedacted):
            upload_redacted_copy(actor=priya, case_id=case.id, document_id=document.id, content=PDF)
        copy = upload_redacted_copy(actor=priya, case_id=case.id, document_id=document.id, content=REDACTED)
    given_to(cast, copy, referral)
    helen, place = cast.browser("helen"), f"/referrals/{referral.id}/"
    assert f"{place}documents/{copy.id}/" in helen.get(place).content.decode()
    assert helen.get(f"{place}documents/{copy.id}/").content == REDACTED
    assert helen.get(f"{place}documents/{document.id}/").status_code == 404
    with acting_as(cast.actor("helen")):
        assert set(Document.objects.values_list("id", flat=True)) == {copy.id}
        assert DocumentContent.objects.count() == 1
    assert cast.browser("ruth").get(f"{place}documents/{copy.id}/").status_code == 404
    told = cast.system("safe-steps").get(f"referrals/{referral.id}/").json()
    assert [one["id"] for one in told["documents"]] == [str(copy.id)]


def test_the_whole_is_given_with_a_reason_on_a_page_and_taken_back(hub, cast):
    case = a_case()
    document, referral = a_document(cast, case), sent_to_safe_steps(cast, case)
    browser, place = cast.browser("priya"), f"/cases/{case.reference}/documents/{document.id}/"
    asked = {"agency": str(referral.agency_id), "document": str(document.id)}
    refused = browser.post(f"{place}give/", {**asked, "nothing_to_redact": ""})
    assert refused.status_code == 422
    assert "say why nothing in this document needs to go" in refused.content.decode()
    browser.post(f"{place}give/", {**asked, "nothing_to_redact": "It names nobody but her."})
    assert "It names nobody but her." in browser.get(place).content.decode()
    helen, file = cast.browser("helen"), f"/referrals/{referral.id}/documents/{document.id}/"
    assert helen.get(file).content == PDF
    with acting_as_system("tests"):
        share = DocumentShare.objects.get(document=document)
    browser.post(f"{place}shares/{share.id}/end/")
    assert helen.get(file).status_code == 404


def test_a_recall_takes_the_document_from_the_partner(hub, cast):
    case = a_case()
    document, referral = a_document(cast, case), sent_to_safe_steps(cast, case)
    given_to(cast, document, referral, words="It names nobody but her.")
    with acting_as(cast.actor("priya")) as priya:
        recall(actor=priya, referral_id=referral.id, reason_words="She has withdrawn.")
    with acting_as(cast.actor("helen")):
        assert not Document.objects.exists()
        assert not DocumentContent.objects.exists()


@pytest.mark.parametrize("kind", ["health", "legal"])
def test_what_the_agency_is_not_told_of_is_not_given_and_the_database_holds_it(hub, cast, kind):
    case = a_case()
    document, referral = a_document(cast, case, kind=kind), sent_to_safe_steps(cast, case)
    with pytest.raises(NotToBeShared):
        given_to(cast, document, referral, words="It names nobody but her.")
    general = a_document(cast, case)
    told = {"agency_id": referral.agency_id, "shared_by_name": "x", "shared_at": document.uploaded_at}
    for one, category in ((document, "notes"), (general, "notes")):
        with acting_as(cast.actor("priya")), pytest.raises(DatabaseError), transaction.atomic():
            DocumentShare.objects.create(case=case, document=one, category=category, **told)
    with acting_as(cast.actor("priya")), pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(id=document.id).update(kind="general", category="notes")
