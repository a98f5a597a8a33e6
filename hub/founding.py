"""Founding a hub: agencies, people, agreements, clock rules, feeds, offences, instruments and pathways from one file.

Founding again with the same file changes nothing; with a changed file it brings what changed, save pathways: a hub that
has any gets none from a file, since its agencies have not agreed to them. Published instruments are never edited: a
changed one needs a new number.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from access.context import acting_as_system, hub_id
from agencies.actions.agreements import schedule_reminders
from agencies.models import Agency, Agreement, AgreementParty, Practitioner, Service, Team
from pathways.models import InstrumentVersion, PathwayTerms, PathwayVersion, Ratification
from pathways.queries.directory import problems
from referrals.actions.clock_editions import found_rules
from referrals.actions.sources import found_source
from referrals.models import Offence

SERVICE_KEYS = {
    "areas",
    "languages",
    "interpreters",
    "access",
    "needs",
    "hours",
    "criteria",
    "capacity",
    "share",
}


class FoundingError(Exception):
    """The founding file names something that is not there, or would edit what may not be edited."""


def found(path: Path) -> dict[str, int]:
    """Make or complete the hub described by the YAML file at `path`. Returns how many of each it holds.

    Raises FoundingError with a message that names the entry.
    """
    return found_from(yaml.safe_load(path.read_text()))


def found_from(plan: dict[str, Any]) -> dict[str, int]:
    """The same, of a file that has been read."""
    with acting_as_system("founding") as actor, transaction.atomic():
        _agencies(plan["agencies"])
        for entry in plan.get("teams", ()):
            agency = _agency(entry["agency"])
            Team.objects.update_or_create(
                code=entry["code"], defaults={"agency": agency, "name": entry["name"]}
            )
        for entry in plan.get("services", ()):
            _service(dict(entry))
        for entry in plan.get("agreements", ()):
            _agreement(entry)
        for entry in plan.get("practitioners", ()):
            _practitioner(entry)
        if "offences" in plan:
            load_offences(settings.BASE_DIR / plan["offences"])
        if differing := found_rules(actor=actor):
            raise FoundingError(
                f"Clock rules {', '.join(differing)} are in use: give the change a new edition."
            )
        for entry in plan.get("feed_sources", ()):
            definition = yaml.safe_load((settings.BASE_DIR / entry["definition"]).read_text())
            agency = _agency(entry["agency"])
            found_source(
                actor=actor, code=entry["code"], name=entry["name"], agency=agency, definition=definition
            )
        for file in plan.get("instruments", ()):
            _instrument(yaml.safe_load((settings.BASE_DIR / file).read_text()))
        if "pathways" in plan and not PathwayVersion.objects.exists():
            _pathways(**plan["pathways"])
        return {
            "agencies": Agency.objects.count(),
            "practitioners": Practitioner.objects.count(),
            "services": Service.objects.count(),
            "pathways": PathwayTerms.objects.count(),
        }


def _service(entry: dict[str, Any]) -> None:
    """A service of one team. What its agency has said of places, areas and hours since its founding stays."""
    team = Team.objects.get(code=entry.pop("team"))
    code, name = entry.pop("code"), entry.pop("name")
    unknown = set(entry) - SERVICE_KEYS
    if unknown:
        raise FoundingError(f"Service {code} has unknown entries: {', '.join(sorted(unknown))}.")
    made, new = Service.objects.get_or_create(code=code, team=team, defaults={"name": name, **entry})
    if not new and made.name != name:
        made.name = name
        made.save(update_fields=["name"])


def load_offences(path: Path) -> None:
    """Bring the offence table in line with the CSV at `path` (code, group, label, properties)."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [
            Offence(
                code=row["code"], group=row["group"], label=row["label"], properties=row["properties"].split()
            )
            for row in csv.DictReader(stream)
        ]
    Offence.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["group", "label", "properties"]
    )


def _agency(code: str) -> Agency:
    try:
        return Agency.objects.get(code=code)
    except Agency.DoesNotExist:
        raise FoundingError(f"No agency has the code {code!r}: list it under `agencies` first.") from None


def _agencies(entries: list[dict[str, str]]) -> None:
    hubs = [entry for entry in entries if entry["kind"] == "hub"]
    if len(hubs) != 1:
        raise FoundingError("The file must list exactly one agency of kind hub.")
    for entry in entries:
        defaults: dict[str, Any] = {"name": entry["name"], "kind": entry["kind"]}
        if entry["kind"] == "hub":
            Agency.objects.update_or_create(id=hub_id(), defaults={**defaults, "code": entry["code"]})
        else:
            Agency.objects.update_or_create(code=entry["code"], defaults=defaults)


def _agreement(entry: dict[str, Any]) -> None:
    parties = entry.pop("parties")
    agreement = Agreement.objects.filter(code=entry["code"]).first()
    if agreement is None:
        agreement = Agreement.objects.create(**entry)
        AgreementParty.objects.bulk_create(
            AgreementParty(agreement=agreement, agency=_agency(party["agency"])) for party in parties
        )
        agreement.status = Agreement.Status.OFFERED
        agreement.save(update_fields=["status"])
        schedule_reminders(agreement)
    elif any(getattr(agreement, name) != value for name, value in entry.items()):
        raise FoundingError(f"Agreement {entry['code']} was offered: give the change a new code.")
    for party in parties:
        if party.get("signed_on"):  # on paper, before there was a product to sign in
            AgreementParty.objects.filter(
                agreement=agreement, agency=_agency(party["agency"]), signed_on__isnull=True
            ).update(signed_by=party["signed_by"], signed_on=party["signed_on"])


def _practitioner(entry: dict[str, Any]) -> None:
    practitioner = Practitioner.objects.filter(email=entry["email"]).first()
    if practitioner is None:
        practitioner = Practitioner(email=entry["email"])
        practitioner.set_unusable_password()
    practitioner.name = entry["name"]
    practitioner.role = entry["role"]
    practitioner.agency = _agency(entry["agency"])
    practitioner.save()
    practitioner.teams.set(Team.objects.filter(code__in=entry.get("teams", ())))


def _instrument(definition: dict[str, Any]) -> None:
    edition, made = InstrumentVersion.objects.get_or_create(
        code=definition["code"],
        edition=definition["edition"],
        defaults={
            "title": definition["title"],
            "definition": _as_json(definition),
            "effective_from": definition["effective_from"],
        },
    )
    if not made and edition.definition != _as_json(definition):
        raise FoundingError(
            f"Instrument {edition.code} edition {edition.edition} is published: give the change a new edition."
        )


def _pathways(*, files: list[str], in_force_from: date, ratified: list[dict[str, Any]]) -> None:
    """Version 1 of each pathway, in force from that day, as the agencies agreed on paper."""
    for file in files:
        definition = yaml.safe_load((settings.BASE_DIR / file).read_text())
        if faults := problems(definition, on=in_force_from):
            raise FoundingError(f"The pathway of {file} cannot be used. " + " ".join(faults))
        PathwayTerms.objects.create(code=definition["code"])
        version = PathwayVersion.objects.create(
            code=definition["code"],
            number=definition["number"],
            title=definition["title"],
            definition=definition,
            status=PathwayVersion.Status.RATIFIED,
            in_force_from=in_force_from,
            binds=[entry["agency"] for entry in ratified],
        )
        Ratification.objects.bulk_create(
            Ratification(
                version=version,
                agency=_agency(entry["agency"]),
                position=entry.get("position", Ratification.Position.AGREED),
                by_name=entry["by"],
                on=entry["on"],
            )
            for entry in ratified
        )


def _as_json(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with dates as text, as the database keeps it."""
    return {
        name: (value.isoformat() if hasattr(value, "isoformat") else value)
        for name, value in definition.items()
    }
