"""A rehearsal through its verb: asked for by a person, worked out by the system, told in numbers that may be shown."""

import copy
import csv
import io
import json
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from pathways.actions.versions import discard_draft
from pathways.models import DryRun, PathwayVersion
from pathways.pathway import PathwayError
from referrals.actions.restriction import restrict
from reporting.actions.dry_runs import VersionNotFound, WindowNotValid, rehearse
from reporting.models import MovedCase
from reporting.queries.dry_runs import dry_runs
from reporting.rehearsal.waits import Week, mean_wait, wait_at
from tests.factories import a_case, a_decision

pytestmark = pytest.mark.usefixtures("hub")

HATE = {
    "flags": ["hate_crime"],
    "offence_group": "violence",
    "age": 40,
    "entitlement": "standard",
    "area": "NS1",
}


def the_draft(change) -> PathwayVersion:
    """A draft of the Northshire pathway with one change; it is version 2."""
    with acting_as_system("tests"):
        one = PathwayVersion.objects.get(code="northshire", number=1)
        definition = copy.deepcopy(one.definition) | {"number": 2}
        change(definition)
        return PathwayVersion.objects.create(
            code="northshire",
            number=2,
            title=one.title,
            definition=definition,
            status="draft",
            binds=one.binds,
        )


def hate_crime_to_victim_care(definition) -> None:
    route = next(route for route in definition["routes"] if route["name"] == "Hate crime")
    route |= {"service": "victim-care", "fallback": []}


def decided(facts, number: int) -> list:
    with acting_as_system("tests"):
        return [a_decision(a_case(), facts=facts) for _ in range(number)]


def run(cast, version, who="dana", **window) -> DryRun:
    today = timezone.localdate()
    with acting_as(cast.actor(who)) as actor:
        asked = rehearse(actor=actor, version_id=version.id, **{"since": today, "until": today, **window})
    run_due()
    with acting_as(cast.actor(who)):
        return DryRun.objects.get(id=asked.id)


def test_it_tells_who_goes_elsewhere_from_whom_to_whom_and_by_which_rule(cast):
    decided(HATE, 6)
    decided(HATE | {"flags": []}, 12)
    told = run(cast, the_draft(hate_crime_to_victim_care)).result
    assert (told["cases"], told["elsewhere"], told["rounded_to"]) == (20, 5, 5)
    assert told["changes"] == [
        {"lost": ["hate-crime"], "gained": ["victim-care"], "rules_lost": ["Hate crime"],
         "rules_gained": ["Hate crime"], "cases": 5}
    ]  # fmt: skip
    services = {one["service"]: (one["before"], one["after"]) for one in told["services"]}
    assert services == {"hate-crime": (5, 0), "victim-care": (10, 20)}
    flagged = next(one for one in told["groups"] if (one["group"], one["value"]) == ("flags", "hate_crime"))
    assert (flagged["cases"], flagged["elsewhere"]) == (5, 5)


def test_a_small_number_is_told_nowhere_and_cannot_be_worked_out(cast):
    decided(HATE, 3)
    decided(HATE | {"flags": []}, 7)
    told = run(cast, the_draft(hate_crime_to_victim_care)).result
    assert told["changes"] == []
    assert told["other_changes"] == told["elsewhere"] == "fewer than 5"
    services = {one["service"]: (one["before"], one["after"]) for one in told["services"]}
    assert services["hate-crime"] == ("fewer than 5", 0)
    assert "3" not in json.dumps(told)


def test_who_is_restricted_is_in_no_number(cast):
    made = decided(HATE, 8)
    with acting_as(cast.actor("dana")) as dana:
        restrict(
            actor=dana, case_id=made[0].case_id, reason="other", words="Known to the team.", owner_id=dana.id
        )
    assert (
        run(cast, the_draft(hate_crime_to_victim_care)).result["cases"] == 5
    )  # 7, which rounds to it; 8 would not


def test_what_was_told_stays_when_the_draft_changes(cast):
    decided(HATE, 6)
    draft = the_draft(hate_crime_to_victim_care)
    first = run(cast, draft)
    with acting_as_system("tests"):
        PathwayVersion.objects.filter(id=draft.id).update(definition=draft.definition | {"title": "Another"})
    with acting_as(cast.actor("dana")):
        assert DryRun.objects.get(id=first.id).definition["title"] == "Northshire victim pathway"


def test_partners_see_the_rehearsal_of_what_was_proposed_to_them_and_of_no_draft(cast):
    draft = the_draft(hate_crime_to_victim_care)
    rehearsed = run(cast, draft)

    def seen_by(who: str) -> list:
        actor = cast.actor(who)
        with acting_as(actor):
            assert set(DryRun.objects.all()) == set(dry_runs(actor))
            return [one.id for one in dry_runs(actor)]

    assert seen_by("ruth") == []
    assert seen_by("priya") == [rehearsed.id]
    with acting_as_system("tests"):
        PathwayVersion.objects.filter(id=draft.id).update(status="proposed")
    assert seen_by("ruth") == [rehearsed.id]


def test_it_is_refused_to_others_and_for_what_cannot_be(cast):
    version = the_draft(hate_crime_to_victim_care)
    today = timezone.localdate()
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NotAllowed):
        rehearse(actor=priya, version_id=version.id, since=today, until=today)
    with acting_as(cast.actor("dana")) as dana:
        with pytest.raises(WindowNotValid, match="first day"):
            rehearse(actor=dana, version_id=version.id, since=today, until=today - timedelta(days=1))
        with pytest.raises(WindowNotValid, match="days to come"):
            rehearse(
                actor=dana,
                version_id=version.id,
                since=today + timedelta(days=1),
                until=today + timedelta(days=2),
            )
        with pytest.raises(VersionNotFound):
            rehearse(actor=dana, version_id=dana.id, since=today, until=today)
    broken = the_draft_with_no_routes(version)
    with acting_as(cast.actor("dana")) as dana, pytest.raises(PathwayError):
        rehearse(actor=dana, version_id=broken.id, since=today, until=today)


def the_draft_with_no_routes(version: PathwayVersion) -> PathwayVersion:
    with acting_as_system("tests"):
        version.definition.pop("routes")
        version.save(update_fields=["definition"])
    return version


# Waits


def weeks(*told: tuple[int, int]) -> list[Week]:
    """Weeks by how much was sent and the hours that each answer took."""
    return [Week(sent, Counter({hours: sent})) for sent, hours in told]


def test_a_wait_is_that_of_weeks_like_it_and_is_not_known_beyond_them():
    past = weeks(*[(10, 8)] * 6, *[(30, 48)] * 6)
    assert (wait_at(9, past), wait_at(31, past)) == (8, 48)
    assert wait_at(40, past) is None
    assert wait_at(10, past[:5]) is None


def test_a_groups_wait_is_told_only_where_every_wait_is_known():
    assert mean_wait({"a": 6, "b": 2}, {"a": 10, "b": 50}) == 20
    assert mean_wait({"a": 6, "b": 2}, {"a": 10}) is None
    assert mean_wait({"a": 6, "b": 0}, {"a": 10}) == 10
    assert mean_wait({"a": 2, "b": 2}, {"a": 10, "b": 50}) is None


# Doors


WINDOW = {"since": "2026-01-01", "until": "2030-01-01"}


def test_a_supervisor_rehearses_on_the_page_and_takes_the_numbers_home(cast):
    decided(HATE, 6)
    decided(HATE | {"flags": []}, 5)
    decided(HATE | {"flags": [], "area": "NS9"}, 3)
    the_draft(hate_crime_to_victim_care)
    dana = cast.browser("dana")
    page = "/pathways/northshire/2/dry-run/"
    asked = dana.post(page, {**WINDOW, "until": str(timezone.localdate())})
    assert asked.status_code == 302
    assert "being worked out" in dana.get(asked.url).content.decode()
    run_due()
    assert dana.get(asked.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    shown = dana.get(page).content.decode()
    assert '<td class="govuk-table__cell">Hate crime</td>' in shown
    assert "fewer than 5" in shown
    file = dana.get(f"{asked.url}export.csv").content.decode()
    lines = list(csv.DictReader(io.StringIO(file)))
    assert next(one for one in lines if one["part"] == "change")["cases"] == "5"
    areas = {one["value"]: one["cases"] for one in lines if (one["part"], one["group"]) == ("group", "Area")}
    assert areas == {"NS1": "10", "NS9": "fewer than 5"}


def test_which_cases_go_elsewhere_is_listed_for_whoever_may_see_them_and_ends_with_the_draft(cast):
    one, hidden = (made.case for made in decided(HATE, 2))
    erased = a_decision(a_case())  # its facts are empty
    stays = decided(HATE | {"flags": []}, 1)[0].case
    draft = the_draft(hate_crime_to_victim_care)
    asked = run(cast, draft)
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=hidden.id, reason="other", words="Known to the team.", owner_id=dana.id)
    with acting_as_system("tests"):
        MovedCase.objects.bulk_create(
            [MovedCase(dry_run=asked, case=erased.case, decision=erased, decided_at=erased.decided_at)]
        )
    page = f"/pathways/northshire/2/dry-run/{asked.id}/cases/"
    carys = cast.browser("carys").get(page).content.decode()
    assert one.reference in carys
    assert "Hate crime: because" in carys
    for absent in (hidden, erased.case, stays):
        assert absent.reference not in carys
    assert cast.browser("priya").get(page).status_code == 403
    assert cast.browser("ruth").get(page).status_code == 403
    file = cast.browser("carys").get(page.replace("cases/", "cases.csv")).content.decode()
    assert [line["case"] for line in csv.DictReader(io.StringIO(file))] == [one.reference]
    with acting_as(cast.actor("carys")) as carys_herself:
        discard_draft(actor=carys_herself, version_id=draft.id)
    with acting_as_system("tests"):
        assert not MovedCase.objects.exists()


def test_days_that_cannot_be_are_refused_beside_their_field_and_stay_typed(cast):
    the_draft(hate_crime_to_victim_care)
    typed = {"until_day": "31", "until_month": "2", "until_year": "2026"}
    answer = cast.browser("dana").post("/pathways/northshire/2/dry-run/", {**typed, "since": "2026-01-01"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Last day must be a real date" in page
    assert 'value="31"' in page


def test_an_agencys_system_reads_the_dry_run_of_what_was_proposed_and_no_other(cast):
    draft = the_draft(hate_crime_to_victim_care)
    decided(HATE, 6)
    run(cast, draft)
    system = cast.system("victim-care")
    assert system.get("pathways/northshire/2/dry-run/").status_code == 404
    with acting_as_system("tests"):
        PathwayVersion.objects.filter(id=draft.id).update(status="proposed")
    told = system.get("pathways/northshire/2/dry-run/").json()
    assert told["compared_with"] == [{"code": "northshire", "number": 1}]
    assert told["result"]["elsewhere"] == 5
    assert cast.browser("ruth").get("/pathways/northshire/2/dry-run/").status_code == 200
    assert system.get("pathways/northshire/1/dry-run/").status_code == 404
