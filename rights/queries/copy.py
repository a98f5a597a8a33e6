"""The copy of what is held about a person: by category, in words, others taken out. JSON and print are made of it.

Its shape is rights/data/subject-access.schema.json; `version` counts changes of that shape.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone

from access.categories import ALL_CATEGORIES, Category
from access.context import acting_as_system
from access.models import Look
from access.roles import ROLE_WORDS
from agencies.queries import agencies_by_id, services
from messaging.queries import timeline
from referrals.models import Referral
from referrals.queries.readiness import INSTRUMENT_WORDS
from referrals.timeline import text_of
from referrals.topics import title_of
from rights.fields import Table, tables
from rights.grounds import EXEMPTIONS
from rights.models import Request
from rights.queries.files import FILE, UNDECIDED, names_of_files
from rights.queries.files import TABLE as DOCUMENTS
from rights.queries.holdings import Holdings, holdings
from rights.redaction import STAFF, Known, given, scrubbed

VERSION = 1
MOST_EVENTS = 5_000
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?[+-]\d\d:\d\d")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODES = {"sex": {"0": "not known", "1": "male", "2": "female", "9": "not applicable"}}
_NAMED = {
    "agency_id": "agency",
    "service_id": "service",
    "instrument_id": "assessment",
    "crime_ref": "crime reference",
    "occurrence_ref": "occurrence reference",
    "value": "value",
    "lines": "address",
    "sha256": "fingerprint",
}


def copy_of(request: Request, *, now: datetime) -> dict[str, Any]:
    """The copy as it stands: each passage with the key by which it can be withheld, those already marked left out."""
    held = holdings(request.person_id)
    withheld = {one.item: one.exemption for one in request.withholdings.order_by("id")}
    files = names_of_files(request)
    parts: dict[str, list[dict[str, Any]]] = {category: [] for category in ALL_CATEGORIES}
    for table in tables().values():
        items = [
            {"fields": fields}
            for row in held.rows.get(table.name, ())
            if (fields := _fields(table.name, row, _given(table, row, held.known, files), withheld))
        ]
        if items:
            parts[table.category].append({"words": table.words, "items": items})
    return {
        "schema": "subject-access",
        "version": VERSION,
        "hub": settings.HUB_NAME,
        "made_at": now.isoformat(timespec="seconds"),
        "person": request.person.reference,
        "request": request.number,
        "categories": [
            {"code": category, "words": Category(category).words, "parts": parts[category]}
            for category in ALL_CATEGORIES
            if parts[category]
        ],
        "happenings": _happenings(held),
        "seen_by": _seen_by(held),
        "cut_off": held.cut_off,
    }


def without_keys(copy: Mapping[str, Any]) -> dict[str, Any]:
    """The copy as it is given: the keys of its passages are the hub's own."""
    stripped = [
        {
            **category,
            "parts": [
                {
                    **part,
                    "items": [
                        {
                            "fields": [
                                {k: v for k, v in field.items() if k != "key"} for field in item["fields"]
                            ]
                        }
                        for item in part["items"]
                    ],
                }
                for part in category["parts"]
            ],
        }
        for category in copy["categories"]
    ]
    return {**copy, "categories": stripped}


def for_reading(copy: Any) -> Any:
    """The copy for people: moments and days in words, where machines get them as ISO 8601."""
    if isinstance(copy, Mapping):
        return {key: for_reading(value) for key, value in copy.items()}
    if isinstance(copy, list):
        return [for_reading(value) for value in copy]
    if isinstance(copy, str) and _ISO_MOMENT.fullmatch(copy):
        return _in_words(copy, "%-d %B %Y, %H:%M")
    if isinstance(copy, str) and _ISO_DAY.fullmatch(copy):
        return _in_words(copy, "%-d %B %Y")
    return copy


def _in_words(text: str, form: str) -> str:
    try:
        return datetime.fromisoformat(text).strftime(form)
    except ValueError:
        return text  # somebody typed what only looks like a day


def passages(copy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every passage that can be withheld: its key, and where it stands in words."""
    return [
        (field["key"], f"{part['words']}, {number}: {field['name']}")
        for category in copy["categories"]
        for part in category["parts"]
        for number, item in enumerate(part["items"], start=1)
        for field in item["fields"]
        if "withheld" not in field
    ]


def _given(table: Table, row: Mapping[str, Any], known: Known, files: Mapping[UUID, str]) -> dict[str, Any]:
    """What of one row is in the copy; of a document also which file goes with it, or that nobody has decided."""
    told = given(table, row, known)
    return told | {FILE: files.get(row["id"], UNDECIDED)} if table.name == DOCUMENTS else told


def _fields(
    table: str, row: Mapping[str, Any], shown: Mapping[str, Any], withheld: Mapping[str, str]
) -> list[dict[str, Any]]:
    fields = []
    for column, value in shown.items():
        key = f"{table}:{row['id']}:{column}"
        field = {"key": key, "name": _NAMED.get(column, column.removesuffix("_name").replace("_", " "))}
        if key in withheld:
            field["withheld"] = EXEMPTIONS[withheld[key]]
        else:
            field["value"] = _plain(column, value)
        fields.append(field)
    return fields


def _plain(column: str, value: Any) -> Any:
    """A value as JSON has it; codes of our own in words."""
    if column in _CODES:
        return _CODES[column].get(str(value), value)
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


def _happenings(held: Holdings) -> list[dict[str, str]]:
    """What happened, oldest first, in words; whoever did it as a role."""
    names = {str(agency.id): agency.name for agency in agencies_by_id().values()}
    names |= {agency.code: agency.name for agency in agencies_by_id().values()}
    names |= {str(service.id): service.name for service in services()}
    names |= INSTRUMENT_WORDS
    found = []
    for case in held.case_ids:
        for event in timeline(case_id=case, limit=MOST_EVENTS):
            words = f"{title_of(event.topic)}. {text_of(event.topic, event.data, names)}".strip()
            found.append(
                {
                    "at": timezone.localtime(event.at).isoformat(timespec="minutes"),
                    "what": scrubbed(words, held.known, free=True),
                    "by": "our system" if event.actor_kind == "system" else STAFF,
                }
            )
    return sorted(found, key=lambda one: one["at"])


def _seen_by(held: Holdings) -> list[dict[str, Any]]:
    """Which agencies looked at the record, in which role, how often and when last; nobody by name."""
    subjects = [
        held.person_id,
        *held.case_ids,
        *Referral.objects.filter(case__in=held.case_ids).values_list("id", flat=True),
    ]
    agencies = agencies_by_id()
    # Not everybody who may make a copy may read the log: it is asked as the account that may.
    with acting_as_system("rights"):
        looks = list(
            Look.objects.filter(subjects__overlap=subjects)
            .exclude(actor_kind="system")
            .values("agency_id", "role")
            .annotate(times=Count("id"), last=Max("at"))
            .order_by("agency_id", "role")
        )
    return [
        {
            "agency": agencies[look["agency_id"]].name if look["agency_id"] in agencies else "an agency",
            "role": _role_words(look["role"]),
            "times": look["times"],
            "last": timezone.localtime(look["last"]).isoformat(timespec="minutes"),
        }
        for look in looks
    ]


def _role_words(role: str) -> str:
    return {str(known): words for known, words in ROLE_WORDS.items()}.get(role, role)


def withheld_of(request: Request) -> Iterable[tuple[str, str]]:
    """What was marked as withheld: the ground in words, and why."""
    return [(EXEMPTIONS[one.exemption], one.reason) for one in request.withholdings.order_by("id")]
