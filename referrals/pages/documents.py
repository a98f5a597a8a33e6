"""Documents of a case: upload, one with its copies and who was given it, taking one out, and the files themselves.

Pictures alone are shown on a page.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from referrals.actions.withdrawals import put_back_document, take_out_document
from referrals.downloads import attachment
from referrals.files import TYPES, FileRefused
from referrals.forms.documents import DocumentForm, GiveForm, RedactedForm, TakeOutForm
from referrals.models import Case, Document
from referrals.notes import KINDS
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.case_verbs import form_page
from referrals.queries.documents import (
    copies_of,
    document_of,
    shares_of_document,
)
from referrals.queries.notes import who_may_be_shown
from referrals.queries.referrals import document_given
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
            "may_take_out": actor.can(Capability.TRIAGE),
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


@require_http_methods(["GET", "POST"])
def case_document_take_out(request: HttpRequest, reference: str, document_id: UUID) -> HttpResponse:
    """Take a document that should not be here out of sight, with the reason."""
    actor, found = case_for(reference)
    document = _document(found, document_id)
    form = TakeOutForm(request.POST if request.method == "POST" else None)

    def verb() -> object:
        take_out_document(actor=actor, case_id=found.id, document_id=document_id, **form.cleaned_data)
        messages.success(
            request, "The document is out of sight. Whoever was given it is told to destroy what they have."
        )
        return None

    return form_page(
        request,
        found,
        form,
        verb,
        field="words",
        title="Take the document out",
        button="Take it out",
        advice=f"{document.title} ({document.file_name}). Nobody can open it any more, its redacted copies neither."
        " It stays sealed for as long as the case is kept, and somebody else who decides on rights can put it back.",
    )


@require_POST
def case_document_put_back(request: HttpRequest, reference: str, withdrawal_id: UUID) -> HttpResponse:
    """Show a document again that was taken out."""
    actor, found = case_for(reference, to_work=False)
    try:
        put_back_document(actor=actor, case_id=found.id, withdrawal_id=withdrawal_id)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    return redirect(f"{reverse('case', args=[reference])}#documents")


@require_GET
def case_document_file(request: HttpRequest, reference: str, document_id: UUID) -> HttpResponse:
    """What is in the document, to be kept or, where it is a picture, shown on its page. Each time is on record."""
    _, found = case_for(reference, to_work=False)
    document = _document(found, document_id)
    record_look(action=Look.Action.EXPORT, door="case_document_file", subjects=[found.id, found.person_id])
    return attachment(document)


@require_GET
def referral_document(request: HttpRequest, referral_id: UUID, document_id: UUID) -> HttpResponse:
    """For a partner: what is in a document that it was given."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    referral = scope.referrals(actor).filter(id=referral_id, agency_id=actor.agency_id).first()
    if referral is None:
        raise Http404
    document = document_given(referral=referral, document_id=document_id)
    if document is None:
        raise Http404
    record_look(action=Look.Action.EXPORT, door="referral_document", subjects=[referral.id, referral.case_id])
    return attachment(document)


def _document(found: Case, document_id: UUID) -> Document:
    document = document_of(found, document_id)
    if document is None:
        raise Http404
    return document
