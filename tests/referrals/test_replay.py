"""A decision made again from what was kept is the same; one that was changed, or whose ground was, is found."""

import json
from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from access.context import acting_as_system
from hub.integrity import check_all
from pathways.models import PathwayVersion
from referrals.models import RoutingDecision
from referrals.replay import LATER, differences, in_substance, replay
from tests.referrals.road import answer, referrals_of, routed


def kept() -> list[RoutingDecision]:
    with acting_as_system("tests"):
        return list(RoutingDecision.objects.order_by("id"))


def printed(*asked: str) -> str:
    out = StringIO()
    call_command("replay_decision", *asked, stdout=out)
    return out.getvalue()


@pytest.fixture
def some_decisions(hub, cast) -> None:
    """Cases of several kinds, one of them declined and so routed twice."""
    case = routed(cast, flags=["domestic_abuse"], risk="high", needs=["accommodation"])
    advisers = next(one for one in referrals_of(case) if one.service.code == "idva")
    answer(cast, "safe-steps", advisers, "decline", reason_code="no_capacity")
    routed(cast, consents=["safe-steps"])
    routed(cast, flags=["hate_crime"], offence_group="public_order")


def test_every_decision_is_the_same_made_again(some_decisions):
    assert printed("--all") == "4 of 4 decisions are the same made again.\n"
    assert printed(str(kept()[1].id)) == "1 of 1 decisions are the same made again.\n"


def to_another_team(row: dict[str, Any]) -> None:
    row["decision"]["referrals"][0]["team_id"] = "another"


def on_another_basis(row: dict[str, Any]) -> None:
    row["decision"]["referrals"][0]["basis"] = "consent"


def a_route_left_out(row: dict[str, Any]) -> None:
    row["decision"]["matched"].pop()


def at_another_risk(row: dict[str, Any]) -> None:
    row["facts"]["risk_grade"] = "standard"


def with_no_room(row: dict[str, Any]) -> None:
    for offer in row["offers"]:
        offer["capacity_free"] = 0


def after_another_answer(row: dict[str, Any]) -> None:
    row["tried"] = {"idva": "accepted"}


@pytest.mark.parametrize(
    "change",
    [
        to_another_team,
        on_another_basis,
        a_route_left_out,
        at_another_risk,
        with_no_room,
        after_another_answer,
    ],
)
def test_whatever_is_changed_is_found(some_decisions, change: Callable[[dict[str, Any]], None]):
    row = kept()[0]
    with acting_as_system("tests"):
        definitions = list(
            PathwayVersion.objects.filter(id__in=row.versions).values_list("definition", flat=True)
        )
    made = {"facts": row.facts, "offers": row.offers, "tried": row.tried, "decision": row.decision}
    changed = deepcopy(made)
    change(changed)
    again = replay(definitions, changed["facts"], changed["offers"], changed["tried"])
    assert differences(in_substance(changed["decision"]), in_substance(again))
    again = replay(definitions, made["facts"], made["offers"], made["tried"])
    assert differences(made["decision"], json.loads(json.dumps(again))) == []


def test_other_words_for_the_same_are_no_difference(some_decisions):
    row = kept()[0]
    reworded = deepcopy(row.decision)
    reworded["referrals"][0]["why"] = "Said better."
    assert differences(row.decision, reworded) == ["referrals"]
    assert differences(in_substance(row.decision), in_substance(reworded)) == []


def test_a_decision_of_the_first_edition_is_compared_by_what_was_kept_then(some_decisions):
    row = kept()[0]

    def of_then(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: of_then(one) for key, one in value.items() if key not in LATER}
        return [of_then(one) for one in value] if isinstance(value, list) else value

    old = of_then(row.decision)
    with acting_as_system("tests"):
        definitions = list(
            PathwayVersion.objects.filter(id__in=row.versions).values_list("definition", flat=True)
        )
    then = ("service_code", "team_id", "agency_id", "agency_code", "agency_name", "is_open", "capacity_free",
            "agreement_id", "agreement_purposes", "agreement_categories", "consent", "consent_categories",
            "service_name", "in_conflict", "override_categories", "override_words")  # fmt: skip
    offers = [{key: offer[key] for key in then} for offer in row.offers]
    tried = {key.partition("/")[0]: status for key, status in row.tried.items()}
    again = replay(definitions, row.facts, offers, tried)
    assert differences(in_substance(old), in_substance(again)) == []
    old["referrals"][0]["urgent"] = not old["referrals"][0]["urgent"]
    assert differences(in_substance(old), in_substance(again)) == ["referrals"]


@pytest.mark.slow
def test_a_decision_that_somebody_changed_in_the_database_is_named(committed_hub, cast):
    routed(cast)
    row = kept()[0]
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE referrals_routingdecision NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "UPDATE referrals_routingdecision SET decision = jsonb_set(decision, '{referrals,0,urgent}', 'true')"
        )
        cursor.execute("ALTER TABLE referrals_routingdecision FORCE ROW LEVEL SECURITY")
    out = StringIO()
    with pytest.raises(CommandError, match="1 differ") as refused:
        call_command("replay_decision", "--all", stdout=out)
    assert refused.value.returncode == 1
    assert out.getvalue().startswith(f"{row.id} differs in: referrals")
    (found,) = [result for result in check_all() if result.name == "decisions_replay"]
    assert found.broken == [str(row.id)]


def test_where_there_is_none_that_is_said(hub):
    with pytest.raises(CommandError, match="No decision"):
        printed("--all")
