"""The partner API as docs/partners tells it: token, changes, a referral masked by its categories, and answers."""

import base64
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator
from oauth2_provider.models import AccessToken

from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.models import Look
from agencies.models import AgreementParty, ApiClient
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.actions.handovers import Handover, write_handover
from referrals.api.views import MOVES
from referrals.models import Outcome, Referral
from tests.cast import SECRETS
from tests.referrals.road import case_of, consent, routed, the_referral

pytestmark = pytest.mark.usefixtures("hub")

PROBLEM = "application/problem+json"


def problem(answer, status: int, words: str = "") -> dict:
    """The answer is a problem of that status, and says so in its body."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith(PROBLEM)
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert words in str(told), told
    return told


@pytest.fixture
def referral(cast) -> Referral:
    return the_referral(routed(cast, given_names="Ayesha", surname="Okafor-Test", phone="07700900111"))


@pytest.fixture
def system(cast):
    return cast.system("victim-care")


def state(referral: Referral) -> tuple[str, int]:
    with acting_as_system("tests"):
        return Referral.objects.values_list("status", "version").get(id=referral.id)


class TestToken:
    def ask(self, client_id: str, secret: str, **given) -> object:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        body = {"grant_type": "client_credentials", **given}
        return Client().post("/oauth/token/", body, headers={"Authorization": f"Basic {basic}"})

    def test_client_credentials_give_one_for_fifteen_minutes(self, hub):
        told = self.ask(*SECRETS["safe-steps"]).json()
        assert told["token_type"] == "Bearer"
        assert told["expires_in"] == 900

    def test_a_wrong_secret_or_another_way_gives_none(self, hub):
        client_id, secret = SECRETS["safe-steps"]
        assert self.ask(client_id, "wrong").status_code == 401
        assert self.ask(client_id, secret, grant_type="password").status_code == 400

    def test_without_one_or_with_a_false_one_nothing_is_told(self, referral):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
            for path in ("changes/", "referrals/", f"referrals/{referral.id}/"):
                problem(Client().get(f"/api/v1/{path}", headers=headers), 401)

    def test_a_switched_off_client_is_let_in_no_more(self, system):
        with acting_as_system("tests"):
            ApiClient.objects.filter(agency__code="victim-care").update(is_active=False)
        assert system.get("changes/").status_code in (401, 403)

    def test_a_browser_session_is_no_token(self, cast, referral):
        assert cast.browser("ruth").get(f"/api/v1/referrals/{referral.id}/").status_code == 401


class TestChanges:
    def test_they_come_in_order_without_gaps_and_go_on_from_the_cursor(self, cast, system):
        made = [the_referral(routed(cast)) for _ in range(3)]
        first = system.get("changes/?limit=2").json()
        assert [item["position"] for item in first["items"]] == [1, 2]
        assert [item["referral"] for item in first["items"]] == [str(one.id) for one in made[:2]]
        assert {item["topic"] for item in first["items"]} == {"referral.sent"}
        assert first["more"]
        rest = system.get(f"changes/?after={first['next']}").json()
        assert [item["referral"] for item in rest["items"]] == [str(made[2].id)]
        assert not rest["more"]
        nothing = system.get(f"changes/?after={rest['next']}").json()
        assert (nothing["items"], nothing["next"]) == ([], 3)

    def test_an_agency_reads_its_own_alone(self, cast, referral):
        assert cast.system("safe-steps").get("changes/").json()["items"] == []

    def test_they_carry_no_personal_data(self, system, referral):
        text = system.get("changes/").content.decode()
        for secret in ("Okafor", "Ayesha", "07700900111", case_of(referral).reference):
            assert secret not in text

    def test_a_recall_comes_through_them(self, cast, system, referral):
        with acting_as(cast.actor("priya")) as priya:
            verbs.recall(actor=priya, referral_id=referral.id, reason_words="Sent in error.")
        items = system.get("changes/").json()["items"]
        assert [(item["topic"], item["status"]) for item in items] == [
            ("referral.sent", "sent"),
            ("referral.recalled", "recalled"),
        ]

    @pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=0", "limit=501", "after=1e9", "after=٣"])
    def test_a_cursor_that_is_none_is_refused_with_what_to_give(self, system, query):
        problem(system.get(f"changes/?{query}"), 400, "number")


class TestReading:
    def test_it_tells_what_the_route_covers_and_no_other_part(self, system, referral):
        answer = system.get(f"referrals/{referral.id}/")
        told = answer.json()
        assert answer["ETag"] == '"1"'
        assert set(told) == {
            "id", "status", "version", "service", "team", "urgent", "sent_at", "answer_due_at", "received_at",
            "answered_at", "ended_at", "reason", "case_reference", "categories", "purpose", "basis",
            "agreement", "why", "pathway", "identity", "contact", "incident", "shared_notes", "documents",
            "transfers", "handover", "progress", "lead", "needs", "split_from", "rest", "part", "splits",
        }  # fmt: skip
        assert told["shared_notes"] == told["documents"] == []
        assert told["identity"]["surname"] == "Okafor-Test"
        assert told["basis"] == {"code": "consent", "words": "consent"}
        assert told["pathway"] == {
            "code": "northshire",
            "version": 1,
            "title": "Northshire victim pathway",
            "route": "Emotional and practical support",
        }
        ways = {way["channel"]: way for way in told["contact"]["ways"]}
        assert ways["phone"]["value"] == "07700900111"
        assert ways["phone"]["why"]

    def test_assessments_are_told_where_the_route_covers_them(self, cast):
        case = routed(cast, flags=["domestic_abuse"], risk="high")
        told = cast.system("safe-steps").get(f"referrals/{the_referral(case).id}/").json()
        risk = next(made for made in told["assessment"] if made["instrument"] == "risk-24")
        assert (risk["grade"], risk["count"], len(risk["answers"])) == ("high", 16, 24)
        assert "notes" not in told

    def test_absent_and_not_theirs_are_the_same(self, cast, referral):
        theirs = cast.system("safe-steps")
        absent = problem(theirs.get(f"referrals/{uuid4()}/"), 404)
        hidden = problem(theirs.get(f"referrals/{referral.id}/"), 404)
        assert absent == hidden
        for verb in ("receive", "accept", "start", "decline", "return", "complete"):
            body = {
                "decline": {"reason": "no_capacity"},
                "return": {"details": "Which?"},
                "complete": {"outcomes": [{"domain": "safety", "result": "same"}]},
            }
            problem(theirs.post(f"referrals/{referral.id}/{verb}/", body.get(verb)), 404)
        assert state(referral) == ("sent", 1)

    def test_each_read_is_on_record(self, system, referral):
        system.get(f"referrals/{referral.id}/")
        with acting_as_system("tests"):
            look = Look.objects.filter(door="api_referral").latest("at")
            assert (look.action, look.actor_kind) == ("api_read", "client")
            assert referral.case_id in look.subjects

    def test_withdrawal_ends_it_at_once_and_leaves_state_and_dates(self, cast, system, referral):
        consent(cast, case_of(referral), withdrawn=["victim-care"])
        run_due()
        told = system.get(f"referrals/{referral.id}/").json()
        assert (told["status"], told["reason"]) == ("recalled", "consent_withdrawn")
        assert not {"identity", "contact", "incident", "why", "case_reference"} & set(told)

    def test_lists_page_by_cursor_and_carry_no_personal_data(self, cast, system):
        made = [the_referral(routed(cast, surname=f"Lister{number}")) for number in range(3)]
        first = system.get("referrals/?limit=2").json()
        assert [item["id"] for item in first["items"]] == [str(made[2].id), str(made[1].id)]
        rest = system.get(f"referrals/?limit=2&before={first['next']}").json()
        assert [item["id"] for item in rest["items"]] == [str(made[0].id)]
        assert rest["next"] is None
        assert "Lister" not in str(first)
        assert system.get("referrals/?status=accepted").json()["items"] == []
        problem(system.get("referrals/?status=lost"), 400, "sent, received")
        problem(system.get("referrals/?before=x"), 400, "next")


class TestAnswering:
    def test_the_whole_life(self, system, referral):
        moves = system.get(f"referrals/{referral.id}/actions/").json()["actions"]
        possible = ["receive", "accept", "decline", "return", "ask-transfer", "ask"]  # it has no other team
        assert [move["verb"] for move in moves] == possible
        assert {move["verb"]: move["needs"] for move in moves}["decline"] == ["reason"]
        for verb, status in (("receive", "received"), ("accept", "accepted"), ("start", "in_progress")):
            answer = system.post(f"referrals/{referral.id}/{verb}/")
            assert answer.json()["status"] == status
        body = {"outcomes": [{"domain": "safety", "result": "improved", "notes": "Locks changed."}]}
        answer = system.post(f"referrals/{referral.id}/complete/", body)
        assert answer.json() == {"id": str(referral.id), "status": "completed", "version": 5}
        with acting_as_system("tests"):
            (outcome,) = Outcome.objects.filter(referral=referral)
            assert (outcome.domain, outcome.result, outcome.notes) == ("safety", "improved", "Locks changed.")
        assert system.get(f"referrals/{referral.id}/actions/").json()["actions"] == []

    @pytest.mark.parametrize(
        ("body", "field", "words"),
        [
            ({}, "outcomes", "at least one outcome"),
            ({"outcomes": []}, "outcomes", "at least one outcome"),
            ({"outcomes": [{"domain": "safety", "result": "cured"}]}, "outcomes.0.result", "cured"),
            ({"outcomes": "better"}, "outcomes", "list"),
        ],
    )
    def test_a_completion_says_what_came_of_it(self, system, referral, body, field, words):
        system.post(f"referrals/{referral.id}/accept/")
        refused = system.post(f"referrals/{referral.id}/complete/", body)
        problem(refused, 400, words)
        assert refused.json()["errors"][0]["field"] == field
        assert state(referral) == ("accepted", 2)

    def test_one_key_has_one_effect_and_the_same_answer(self, system, referral):
        path, key = f"referrals/{referral.id}/accept/", {"Idempotency-Key": "once"}
        first, second = system.post(path, **key), system.post(path, **key)
        assert first.status_code == second.status_code == 200
        assert first.json() == second.json()
        assert state(referral) == ("accepted", 2)
        problem(system.post(f"referrals/{referral.id}/start/", **key), 422, "new key")
        problem(system.post(path, **{"Idempotency-Key": "k" * 101}), 400, "100")

    def test_a_refused_write_does_not_use_its_key_up(self, system, referral):
        key = {"Idempotency-Key": "again"}
        problem(system.post(f"referrals/{referral.id}/start/", **key), 409)
        system.post(f"referrals/{referral.id}/accept/")
        assert system.post(f"referrals/{referral.id}/start/", **key).status_code == 200

    def test_a_version_that_was_passed_is_refused_and_nothing_changes(self, system, referral):
        system.post(f"referrals/{referral.id}/receive/")
        problem(system.post(f"referrals/{referral.id}/accept/", **{"If-Match": '"1"'}), 412, "version 2")
        problem(system.post(f"referrals/{referral.id}/accept/", **{"If-Match": "one"}), 400, "ETag")
        assert state(referral) == ("received", 2)
        assert system.post(f"referrals/{referral.id}/accept/", **{"If-Match": '"2"'})["ETag"] == '"3"'

    def test_a_move_that_is_not_possible_says_what_is(self, system, referral):
        told = problem(system.post(f"referrals/{referral.id}/start/"), 409, "it is now “sent”")
        assert "receive, accept, decline" in str(told)

    @pytest.mark.parametrize(
        ("verb", "body", "words"),
        [
            ("decline", {}, "reason"),
            ("decline", {"reason": "bored"}, "bored"),
            ("decline", {"reason": "other"}, "Say why"),
            ("return", {"details": " "}, "details"),
            ("complete", {"outcomes": []}, "outcomes"),
            ("complete", {"outcomes": [{"domain": "luck", "result": "improved"}]}, "luck"),
            ("complete", {"outcomes": "none"}, "outcomes"),
            ("decline", {"reason": "other", "details": "x" * 401}, "400"),
            ("decline", {"reason": "other", "details": "NUL \0 here"}, "details"),
        ],
    )
    def test_a_body_that_is_wrong_names_what(self, system, referral, verb, body, words):
        problem(system.post(f"referrals/{referral.id}/{verb}/", body), 400, words)
        assert state(referral) == ("sent", 1)

    def test_requests_that_are_none_are_problems_too(self, cast, system, referral):
        path = f"/api/v1/referrals/{referral.id}/accept/"
        headers = system._headers
        answer = Client().post(path, "{", content_type="application/json", headers=headers)
        problem(answer, 400)
        problem(Client().post(path, "a=b", content_type="text/plain", headers=headers), 415)
        problem(Client().get(path, headers=headers), 405)
        problem(Client().get("/api/v1/referrals/not-an-id/", headers=headers), 404)

    def test_a_decline_goes_to_the_hub_with_its_reason(self, cast, system, referral):
        answer = system.post(
            f"referrals/{referral.id}/decline/", {"reason": "no_capacity", "details": "Full."}
        )
        assert answer.json()["status"] == "declined"
        run_due()
        text = cast.browser("priya").get("/responses/?list=answered").content.decode()
        assert "Full." in text


def test_a_referral_is_what_the_schema_says_open_and_ended(cast, system, referral):
    add_what_a_referral_can_tell(cast, referral)
    schema = Client().get("/api/v1/schema/").json()
    check = Draft202012Validator({**schema, "$ref": "#/components/schemas/Referral"})
    shape = schema["components"]["schemas"]["Referral"]["properties"]
    told = system.get(f"referrals/{referral.id}/").json()
    check.validate(told)
    assert set(told) <= set(shape), "each part is typed"
    assert {"lead", "handover", "documents", "contact"} <= set(told)
    assert told["handover"]["first"] == "Ring before noon."
    system.post(f"referrals/{referral.id}/decline/", {"reason": "no_capacity"})
    check.validate(system.get(f"referrals/{referral.id}/").json())


def add_what_a_referral_can_tell(cast, referral: Referral) -> None:
    with acting_as(cast.actor("priya")) as priya:
        write_handover(actor=priya, referral_id=referral.id, note=Handover("Ring before noon."))


def test_an_agreement_whose_signature_was_withdrawn_stops_the_next_referral(cast):
    with acting_as_system("tests"):
        AgreementParty.objects.filter(agency__code="victim-care").update(withdrawn_at=timezone.now())
    case = routed(cast)
    assert case.decision_wanted.startswith("No agreement in force")
    assert cast.system("victim-care").get("changes/").json()["items"] == []


class TestSchema:
    def test_it_is_valid_and_lists_every_door(self, hub):
        from drf_spectacular.validation import validate_schema

        schema = Client().get("/api/v1/schema/").json()
        validate_schema(schema)
        assert schema["openapi"].startswith("3.1")
        assert {path.removeprefix("/api/v1/") for path in schema["paths"]} >= {
            "changes/", "referrals/", "referrals/{referral_id}/", "referrals/{referral_id}/actions/",
            *(f"referrals/{{referral_id}}/{verb}/" for verb in MOVES),
        }  # fmt: skip

    def test_each_door_says_what_it_takes_and_that_it_needs_a_token(self, hub):
        schema = Client().get("/api/v1/schema/").json()
        doors = [door for path in schema["paths"].values() for door in path.values()]
        names = [door["operationId"] for door in doors]
        assert len(set(names)) == len(names)
        assert {"referral_accept", "referral_decline"} <= set(names)
        for door in doors:
            scope = "intake" if door["operationId"].startswith("intake") else "referrals"
            assert door["security"] == [{"oauth2": [scope]}]

    def test_reading_since_is_timed_by_the_hub(self, system):
        before = timezone.now()
        system.get("changes/?after=0")
        with acting_as_system("tests"):
            assert ApiClient.objects.get(agency__code="victim-care").cursor.read_at >= before


class TestWhatIsSent:
    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b'{"reason": "' + b"x" * 300_000 + b'"}', 413),
            (b"[" * 100_000 + b"]" * 100_000, 400),
            (b'{"a": ' * 30 + b"1" + b"}" * 30, 400),
            (b'{"reason": "no_capacity", "reason": "other"}', 400),
            (b'{"reason": NaN}', 400),
            (b'{"reason": "\xff"}', 400),
            (b"no json", 400),
        ],
        ids=["too large", "far too deep", "too deep", "a name twice", "no number", "no UTF-8", "no JSON"],
    )
    def test_what_is_out_of_bounds_is_a_problem_and_never_a_failure(self, hub, cast, sent, status):
        system = cast.system("safe-steps")
        answer = system._client.post(
            f"/api/v1/referrals/{new_id()}/decline/",
            sent,
            content_type="application/json",
            headers={**system._headers, "Idempotency-Key": "k"},
        )
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert "Traceback" not in answer.content.decode()

    def test_tokens_are_kept_as_digests_and_never_taken_from_an_address(self, hub, cast):
        system = cast.system("safe-steps")
        token = system._headers["Authorization"].removeprefix("Bearer ")
        assert not AccessToken.objects.filter(token=token).exists()
        assert AccessToken.objects.exists()
        assert Client().get(f"/api/v1/changes/?access_token={token}").status_code == 401
