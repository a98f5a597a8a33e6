"""Pages on which a completed assessment is read, for a reader, for paper, and beside what another makes of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from access.looks import record_look
from access.models import Look
from pathways.comparison import compare
from pathways.forms.assess import sections_of, words_by_item
from pathways.models import Assessment
from pathways.queries.editions import comparable_editions
from pathways.scoring import asked, score
from referrals.models import Case
from referrals.pages.assess import name_of
from referrals.pages.case import case_for

WITHHELD = "Kept for those who may see health"


@require_GET
def case_assessment(request: HttpRequest, reference: str, assessment_id: UUID) -> HttpResponse:
    """One completed assessment, as it was answered, with the edition that it was made with."""
    _, found = case_for(reference, to_work=False)
    made = _made(found, assessment_id)
    record_look(action=Look.Action.VIEW, door="case_assessment", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "name": name_of(found),
        "made": made,
        "score": _score_seen(made),
        "sections": _answers_seen(made),
        "by_total": made.instrument.definition.get("grading", {}).get("by") == "total",
    }
    return render(request, "referrals/assessment.html", context)


def _answers_seen(made: Assessment) -> list[tuple[str, list[dict[str, str]]]]:
    definition, told = made.instrument.definition, words_by_item(made)
    is_asked = asked(definition, made.all_answers)
    items = {item["code"]: item for item in definition["items"]}
    return [
        (
            section["title"] or "Answers",
            [
                {
                    "key": items[code]["label"],
                    "value": WITHHELD if code in made.withheld else told[code] or "Not answered",
                }
                for code in section["items"]
                if is_asked[code] or code in made.withheld
            ],
        )
        for section in sections_of(definition)
    ]


def _score_seen(made: Assessment) -> Mapping[str, Any]:
    """What was made of the answers, with what single answers about health ask for where the actor may see them."""
    if made.withheld:
        return made.score
    return score(made.instrument.definition, made.all_answers).to_json()


@require_GET
def case_assessment_compare(request: HttpRequest, reference: str, assessment_id: UUID) -> HttpResponse:
    """The same answers under another edition or instrument, side by side. Nothing is recorded by it."""
    actor, found = case_for(reference, to_work=False)
    made = _made(found, assessment_id)
    others = comparable_editions(actor=actor, edition=made.instrument)
    wanted = request.GET.get("with", "")
    other = next((one for one in others if wanted == f"{one.code}.{one.edition}"), None)
    if wanted and other is None:
        raise Http404
    record_look(action=Look.Action.VIEW, door="case_assessment_compare", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "name": name_of(found),
        "made": made,
        "others": others,
        "other": other,
        "compared": compare(made.instrument.definition, other.definition, made.all_answers)
        if other and not made.withheld
        else None,
    }
    return render(request, "referrals/assessment_compare.html", context)


def _made(found: Case, assessment_id: UUID) -> Assessment:
    held = Assessment.objects.select_related("instrument", "health")
    return get_object_or_404(held, id=assessment_id, case_id=found.id)
