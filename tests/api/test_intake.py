"""The police's own system pushes records: one path with the files, once for each key, and reads what became of them."""

import pytest

from access.context import acting_as_system
from access.models import Look
from messaging.relay import run_due
from referrals.models import Case, FeedRow, FeedRun
from tests.api.test_partner_api import problem
from tests.referrals.feeds import a_row
from tests.referrals.test_feed_formats import CANONICAL

pytestmark = pytest.mark.usefixtures("hub")
SENDER = "northshire-police"


@pytest.fixture
def police(cast):
    return cast.system(SENDER, scope="intake")


def send(system, *records: dict, source: str = SENDER, **headers: str):
    return system.post("intake/", {"source": source, "records": list(records)}, **headers)


def runs() -> int:
    with acting_as_system("tests"):
        return FeedRun.objects.count()


def test_records_in_either_shape_are_judged_as_a_file_would_be(police):
    answer = send(police, a_row(), CANONICAL, a_row(SURNAME="", FORENAMES="", NOMINAL_REF="N3"), a_row())
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["received"], told["status"]) == (4, "working")
    path = told["href"].removeprefix("/api/v1/")
    assert police.get(path).json()["rows"] == []
    run_due()
    told = police.get(path).json()
    assert told["status"] == "finished"
    assert [row["verdict"] for row in told["rows"]] == [
        "workable",
        "workable",
        "quarantine:missing_name",
        "duplicate",
    ]
    assert "no name" in told["rows"][2]["reason"]
    with acting_as_system("tests"):
        assert Case.objects.count() == 2
        assert Look.objects.filter(door="api_intake_run").count() == 2


def test_one_key_is_one_run(police):
    first = send(police, a_row(), **{"Idempotency-Key": "day-1"})
    again = send(police, a_row(), **{"Idempotency-Key": "day-1"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    problem(send(police, a_row(SURNAME="X"), **{"Idempotency-Key": "day-1"}), 422, "new key")
    assert runs() == 1


def test_a_bad_record_is_named_by_row_and_column_and_nothing_is_taken(police):
    told = problem(send(police, a_row(), CANONICAL | {"date_of_birth": "7/5/1986"}), 422, "Nothing was taken")
    assert "records.1.date_of_birth" in str(told)
    assert "7/5" not in str(told)
    problem(send(police), 400, "records")
    problem(send(police, *[{}] * 501), 400, "500")
    problem(police.post("intake/", {"source": SENDER, "records": [1]}), 400)
    assert runs() == 0


def test_a_day_of_five_hundred_records_is_one_call_and_more_bytes_are_refused(police):
    rows = [a_row(CRIME_REF=f"31/{n:05d}/26", NOMINAL_REF=f"N{n}", MO_SUMMARY="x" * 800) for n in range(500)]
    assert send(police, *rows).json()["received"] == 500
    with acting_as_system("tests"):
        assert FeedRow.objects.count() == 500
    problem(send(police, a_row(MO_SUMMARY="x" * (2 << 20))), 413, "KB")


def test_it_asks_for_a_scope_of_its_own_and_gives_nothing_else(cast, police):
    problem(send(cast.system(SENDER), a_row()), 403, "intake")
    problem(police.get("referrals/"), 403, "referrals")
    problem(send(cast.system("safe-steps", scope="intake"), a_row()), 400, "no feed with this code")
    assert runs() == 0


def test_another_agency_reads_nothing_of_a_run(cast, police):
    path = send(police, a_row()).json()["href"].removeprefix("/api/v1/")
    run_due()
    problem(cast.system("safe-steps", scope="intake").get(path), 404)
    problem(police.get("intake/99999/"), 404)


def test_the_contract_names_both_doors(client):
    schema = client.get("/api/v1/schema/").json()
    sends = schema["paths"]["/api/v1/intake/"]["post"]
    assert sends["security"] == [{"oauth2": ["intake"]}]
    body = schema["components"]["schemas"]["Records"]
    assert (body["properties"]["records"]["maxItems"], body["required"]) == (500, ["records", "source"])
