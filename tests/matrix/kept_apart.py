"""What keeps a case from some and opens it to others: restrictions, personal grants, break-glass, conflicts."""

from datetime import timedelta
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from access.context import acting_as
from agencies.models import Agency
from referrals.actions.break_glass import break_glass
from referrals.actions.conflicts import declare_conflict, end_conflict
from referrals.actions.override import ask_override
from referrals.actions.restriction import end_personal_access, give_personal_access, lift, restrict
from referrals.grounds import OVERRIDE_REASONS
from tests.cast import Cast
from tests.matrix.canaries import HUB, word
from tests.matrix.target import Target


def kept_apart(cast: Cast, target: Target) -> None:
    """Restrictions, personal grants, break-glass and conflicts."""
    case, name = target.case.id, target.name
    people = {one: cast.practitioner(one).id for one in ("dana", "liam", "helen")}
    if name in ("restricted", "given", "let out", "broken", "mended", "lifted"):
        with acting_as(cast.actor("dana")) as dana:
            restrict(
                actor=dana, case_id=case, reason="staff", words="Works in the hub.", owner_id=people["dana"]
            )
            if name in ("given", "let out"):
                given = give_personal_access(
                    actor=dana, case_id=case, to=people["liam"], reason="Works on it."
                )
            if name == "let out":
                end_personal_access(actor=dana, case_id=case, grant_id=given.id)
            if name == "lifted":
                lift(actor=dana, case_id=case, words="Has left.")
    if name in ("broken", "mended"):
        with acting_as(cast.actor("priya")) as priya:
            reason = "She rang the hub and is in danger now."
            break_glass(actor=priya, reference=target.case.reference, reason=reason)
    if name == "mended":
        _time_passes(target)
    if name == "settled":
        with acting_as(cast.actor("dana")) as dana:
            liam = people["liam"]
            stands = declare_conflict(
                actor=dana, case_id=case, why="knows", words="Kin.", practitioner_id=liam
            )
            end_conflict(actor=dana, case_id=case, conflict_id=stands.id, words="It was a namesake.")
            calder_house = Agency.objects.get(code="calder-house").id
            declare_conflict(actor=dana, case_id=case, why="knows", words="Kin.", agency_id=calder_house)
    if name == "own":
        with acting_as(cast.actor("priya")) as priya:
            asked = ask_override(
                actor=priya,
                case_id=case,
                agency_id=cast.actor("ruth").agency_id,
                categories=["identity"],
                reason_code=next(iter(OVERRIDE_REASONS)),
                reason_words=word(target.number, HUB, "override"),
                until=timezone.now() + timedelta(days=1),
            )
            target.fills["override"] = str(asked.id)
    in_conflict: dict[str, tuple[str, dict[str, UUID]]] = {
        "conflict": ("priya", {}),
        "partner's": ("dana", {"practitioner_id": people["helen"]}),
    }
    if name == "agency's":
        in_conflict[name] = ("dana", {"agency_id": cast.actor("helen").agency_id})
    if name in in_conflict:
        who, of = in_conflict[name]
        with acting_as(cast.actor(who)) as actor:
            declare_conflict(actor=actor, case_id=case, why="knows", words="Neighbours.", **of)


def _time_passes(target: Target) -> None:
    """Until the break-glass of the record has run out. Only the database's owner can move that moment."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hub.actor_kind', 'system', true), set_config('hub.role', 'system', true)"
        )
        cursor.execute(
            "UPDATE access_personalgrant SET until = clock_timestamp() - interval '1 minute'"
            " WHERE person_id = %s AND because = 'break_glass'",
            [target.case.person_id],
        )
        assert cursor.rowcount == 1
