"""Senders: how each one's files are read, by which edition, and changing it with a file to try it on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.sources import CodeTaken, ReasonMissing, SourceRefused, add_source, publish_edition
from referrals.feed.source import read_source
from referrals.forms.sources import DefinitionForm, SenderForm, YamlForm, as_yaml
from referrals.models import FeedSource
from referrals.pages.feeds import feeds_actor
from referrals.queries import sources
from referrals.queries.preview import Preview, preview

UNPROCESSABLE = 422


@require_GET
def source_list(request: HttpRequest) -> HttpResponse:
    """Every sender, with how its feed is and the edition in force."""
    actor = feeds_actor()
    context = {
        "senders": sources.senders(now=timezone.now()),
        "may_keep": actor.can(Capability.KEEP_SOURCES),
    }
    return render(request, "referrals/sources.html", context)


@require_GET
def source(request: HttpRequest, code: str) -> HttpResponse:
    """One sender: its editions, the newest first, and what each changed."""
    actor, found = feeds_actor(), _source(code)
    context = {
        "source": found,
        "definition": read_source(found.definition),
        "editions": sources.editions_of(found),
        "may_change": actor.can(Capability.KEEP_SOURCES) and not found.definition.get("form"),
        "is_form": bool(found.definition.get("form")),
    }
    return render(request, "referrals/source.html", context)


@require_GET
def source_export(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One edition as YAML: of codes and columns, and of nobody."""
    feeds_actor()
    try:
        edition = sources.edition_numbered(_source(code), number)
    except sources.SourceNotFound as absent:
        raise Http404 from absent
    answer = HttpResponse(as_yaml(edition.definition), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code}-edition-{number}.yaml"'
    return answer


@require_http_methods(["GET", "POST"])
def source_change(request: HttpRequest, code: str) -> HttpResponse:
    """A new edition of how a sender is read: tried on a file as often as wanted, then published."""
    actor, found = _keeper(), _source(code)
    definition, seen, read = found.definition, str(found.edition), YamlForm()
    form = DefinitionForm(definition=definition)
    tried: Preview | None = None
    if request.method == "POST":
        seen, act = request.POST.get("seen", ""), request.POST.get("act", "")
        if act == "read":
            read, form = _read(request, definition)
        else:
            form = DefinitionForm(request.POST, request.FILES, definition=definition)
            if form.is_valid() and act == "publish":
                try:
                    publish_edition(
                        actor=actor,
                        source_id=found.id,
                        definition=form.definition,
                        reason=form.cleaned_data["reason"],
                        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
                    )
                    messages.success(request, "The new edition is in force from the next file on.")
                    return redirect("feed_source", code=code)
                except SourceRefused as refusal:
                    form.add_error("reason" if isinstance(refusal, ReasonMissing) else None, str(refusal))
            elif form.is_valid():
                tried = _tried(actor, found, form)
    context = {"source": found, "seen": seen, "back": reverse("feed_source", args=[code])}
    return _asked(request, actor, form, read, tried, context)


@require_http_methods(["GET", "POST"])
def source_new(request: HttpRequest) -> HttpResponse:
    """A new sender, with how it is read."""
    actor, read = _keeper(), YamlForm()
    sender, form = SenderForm(), DefinitionForm(definition={})
    tried: Preview | None = None
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "read":
            read, form = _read(request, {})
        else:
            sender = SenderForm(request.POST)
            form = DefinitionForm(request.POST, request.FILES, definition=_ticked(request))
            is_whole = form.is_valid()
            if act == "publish" and sender.is_valid() and is_whole:
                told = sender.cleaned_data
                try:
                    made = add_source(
                        actor=actor,
                        code=told["code"],
                        name=told["name"],
                        agency_id=told["agency"].id,
                        definition=form.definition,
                        reason=form.cleaned_data["reason"],
                    )
                    messages.success(request, "Files of the new sender can be taken.")
                    return redirect("feed_source", code=made.code)
                except CodeTaken as refusal:
                    sender.add_error("code", str(refusal))
                except SourceRefused as refusal:
                    form.add_error("reason" if isinstance(refusal, ReasonMissing) else None, str(refusal))
            elif act != "publish" and is_whole:
                sender = SenderForm(initial=request.POST.dict())
                tried = _tried(actor, None, form)
    context = {"sender": sender, "back": reverse("feed_sources")}
    return _asked(request, actor, form, read, tried, context)


def _keeper() -> Actor:
    actor = feeds_actor()
    actor.require(Capability.KEEP_SOURCES)
    return actor


def _source(code: str) -> FeedSource:
    try:
        return sources.source_coded(code)
    except sources.SourceNotFound as absent:
        raise Http404 from absent


def _read(request: HttpRequest, definition: Mapping[str, Any]) -> tuple[YamlForm, DefinitionForm]:
    """The questions filled in from a file; where it is none, as they were."""
    read = YamlForm(request.POST, request.FILES)
    if read.is_valid():
        return YamlForm(), DefinitionForm(definition=read.cleaned_data["file"])
    return read, DefinitionForm(definition=definition)


def _ticked(request: HttpRequest) -> dict[str, list[str]]:
    """What was ticked of choices that a definition from a file brought along."""
    return {name: request.POST.getlist(name)[:20] for name in ("record", "dates", "times")}


def _tried(actor: Actor, found: FeedSource | None, form: DefinitionForm) -> Preview | None:
    """What the file comes to. It is somebody's data: whoever tries it on is on record."""
    file: TemporaryUploadedFile | None = form.cleaned_data["sample"]
    if file is None:
        form.add_error("sample", "Choose a file to try it on")
        return None
    definition = read_source({**form.definition, "code": found.code if found else "sender"})
    if actor.can(Capability.SEE_CASES):
        record_look(
            action=Look.Action.VIEW, door="feed_source_preview", subjects=[found.id] if found else [actor.id]
        )
    return preview(definition=definition, path=Path(file.temporary_file_path()))


def _asked(
    request: HttpRequest,
    actor: Actor,
    form: DefinitionForm,
    read: YamlForm,
    tried: Preview | None,
    context: Mapping[str, Any],
) -> HttpResponse:
    sender = context.get("sender")
    wrong = form.errors or read.errors or (sender.errors if sender and sender.is_bound else None)
    told = {
        "form": form,
        "read": read,
        "tried": tried,
        "may_read": actor.can(Capability.SEE_CASES),
        **context,
    }
    return render(request, "referrals/source_change.html", told, status=UNPROCESSABLE if wrong else None)
