"""What a person says of how they were helped: asked in safe ways alone, by a link that works once."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from access.context import acting_as, acting_as_system
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions.say import SEND
from referrals.forms.say import SayForm
from referrals.models import Case, Say
from tests.factories import a_case
from victims.models import ContactMethod

ANSWERED = {"listened": "yes", "safer": "partly", "words": "Thank you, Priya."}


def way(case: Case, kind: str, channel: str) -> str:
    with acting_as_system("tests"):
        return f"{channel}:{ContactMethod.objects.get(person=case.person_id, kind=kind).id}"


def ask(cast, case: Case, kind: str = "email", channel: str = "email"):
    return cast.browser("priya").post(f"/cases/{case.reference}/say/", {"way": way(case, kind, channel)})


def link_in(text: str) -> str:
    return re.search(r"(/say/[\w-]+/)", text)[1]


def sent(cast, case: Case) -> str:
    assert ask(cast, case).status_code == 302
    run_due()
    return link_in(mail.outbox[-1].body)


def of(case: Case) -> Say:
    with acting_as_system("tests"):
        return Say.objects.filter(case=case).latest("asked_at")


def test_a_link_goes_by_mail_works_once_and_its_answers_join_the_case(hub, cast):
    case = a_case(surname="Okafor", email="jo@example.org", status="closed", closed_at=timezone.now())
    path = sent(cast, case)
    letter = mail.outbox[-1]
    assert letter.to == ["jo@example.org"]
    everything = letter.subject + letter.body + letter.from_email
    assert not re.search(r"okafor|jane|victim|police|crime|vrh-", everything, re.IGNORECASE)
    token = path.split("/")[2]
    with acting_as_system("tests"):
        assert not Message.objects.filter(payload__icontains=token).exists()
    assert of(case).digest != token
    shown = Client().get(path)
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "Okafor" not in page
    assert case.reference not in page
    assert not shown.cookies.get("sessionid")
    assert "Thank you" in Client().post(path, ANSWERED).content.decode()
    assert of(case).answers == {"listened": "yes", "safer": "partly", "words": "Thank you, Priya."}
    again = Client().post(path, {"listened": "no"})
    assert again.status_code == 410
    assert of(case).answers["listened"] == "yes"
    assert "Thank you, Priya." in cast.browser("priya").get(f"/cases/{case.reference}/say/").content.decode()
    with acting_as_system("tests"):
        told = Event.objects.get(case_id=case.id, topic="case.say_given")
    assert told.data == {"listened": "yes", "safer": "partly"}
    with acting_as_system("tests"):
        assert not Say.objects.filter(case=case).update(unsent_because="Changed.")  # an answer stays


def test_what_has_run_out_and_what_never_was_say_the_same(hub, cast):
    case = a_case(email="jo@example.org")
    path = sent(cast, case)
    with acting_as_system("tests"):
        Say.objects.filter(case=case).update(expires_at=timezone.now() - timedelta(seconds=1))
    gone, never = Client().get(path), Client().get("/say/nonsense/")
    assert (gone.status_code, never.status_code) == (410, 410)
    assert "This link no longer works" in gone.content.decode()


@pytest.mark.parametrize("given", [{"safety": "unsafe"}, {"safety": "unknown", "flags": ["domestic_abuse"]}])
def test_nobody_is_asked_in_a_way_that_is_not_safe(hub, cast, given):
    case = a_case(email="jo@example.org", **given)
    answer = ask(cast, case)
    assert answer.status_code == 422
    with acting_as_system("tests"):
        assert not Say.objects.filter(case=case).exists()


def test_what_is_not_safe_any_more_when_it_would_be_sent_is_not_sent(hub, cast):
    case = a_case(email="jo@example.org")
    ask(cast, case)
    with acting_as_system("tests"):
        ContactMethod.objects.filter(person=case.person_id, kind="email").update(safety="unsafe")
        assert Message.objects.filter(subscriber=SEND, payload__say=str(of(case).id)).exists()
    before = len(mail.outbox)
    run_due()
    assert len(mail.outbox) == before
    assert (of(case).sent_at, of(case).unsent_because) == (None, "Marked as not safe.")


def test_a_link_for_a_text_is_shown_once_and_a_newer_ends_it(hub, cast):
    case = a_case()
    answer = ask(cast, case, "mobile", "text")
    link = answer.context["link"]
    assert link.startswith(settings.HUB_ADDRESS)
    assert link not in cast.browser("priya").get(f"/cases/{case.reference}/say/").content.decode()
    assert Client().get(link_in(link)).status_code == 200
    newer = link_in(ask(cast, case, "mobile", "text").context["link"])
    assert Client().get(link_in(link)).status_code == 410
    Client().post(newer, ANSWERED)
    assert "They have answered already" in ask(cast, case, "mobile", "text").content.decode()


def test_no_partner_reads_what_was_said_whatever_it_was_given(hub, cast):
    case = a_case(email="jo@example.org")
    Client().post(sent(cast, case), ANSWERED)
    with acting_as(cast.actor("helen")):
        assert not Say.objects.exists()
    assert cast.browser("helen").get(f"/cases/{case.reference}/say/").status_code == 403


def test_the_form_is_in_welsh_and_has_a_way_out_without_a_script(hub, cast):
    case = a_case(email="jo@example.org")
    path = sent(cast, case)
    welsh = Client().get(path.replace("/say/", "/dweud/")).content.decode()
    assert '<html lang="cy"' in welsh
    assert "Dywedwch wrthym sut oedd hi" in welsh
    assert settings.QUICK_EXIT_ADDRESS in welsh
    for field in SayForm.base_fields.values():
        english = {}
        for language in ("en-gb", "cy"):
            with translation.override(language):
                english[language] = [str(field.label), str(field.help_text)]
        assert english["en-gb"][0] != english["cy"][0]
    assert "Did we listen to you?" not in welsh


def test_too_many_from_one_address_wait_and_lose_nothing(hub, cast):
    case = a_case(email="jo@example.org")
    path = sent(cast, case)
    client = Client(REMOTE_ADDR="10.9.8.7")
    answers = [client.post("/say/nonsense/", {}).status_code for _ in range(20)]
    assert set(answers) == {410}
    held = client.post(path, ANSWERED)
    assert held.status_code == 429
    assert "Thank you, Priya." in held.content.decode()
    assert of(case).answered_at is None


def test_the_dashboard_counts_what_was_said_and_tells_nothing_of_few(hub, cast):
    case = a_case(email="jo@example.org")
    Client().post(sent(cast, case), ANSWERED)
    row = cast.browser("carys").get("/dashboard/").context["said"][0]
    assert row["label"] == "We listened"
    assert row["values"][1:] == [0, 0, 0]
    assert row["values"][0] != 1
