"""Erasure: prepared by one person, decided by another, carried out by the hub's own account `retention`.

One transaction a person: every personal table is emptied as rights/data/fields.yaml says, agencies that were
told are told to erase, and a certificate is written. Done again it changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from access.actor import Actor
from access.categories import Category
from access.models import Grant
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.models import Case, Referral
from referrals.workflow import OPEN
from rights.actions.corrections import tell_recipients
from rights.actions.holds import refuse_on_hold
from rights.actions.requests import (
    RightsRefused,
    by_a_second_person,
    cases_of,
    decided,
    locked_request,
    next_number,
    tell,
)
from rights.fields import Table, tables
from rights.models import Certificate, Notice, Request
from rights.queries.holdings import ids_about
from victims.models import Person

ERASE = "rights.erase"
ASKED = "asked"
"""The rule on a certificate where the person asked for it."""


class StillWorkedOn(RightsRefused):
    """A case is open, or a partner still works on a referral."""


@dataclass(frozen=True)
class Ground:
    """By which rule and edition a record is destroyed, and who decided that, when."""

    rule: str
    edition: str
    decided_by_name: str
    decided_at: datetime


@transaction.atomic
def prepare_erasure(*, actor: Actor, request_id: UUID) -> Request:
    """Say that nothing known stands against erasing; another person decides.

    Raises NotAllowed, OnHold, StillWorkedOn, RightsRefused.
    """
    actor.require(Capability.PREPARE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=(Request.State.OPEN,), kind=Request.Kind.ERASURE)
    refuse_if_needed(request.person_id)
    request.state = Request.State.PREPARED
    request.prepared_by, request.prepared_by_name, request.prepared_at = actor.id, actor.name, now
    request.save()
    tell(request, "rights.prepared", at=now)
    return request


@transaction.atomic
def decide_erasure(*, actor: Actor, request_id: UUID, reasons: str) -> Request:
    """Decide that the person is erased; the hub's own account does it in a moment.

    Raises NotAllowed, SecondPersonNeeded, OnHold, StillWorkedOn, RightsRefused.
    """
    actor.require(Capability.DECIDE_RIGHTS)
    now = timezone.now()
    request = locked_request(actor, request_id, states=(Request.State.PREPARED,), kind=Request.Kind.ERASURE)
    by_a_second_person(actor, request)
    refuse_if_needed(request.person_id)
    if not reasons.strip():
        raise RightsRefused("Say why nothing stands against it.")
    request.reasons = reasons.strip()
    decided(request, actor, Request.State.DECIDED, at=now)
    tell(request, "rights.decided", at=now)
    schedule(ERASE, key=f"request:{request.id}", payload={"request": str(request.id)}, at=now)
    return request


def refuse_if_needed(person_id: UUID) -> None:
    """Raise OnHold or StillWorkedOn where the record may not go now."""
    refuse_on_hold(person_id)
    if Case.objects.filter(person=person_id, closed_at__isnull=True).exists():
        raise StillWorkedOn("A case of this person is open: close it first.")
    if Referral.objects.filter(case__person=person_id, status__in=OPEN).exists():
        raise StillWorkedOn("A partner still works on a referral: recall it, or wait until it is complete.")


@transaction.atomic
def erase(*, actor: Actor, person_id: UUID, ground: Ground) -> Certificate:
    """Destroy what is held about the person and certify it. Raises NotAllowed, OnHold, StillWorkedOn.

    Counts and events stay: they hold ids and codes. What led from these ids to a reference or a name is gone.
    """
    actor.require(Capability.ERASE)
    now = timezone.now()
    Person.objects.select_for_update().get(id=person_id)
    done = Certificate.objects.filter(person_id=person_id).first()
    if done is not None:
        return done
    refuse_if_needed(person_id)
    cases = cases_of(person_id)
    tell_recipients(person_id=person_id, kind=Notice.Kind.ERASE, at=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hub.erasing', 'on', true)")
    removed = _empty_all(person_id, cases)
    certificate = Certificate.objects.create(
        number=next_number("rights_certificate_number"),
        person_id=person_id,
        case_ids=[str(case) for case in cases],
        rule=ground.rule,
        edition=ground.edition,
        removed=removed,
        decided_by_name=ground.decided_by_name,
        decided_at=ground.decided_at,
        erased_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hub.erasing', '', true)")
    publish(
        *(
            Happening("person.erased", at=now, case_id=case, data={"certificate": certificate.number})
            for case in cases
        )
    )
    return certificate


def _empty_all(person_id: UUID, cases: list[UUID]) -> dict[str, int]:
    """Empty every table in turn, the person's and the cases' own rows last; how many rows of each, in words."""
    ids = ids_about(person_id, cases)
    last = ("referrals_case", "victims_person")
    ordered = [table for table in tables().values() if table.name not in last]
    removed: dict[str, int] = {}
    for table in [*ordered, *(tables()[name] for name in last)]:
        if table.erase == "keep":
            continue
        number = _empty(table, ids)
        if number:
            removed[table.words] = number
    Grant.objects.filter(person_id=person_id).exclude(because="hub").delete()
    Grant.objects.filter(person_id=person_id).update(categories=[Category.IDENTITY])
    return removed


def _empty(table: Table, ids: Mapping[str, list[UUID]]) -> int:
    where = sql.SQL(" OR ").join(sql.SQL("{} = ANY(%s)").format(sql.Identifier(key)) for key in table.keys)
    name = sql.Identifier(table.name)
    if isinstance(table.erase, str):
        statement = sql.SQL("DELETE FROM {} WHERE {}").format(name, where)
    else:
        blanks = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column), sql.SQL(value))
            for column, value in table.erase.items()
        )
        statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(name, blanks, where)
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids[of] for of in table.keys.values()])
        return cursor.rowcount
