"""The rule book: which pathway versions there are, what each says in words, and who agreed to it.

It holds nothing about anybody, and every agency that it binds may read it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.context import current_actor
from access.roles import Capability
from pathways import scope
from pathways.queries import versions as queries


@require_GET
def pathway_list(request: HttpRequest) -> HttpResponse:
    """Every version, with the one in force first, and how the agencies stand to each."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    rows = queries.version_rows(actor=actor, on=timezone.localdate())
    return render(request, "pathways/list.html", {"rows": rows})


@require_GET
def pathway_version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version: its rules in words, and what each agency said about it."""
    actor = current_actor()
    actor.require(Capability.SEE_PATHWAYS)
    version = get_object_or_404(scope.versions(actor), code=code, number=number)
    book = queries.rule_book(actor=actor, version=version, on=timezone.localdate())
    return render(request, "pathways/version.html", {"version": version, "book": book})
