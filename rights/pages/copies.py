"""The copy of what is held: preview, passages left out, release, and the released copy as JSON and in print."""

import json
from tempfile import SpooledTemporaryFile
from uuid import UUID
from zipfile import ZipFile

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.queries.documents import content_of
from rights.actions.copies import enclose, fingerprint, release, withhold
from rights.actions.requests import STILL_OPEN, RightsRefused
from rights.forms import ReleaseForm, WithholdForm
from rights.models import Release
from rights.pages.form_page import form_page, sent
from rights.pages.requests import request_for
from rights.queries.copy import copy_of, for_reading, passages, withheld_of, without_keys
from rights.queries.files import files_of

IN_MEMORY = 10 * 1024 * 1024


@require_GET
def preview(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The copy as it would be released now."""
    actor, found = request_for(request_id, kind="access")
    copy = copy_of(found, now=timezone.now())
    record_look(action=Look.Action.VIEW, door="rights_preview", subjects=[found.person_id])
    context = {
        "request_": found,
        "copy": for_reading(copy),
        "withheld": withheld_of(found),
        "files": files_of(found),
        "is_open": found.state in STILL_OPEN,
        "may_withhold": actor.can(Capability.PREPARE_RIGHTS),
        "may_release": actor.can(Capability.DECIDE_RIGHTS),
    }
    return render(request, "rights/preview.html", context)


@require_http_methods(["GET", "POST"])
def copy_withhold(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Leave a passage out, on a ground."""
    actor, found = request_for(request_id, Capability.PREPARE_RIGHTS, "access")
    items = passages(copy_of(found, now=timezone.now()))
    record_look(action=Look.Action.VIEW, door="rights_withhold", subjects=[found.person_id])
    form = WithholdForm(sent(request), items=items, initial={"item": request.GET.get("item")})
    page = reverse("rights_preview", args=[request_id])
    return form_page(
        request,
        form,
        lambda: withhold(actor=actor, request_id=request_id, **form.cleaned_data),
        title="Leave a passage out",
        button="Leave it out",
        back=page,
        then=page,
        done="The passage is left out.",
        caption=f"Request {found.number}",
        advice="Alleged perpetrators, officers, staff and other people’s numbers are left out already.",
    )


@require_POST
def copy_enclose(request: HttpRequest, request_id: UUID, document_id: UUID) -> HttpResponse:
    """Give a file with the copy, having looked through all of it."""
    actor, _ = request_for(request_id, Capability.PREPARE_RIGHTS, "access")
    try:
        enclose(actor=actor, request_id=request_id, document_id=document_id)
    except RightsRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("rights_preview", request_id)


@reauthentication_required
@require_http_methods(["GET", "POST"])
def copy_release(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A second look at the whole copy, and its release."""
    actor, found = request_for(request_id, Capability.DECIDE_RIGHTS, "access")
    copy = copy_of(found, now=timezone.now())
    record_look(action=Look.Action.VIEW, door="rights_release", subjects=[found.person_id])
    form = ReleaseForm(sent(request), initial={"seen": fingerprint(without_keys(copy))})
    page = reverse("rights_request", args=[request_id])
    return form_page(
        request,
        form,
        lambda: release(actor=actor, request_id=request_id, seen=form.cleaned_data["seen"]),
        title="Release the copy",
        button="Release",
        back=reverse("rights_preview", args=[request_id]),
        then=page,
        done="The copy is released. Hand it over in a way that is safe for the person.",
        caption=f"Request {found.number}",
        advice=f"{len(passages(copy))} passages, {found.withholdings.count()} left out by hand.",
    )


@reauthentication_required
@require_GET
def copy_json(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The released copy for machines: rights/data/subject-access.schema.json says how it is built."""
    made = _released(request_id, "rights_copy_json")
    answer = HttpResponse(
        json.dumps(made.document, indent=2, ensure_ascii=False),
        content_type="application/json; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="copy-{made.request.number}.json"'
    return answer


@reauthentication_required
@require_GET
def copy_files(request: HttpRequest, request_id: UUID) -> FileResponse:
    """The released copy for machines together with the files that go with it, as one archive."""
    made = _released(request_id, "rights_copy_files")
    archive = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the answer that sends it
    with ZipFile(archive, "w") as filled:
        filled.writestr("copy.json", json.dumps(made.document, indent=2, ensure_ascii=False))
        for number, line in enumerate((one for one in files_of(made.request) if one.given_by), start=1):
            filled.writestr(f"{number:03}-{line.document.file_name}", content_of(line.document))
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename=f"copy-{made.request.number}.zip")


@reauthentication_required
@require_GET
def copy_print(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The released copy for paper."""
    made = _released(request_id, "rights_copy_print")
    return render(request, "rights/copy_print.html", {"copy": for_reading(made.document), "made": made})


def _released(request_id: UUID, door: str) -> Release:
    _, found = request_for(request_id, Capability.DECIDE_RIGHTS, "access")
    made = Release.objects.filter(request=found).select_related("request").first()
    if made is None:
        raise Http404
    record_look(action=Look.Action.EXPORT, door=door, subjects=[found.person_id])
    return made
