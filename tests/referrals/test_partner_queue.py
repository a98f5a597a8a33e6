"""A partner's queue at work: referrals given to one of the team, every column sorted, filters kept."""

from datetime import timedelta
from uuid import UUID

import pytest

from access.context import acting_as, acting_as_system
from agencies.models import Notification, Practitioner
from messaging.relay import run_due
from referrals.actions.messages import send_message
from referrals.models import Referral
from referrals.queries import partner_queue as queue
from reporting.queries.rollups import drift
from tests.factories import a_case, a_referral

pytestmark = pytest.mark.usefixtures("hub")


def shown(answer) -> list[UUID]:
    return [row.referral.id for row in answer.context["page"].rows]


def given(referral: Referral) -> UUID | None:
    with acting_as_system("tests"):
        return Referral.objects.values_list("assigned_to", flat=True).get(id=referral.id)


def a_colleague(cast, name: str, *, of_the_team: bool) -> Practitioner:
    ruth = cast.practitioner("ruth")
    with acting_as_system("tests"):
        one = Practitioner(email=f"{name}@victimcare.example", name=name, agency=ruth.agency, role=ruth.role)
        one.save()
        one.teams.set(ruth.teams.all() if of_the_team else [])
    return one


def test_referrals_are_given_to_one_of_the_team_who_is_told_and_finds_them(cast):
    tom, away = a_colleague(cast, "Tom", of_the_team=True), a_colleague(cast, "Away", of_the_team=False)
    first, second, taken = (
        a_referral(a_case()),
        a_referral(a_case()),
        a_referral(a_case(), status="accepted"),
    )
    run_due()
    _, before = drift()
    ruth = cast.browser("ruth")
    both = {"referral": [str(first.id), str(second.id)], "here": "?list=answer"}
    told = ruth.post("/referrals/give/", {**both, "to": str(tom.id)}, follow=True).content.decode()
    assert "2 referrals are given to Tom" in told
    assert [given(one) for one in (first, second)] == [tom.id, tom.id]
    run_due()
    with acting_as_system("tests"):
        kinds = Notification.objects.filter(recipient=tom.id, kind="referral_given")
        assert {one.referral_id for one in kinds} == {first.id, second.id}
    assert drift()[1] == before, "no number moves with it"
    late = {"referral": str(first.id), "to": str(cast.actor("ruth").id), "one": "yes"}
    refused = ruth.post("/referrals/give/", late, follow=True).content.decode()
    assert "While you were looking" in refused
    assert given(first) == tom.id
    ruth.post("/referrals/give/", {**late, f"seen-{first.id}": str(tom.id)})
    assert given(first) == cast.actor("ruth").id
    with acting_as(cast.actor("priya")) as priya:
        send_message(actor=priya, referral_id=first.id, text="She moved.", about="identity")
    run_due()
    with acting_as_system("tests"):
        told_of = Notification.objects.filter(referral_id=first.id)
        assert told_of.get(kind="referral_taken").recipient_id == tom.id
        assert told_of.get(kind="message_came").recipient_id == cast.actor("ruth").id, "and not all the team"
    refused = ruth.post("/referrals/give/", {"referral": str(taken.id), "to": str(away.id)}, follow=True)
    assert "that team has the referral" in refused.content.decode()
    assert shown(ruth.get("/referrals/?list=answer&assigned=me")) == [first.id]
    assert shown(ruth.get("/referrals/?list=work&assigned=nobody")) == [taken.id]
    cast.browser("helen").post("/referrals/give/", {"referral": str(taken.id), "to": "nobody"})
    assert given(taken) is None, "another agency's is not there"
    ruth.post("/referrals/give/", {"referral": str(first.id), f"seen-{first.id}": late["to"], "to": "nobody"})
    assert given(first) is None


def test_every_column_sorts_both_ways_in_pages_that_skip_nothing(cast, monkeypatch):
    hate = a_referral(a_case(), service="hate-crime", status="received", answer_due_in=timedelta(hours=2))
    late = a_referral(a_case(), answer_due_in=-timedelta(hours=1))
    last = a_referral(a_case(), answer_due_in=timedelta(hours=9))
    with acting_as_system("tests"):
        Referral.objects.filter(id=late.id).update(assigned_to=cast.actor("ruth").id)
    ruth = cast.browser("ruth")
    orders = {
        "sent": [hate, late, last],
        "service": [late, last, hate],
        "status": [late, last, hate],
        "assigned": [hate, last, late],
        "due": [late, hate, last],
    }
    monkeypatch.setattr(queue, "PAGE", 2)
    for sort, order in orders.items():
        for by, expected in ((sort, order), (f"-{sort}", order[::-1])):
            first = ruth.get("/referrals/", {"list": "answer", "sort": by})
            rest = ruth.get(
                "/referrals/", {"list": "answer", "sort": by, "after": first.context["page"].next}
            )
            assert shown(first) + shown(rest) == [one.id for one in expected], by
            back = ruth.get(
                "/referrals/", {"list": "answer", "sort": by, "before": rest.context["page"].previous}
            )
            assert shown(back) == shown(first), by
    assert shown(ruth.get("/referrals/?list=answer&due=overdue")) == [late.id]
    assert shown(ruth.get("/referrals/?list=answer&service=hate-crime")) == [hate.id]


def test_a_partner_keeps_filters_of_its_own(cast):
    late, _ = a_referral(a_case(), answer_due_in=-timedelta(hours=1)), a_referral(a_case())
    ruth = cast.browser("ruth")
    here = {"name": "Late", "queue": "partner_queue", "here": "?list=answer&due=overdue&due=nonsense"}
    assert "Only you see it" in ruth.post("/triage/filters/save/", here, follow=True).content.decode()
    page = ruth.get("/referrals/?list=answer")
    [saved] = page.context["saved"]
    assert (saved.query, len(shown(page))) == ("list=answer&due=overdue", 2)
    ruth.post(f"/triage/filters/{saved.id}/open/", {"queue": "partner_queue"})
    assert shown(ruth.get("/referrals/", follow=True)) == [late.id]
    assert cast.browser("helen").get("/referrals/").status_code == 200
    assert ruth.post("/triage/filters/save/", {**here, "queue": "triage"}).status_code == 403
    ruth.post(f"/triage/filters/{saved.id}/forget/", {"queue": "partner_queue"})
    assert ruth.get("/referrals/").context["saved"] == []
