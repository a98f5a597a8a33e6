"""Bringing the offence table up to a published classification."""

import csv
import re
from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.models import Offence

COLUMNS = ("code", "group", "category", "description")
GROUPS = "referrals/data/offence_groups.yaml"
LONGEST_LABEL = 160
MOST_CODES = 20_000
_CODE = re.compile(r"[0-9]{3}/[0-9]{2}")


class CodesRefused(Exception):
    """The file of codes was not taken, no code of it. The message says where to look and what to do."""


@transaction.atomic
def import_offence_codes(*, actor: Actor, path: Path) -> tuple[int, int]:
    """Add the codes of a published table (CSV: code, group, category, description) that the hub does not know.

    What the hub knows keeps its group, its words and its properties: rules ask for those, and somebody chose them.
    Returns how many codes were added, and how many were known. Raises NotAllowed, CodesRefused.
    """
    if actor.kind != "system":
        actor.require(Capability.ADMINISTER_HUB)
    now = timezone.now()
    told = _read(path)
    known = set(Offence.objects.filter(code__in=list(told)).values_list("code", flat=True))
    new = [offence for code, offence in told.items() if code not in known]
    Offence.objects.bulk_create(new, batch_size=1000)
    if new:
        publish(Happening("offences.imported", at=now, data={"added": len(new), "known": len(known)}))
    return len(new), len(known)


def _read(path: Path) -> dict[str, Offence]:
    groups = yaml.safe_load((settings.BASE_DIR / GROUPS).read_text())
    told: dict[str, Offence] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.DictReader(stream, strict=True)
            missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if missing:
                raise CodesRefused(f"The header lacks {', '.join(missing)}. Nothing was taken.")
            for number, row in enumerate(rows, start=1):
                if number > MOST_CODES:
                    raise CodesRefused(f"The file holds more than {MOST_CODES:,} codes. Nothing was taken.")
                code, group = (row["code"] or "").strip(), (row["group"] or "").strip()
                if not _CODE.fullmatch(code):
                    raise CodesRefused(
                        f"Row {number}, column code is no code such as 105/01. Nothing was taken."
                    )
                if group not in groups:
                    raise CodesRefused(
                        f"Row {number}, column group is a group that is not known: add it to {GROUPS}."
                        " Nothing was taken."
                    )
                label = " ".join((row["description"] or row["category"] or code).split())
                short = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
                told[code] = Offence(code=code, group=groups[group], label=short, properties=[])
    except (UnicodeError, csv.Error) as problem:
        raise CodesRefused("The file is no CSV file in UTF-8. Nothing was taken.") from problem
    return told
