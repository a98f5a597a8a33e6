"""Too many tries: of passwords, of tokens, of calls; and the way back."""

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as_system
from agencies import lockouts
from messaging.models import Event
from tests.cast import PASSWORD, PEOPLE
from tests.hub.test_sign_in import sign_in, signed_in


@pytest.fixture
def afresh(hub):
    cache.clear()
    yield
    cache.clear()


@given(st.integers(0, 10_000))
def test_each_wrong_password_rests_an_account_longer_and_never_for_more_than_a_day(failures):
    rest, next_rest = lockouts.rest_seconds(failures), lockouts.rest_seconds(failures + 1)
    assert rest <= next_rest <= lockouts.LONGEST_REST
    assert (rest == 0) == (failures <= lockouts.FREE)
    if rest > 0 and next_rest < lockouts.LONGEST_REST:
        assert next_rest == 2 * rest


def test_an_account_that_rests_is_unlocked_by_its_administrator(afresh, cast):
    for _ in range(5):
        sign_in(Client(), "helen", "not the password")
    assert not signed_in_as("helen")
    ines = cast.browser("ines")
    page = f"/agencies/people/{cast.practitioner('helen').id}/"
    assert "this account rests" in ines.get(page).content.decode()
    ines.post(page + "unlock/")
    assert "this account rests" not in ines.get(page).content.decode()
    assert signed_in_as("helen")
    with acting_as_system("tests"):
        assert list(
            Event.objects.exclude(topic__startswith="feed.")
            .order_by("id")
            .values_list("topic", "data__seconds")
        ) == [
            ("account.locked", 300),
            ("account.unlocked", None),
        ]


def signed_in_as(name: str) -> bool:
    browser = Client()
    sign_in(browser, name, PASSWORD)
    return signed_in(browser)


def test_a_whole_hub_may_sign_in_within_a_minute_from_one_address(afresh):
    for _ in range(30):
        Client().post("/accounts/login/", {"login": PEOPLE["liam"], "password": ""})
    assert signed_in_as("grace")


def test_an_address_that_nobody_has_rests_like_one_that_somebody_has(afresh):
    def answers(email: str) -> list[bool]:
        told = []
        for _ in range(7):
            page = Client().post("/accounts/login/", {"login": email, "password": "not the password"})
            told.append("Too many failed" in page.content.decode())
        return told

    assert answers("nobody@northshire.example") == answers(PEOPLE["grace"]) == [False] * 5 + [True] * 2


def test_the_right_password_makes_the_count_start_again(afresh):
    for _ in range(4):
        sign_in(Client(), "grace", "not the password")
    assert signed_in_as("grace")
    for _ in range(4):
        sign_in(Client(), "grace", "not the password")
    assert signed_in_as("grace")


def test_a_forgotten_password_is_answered_alike_and_mailed_only_to_who_is_here(afresh, mailoutbox):
    from messaging.relay import run_due

    known, unknown = (
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (PEOPLE["grace"], "nobody@northshire.example")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mailoutbox == [], "a worker sends it"
    run_due()
    assert [mail.to for mail in mailoutbox] == [[PEOPLE["grace"]]]
    assert "grace" not in mailoutbox[0].body.lower()


def test_too_many_tokens_and_too_many_calls_are_problems_that_say_when_to_try_again(afresh, cast, settings):
    system = cast.system("safe-steps")
    settings.API_CALLS_A_MINUTE = 2
    answers = [system.get("referrals/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    settings.TOKENS_A_MINUTE = 0
    answers.append(Client().post("/oauth/token/", {"grant_type": "client_credentials"}))
    for refused in answers[2:]:
        assert refused.status_code == 429
        assert refused["Content-Type"] == "application/problem+json"
        assert 0 < int(refused["Retry-After"]) <= 60
        assert refused.json()["code"] == "throttled"


def test_a_system_that_was_shut_out_gets_nothing_at_once(afresh, cast):
    from agencies.models import ApiClient

    system = cast.system("safe-steps")
    assert system.get("referrals/").status_code == 200
    with acting_as_system("tests"):
        client = ApiClient.objects.get(agency__code="safe-steps")
    assert cast.browser("ines").post(f"/agencies/clients/{client.id}/revoke/").status_code == 403
    assert cast.browser("owen").post(f"/agencies/clients/{client.id}/revoke/").status_code == 302
    assert system.get("referrals/").status_code == 401
    with pytest.raises(AssertionError):
        cast.system("safe-steps")
