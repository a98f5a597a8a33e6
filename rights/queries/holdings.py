"""Everything that is held about one person, as rows by table, and what tells others in them apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q

from agencies.queries import agencies_by_id, services
from pathways.models import HealthAnswers, InstrumentVersion
from referrals.models import Case, Document, Prompt, Referral
from referrals.queries.feed_rows import row_ids_of
from rights.fields import Table, tables
from rights.redaction import Known
from victims.models import Address, ContactMethod, PersonName, Relationship, SafeAddress

MOST_ROWS = 5_000
"""Of one table: nobody has as many, and a copy that is cut off says so."""

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Holdings:
    """Rows by table as they are held, and what is known of the person and of others."""

    person_id: UUID
    case_ids: list[UUID]
    rows: Rows
    known: Known
    cut_off: list[str]


def holdings(person_id: UUID) -> Holdings:
    """All that the actor may see of what is held about the person."""
    cases = list(Case.objects.filter(person=person_id).order_by("id").values_list("id", flat=True))
    ids = ids_about(person_id, cases)
    models = {model._meta.db_table: model for model in apps.get_models()}
    rows: Rows = {
        table.name: _rows(models[table.name], table, ids) for table in tables().values() if table.exported
    }
    known = _known(person_id, rows)
    return Holdings(
        person_id=person_id,
        case_ids=cases,
        rows=_named(rows),
        known=known,
        cut_off=[name for name, found in rows.items() if len(found) == MOST_ROWS],
    )


def ids_about(person_id: UUID, cases: list[UUID]) -> dict[str, list[UUID]]:
    """By what tables are keyed (see rights/data/fields.yaml): the ids of the person, and of what is about them."""
    return {
        "person": [person_id],
        "case": cases,
        "referral": list(Referral.objects.filter(case__in=cases).values_list("id", flat=True)),
        "row": row_ids_of(person_id),
        "document": list(Document.objects.filter(case__in=cases).values_list("id", flat=True)),
    }


def _rows(model: type[Model], table: Table, ids: Mapping[str, list[UUID]]) -> list[dict[str, Any]]:
    wanted = Q()
    for key, of in table.keys.items():
        wanted |= Q(**{f"{key}__in": ids[of]})
    columns = {"id", *table.exported} | ({"rules"} & set(table.columns))
    return list(model._default_manager.filter(wanted).order_by("id").values(*sorted(columns))[:MOST_ROWS])


def _named(rows: Rows) -> Rows:
    """The rows with names in place of ids of agencies, services and instruments, and questions beside answers."""
    agencies = {agency.id: agency.name for agency in agencies_by_id().values()}
    offered = {service.id: service.name for service in services()}
    used = {row["instrument_id"] for row in rows.get("pathways_assessment", ())}
    instruments = InstrumentVersion.objects.in_bulk(used)
    for row in (row for found in rows.values() for row in found):
        if row.get("agency_id"):
            row["agency_id"] = agencies.get(row["agency_id"], "an agency")
        if row.get("service_id"):
            row["service_id"] = offered.get(row["service_id"], "a service")
        if row.get("instrument_id"):
            instrument = instruments[row["instrument_id"]]
            row["instrument_id"] = instrument.title
            row["answers"] = _answers(instrument, row["answers"])
    health = rows.get("pathways_healthanswers", [])
    # Sealed values open on a row of the model, not among values().
    opened = HealthAnswers.objects.select_related("assessment__instrument").in_bulk(
        row["id"] for row in health
    )
    for row in health:
        held = opened[row["id"]]
        row["answers"] = _answers(held.assessment.instrument, held.answers)
    prompts = rows.get("referrals_prompt", [])
    done = Prompt.objects.in_bulk(row["id"] for row in prompts)
    for row in prompts:
        row["words"] = done[row["id"]].words
    return rows


def _answers(instrument: InstrumentVersion, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = []
    for item in instrument.definition["items"]:
        answer = answers.get(item["code"])
        if answer is not None:
            parts = answer if isinstance(answer, dict) else {"answer": answer}
            told.append({"question": item["label"], **parts})
    return told


def _known(person_id: UUID, rows: Rows) -> Known:
    own: set[str] = set()
    others: set[str] = set()
    hidden: set[str] = set()
    for given, surname in PersonName.objects.filter(person=person_id).values_list("given_names", "surname"):
        own |= {given, surname}
    for value, rules in ContactMethod.objects.filter(person=person_id).values_list("value", "rules"):
        (others if "belongs_to" in rules else own).add(value)
    own |= set(Address.objects.filter(person=person_id).values_list("postcode", flat=True))
    for safe in SafeAddress.objects.filter(person=person_id):
        hidden |= {safe.place.get("lines", ""), safe.place.get("postcode", "")}
    for name, nominal in Relationship.objects.filter(person=person_id).values_list("name", "nominal"):
        others |= {name, nominal}
    for table in tables().values():
        about_others = [column for column, how in table.exported.items() if how in ("staff", "third_party")]
        others |= {str(row[column]) for row in rows.get(table.name, ()) for column in about_others}
    return Known(own=_filled(own), others=_filled(others), hidden=_filled(hidden))


def _filled(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word and word != "None")
