"""Documents of a case: upload, one with its copies and who was given it, and the files themselves.

A file is always an attachment (hub.headers adds a policy that runs nothing); pictures alone are shown on a page.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals import scope
from referrals.actions.documents import (
    share_document,
    stop_sharing_document,
    upload_document,
    upload_redacted_copy,
)
from referrals.files import TYPES, FileRefused
from referrals.forms.documents import DocumentForm, GiveForm, RedactedForm
from referrals.models import Case, Document
from referrals.notes import KINDS
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.documents import (
    content_of,
    copies_of,
    document_of,
    documents_shown,
    shares_of_document,
)
from referrals.queries.notes import who_may_be_shown
from referrals.queries.referrals import partner_file
from referrals.workflow import OPEN_CASE


@require_http_methods(["GET", "POST"])
def case_document_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Upload a document."""
    actor, found = case_for(reference)
    sent = request.method == "POST"
    form = DocumentForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = upload_document(
                actor=actor, case_id=found.id, kind=given["kind"], title=given["title"], content=form.content
            )
        except (*REFUSALS, FileRefused) as refusal:
            form.add_error("file" if isinstance(refusal, FileRefused) else None, str(refusal))
        else:
            messages.success(request, "The document is on the case.")
            return redirect("case_document", reference=reference, document_id=made.id)
    record_look(action=Look.Action.VIEW, door="case_document_new", subjects=[found.id, found.person_id])
    context = {"case": found, "form": form, "title": "New document", "button": "Upload"}
    status = UNPROCESSABLE if form.errors else None
    return render(request, "referrals/case_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
def case_document(request: HttpRequest, reference: str, document_id: UUID) -> HttpResponse:
    """One document: what it is, its redacted copies, and who was given what. A POST uploads a redacted copy."""
    actor, found = case_for(reference, to_work=False)
    document = _document(found, document_id)
    works = actor.can(Capability.TRIAGE) and found.status in OPEN_CASE
    form = None
    if request.method == "POST":
        actor.require(Capability.TRIAGE)
        form = RedactedForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                upload_redacted_copy(
                    actor=actor, case_id=found.id, document_id=document.id, content=form.content
                )
            except (*REFUSALS, FileRefused) as refusal:
                form.add_error("file", str(refusal))
            else:
                messages.success(
                    request, "The redacted copy is on the case. It can be given to a partner now."
                )
                return redirect("case_document", reference=reference, document_id=document.id)
    return _document_page(request, actor, found, document, works=works, redacted=form)


def _document_page(
    request: HttpRequest,
    actor: Actor,
    found: Case,
    document: Document,
    *,
    works: bool,
    redacted: RedactedForm | None = None,
    give: GiveForm | None = None,
) -> HttpResponse:
    copies = copies_of(document)
    record_look(action=Look.Action.VIEW, door="case_document", subjects=[found.id, found.person_id])
    refused = redacted or give
    return render(
        request,
        "referrals/case_document.html",
        {
            "case": found,
            "document": document,
            "type": TYPES[document.media_type],
            "kind": KINDS[document.kind],
            "copies": copies,
            "shares": shares_of_document(document),
            "works": works,
            "redacted_form": redacted or RedactedForm(),
            "give_form": give or (_give_form(found, document, copies) if works else None),
            "form": refused,
        },
        status=UNPROCESSABLE if refused else None,
    )


def _give_form(
    found: Case, document: Document, copies: list[Document], request: HttpRequest | None = None
) -> GiveForm | None:
    """None where the document is of a kind that stays at the hub, or nobody is told of that on this case."""
    agencies = who_may_be_shown(found, category=document.category)
    if document.redacts_id or not KINDS[document.kind].may_be_shared or not agencies:
        return None
    return GiveForm(request.POST if request else None, agencies=agencies, original=document, copies=copies)


@require_POST
def case_document_give(request: HttpRequest, reference: str, document_id: UUID) -> HttpResponse:
    """Give the document, or a redacted copy of it, to an agency."""
    actor, found = case_for(reference)
    document = _document(found, document_id)
    form = _give_form(found, document, copies_of(document), request)
    if form is None:
        messages.warning(request, "This document cannot be given to anybody on this case now.")
        return redirect("case_document", reference=reference, document_id=document.id)
    if form.is_valid():
        given = form.cleaned_data
        try:
            share_document(
                actor=actor,
                case_id=found.id,
                document_id=UUID(given["document"]),
                agency_id=UUID(given["agency"]),
                nothing_to_redact=given["nothing_to_redact"],
            )
        except REFUSALS as refusal:
            form.add_error("nothing_to_redact", str(refusal))
        else:
            messages.success(request, "The agency can download it from its referral.")
            return redirect("case_document", reference=reference, document_id=document.id)
    return _document_page(request, actor, found, document, works=found.status in OPEN_CASE, give=form)


@require_POST
def case_document_stop(
    request: HttpRequest, reference: str, document_id: UUID, share_id: UUID
) -> HttpResponse:
    """Give the document to an agency no longer."""
    actor, found = case_for(reference)
    try:
        stop_sharing_document(actor=actor, case_id=found.id, share_id=share_id)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    return redirect("case_document", reference=reference, document_id=document_id)


@require_GET
def case_document_file(request: HttpRequest, reference: str, document_id: UUID) -> HttpResponse:
    """What is in the document, to be kept or, where it is a picture, shown on its page. Each time is on record."""
    _, found = case_for(reference, to_work=False)
    document = _document(found, document_id)
    record_look(action=Look.Action.EXPORT, door="case_document_file", subjects=[found.id, found.person_id])
    return _attachment(document)


@require_GET
def referral_document(request: HttpRequest, referral_id: UUID, document_id: UUID) -> HttpResponse:
    """For a partner: what is in a document that it was given."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    referral = scope.referrals(actor).filter(id=referral_id, agency_id=actor.agency_id).first()
    if referral is None:
        raise Http404
    shown = documents_shown(
        case_id=referral.case_id, categories=partner_file(referral=referral).sight.categories
    )
    document = next((one for one in shown if one.id == document_id), None)
    if document is None:
        raise Http404
    record_look(action=Look.Action.EXPORT, door="referral_document", subjects=[referral.id, referral.case_id])
    return _attachment(document)


def _document(found: Case, document_id: UUID) -> Document:
    document = document_of(found, document_id)
    if document is None:
        raise Http404
    return document


def _attachment(document: Document) -> HttpResponse:
    """Named by a number, never by what somebody typed: a name on somebody's disk tells of a case."""
    found = TYPES[document.media_type]
    answer = HttpResponse(content_of(document), content_type=found.media_type)
    name = f"document-{timezone.localtime(document.uploaded_at):%Y%m%d-%H%M}.{found.ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
