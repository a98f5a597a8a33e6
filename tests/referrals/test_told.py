"""Telling the hub of a crime: the public form in both languages, the form of who refers, and what comes of them."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from django.utils.functional import Promise

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from referrals.actions.told import SELF, take_referral
from referrals.feed.told import KINDS, Told
from referrals.forms.told import OfficerReferralForm, SelfReferralForm
from referrals.models import Case, FeedRow, FeedRun, FeedSource, Incident
from tests.referrals.feeds import offences
from victims.contact_notes import read_notes
from victims.models import Address, ContactMethod, PersonName, SafeAddress
from victims.safe_contact import Held, may_contact

ENGLISH, WELSH, OFFICER = "/get-help/", "/cael-cymorth/", "/refer/"
TYPED = {
    "ways": ["call", "email"],
    "message": "no",
    "hours": "any",
    "given_names": "Eirlys",
    "surname": "Treharne-Okafor",
    "date_of_birth_day": "7",
    "date_of_birth_month": "5",
    "date_of_birth_year": "1986",
    "phone": "07700 900456",
    "email": "eirlys@example.com",
    "kind": "stalking",
    "summary": "He waits outside my work.",
    "agree": "on",
}
OFFICERS = {key: value for key, value in TYPED.items() if key != "agree"} | {"consent": "yes"}


@pytest.fixture(autouse=True)
def _first_of_its_minute():
    cache.clear()


def typed(**cells: object) -> dict[str, object]:
    return TYPED | {"token": str(uuid4())} | cells


def row_of(source: str = SELF) -> FeedRow:
    """The one row that came in by this form, judged."""
    run_due()
    with acting_as_system("tests"):
        return FeedRow.objects.select_related("run").get(run__source__code=source)


def page(answer) -> str:
    return unescape(answer.content.decode())


def test_a_victim_tells_the_hub_and_has_a_case(hub):
    browser = Client()
    answer = browser.post(ENGLISH, typed())
    assert (answer.status_code, answer["Location"]) == (302, "/get-help/sent/")
    row = row_of()
    assert row.verdict == "workable", row.reason
    with acting_as_system("tests"):
        case = Case.objects.get(id=row.case_id)
        name = PersonName.objects.get(person=row.person_id)
        incident = Incident.objects.get(case=case)
        ways = {way.kind: way for way in ContactMethod.objects.filter(person=row.person_id)}
        assert (case.source_name, case.entitlement) == ("Self-referral form", "enhanced")
        assert (name.given_names, incident.offence_code) == ("Eirlys", "990/03")
        assert incident.crime_ref.startswith("FORM-")
        assert ways["email"].safety == ContactMethod.Safety.SAFE
        rules = ways["mobile"].rules
        assert rules == {"no_voicemail": True, "no_texts": True}
        assert case.clocks.get(rule="referral").state == "running"


def test_what_was_sent_is_kept_nowhere_and_shown_to_nobody(hub):
    browser = Client()
    answer = browser.post(ENGLISH, typed(), follow=True)
    assert answer.redirect_chain == [("/get-help/sent/", 302)]
    for secret in ("Eirlys", "Treharne", "07700", "eirlys@", "FORM-"):
        assert secret not in page(answer)
    assert "hub_session" not in browser.cookies
    assert answer["Cache-Control"] == "no-store"


def test_nothing_typed_is_lost_on_an_error(hub):
    answer = Client().post(ENGLISH, typed(phone="", kind="", must_not_know="my brother", message="yes"))
    assert answer.status_code == 422
    shown = page(answer)
    assert "Enter a phone number, or do not choose call or text" in shown
    assert "Choose what happened" in shown
    for kept in (
        "Eirlys",
        "Treharne-Okafor",
        "eirlys@example.com",
        "my brother",
        "He waits outside my work.",
    ):
        assert kept in shown
    assert re.search(r'name="message" value="yes"[^>]*checked', shown)
    assert re.search(r'name="ways" value="email"[^>]*checked', shown)
    with acting_as_system("tests"):
        assert not FeedRun.objects.exists()


def test_the_same_form_sent_twice_is_one_report(hub):
    told = typed()
    assert Client().post(ENGLISH, told).status_code == 302
    assert Client().post(ENGLISH, told).status_code == 302
    assert row_of().verdict == "workable"


def test_two_people_who_tell_the_same_are_two_reports(hub):
    for _ in range(2):
        Client().post(ENGLISH, typed())
    run_due()
    with acting_as_system("tests"):
        assert [row.verdict for row in FeedRow.objects.all()] == ["workable", "workable"]


def test_only_the_ways_that_were_chosen_are_safe(hub):
    where = {"address": "4 High Street\nNewport", "postcode": "NP20 2PJ"}
    Client().post(ENGLISH, typed(ways=["text"], hours="evening", **where))
    row = row_of()
    with acting_as_system("tests"):
        ways = {way.kind: way for way in ContactMethod.objects.filter(person=row.person_id)}
        assert ways["email"].safety == ContactMethod.Safety.UNSAFE
        assert ways["mobile"].rules == {"text_only": True, "hours": ["17:00", "20:00"]}
        assert Address.objects.get(person=row.person_id).letters == ContactMethod.Safety.UNSAFE


@pytest.mark.parametrize("address", [ENGLISH, OFFICER])
def test_no_hour_is_taken_for_safe_that_nobody_chose(hub, cast, address):
    browser = cast.browser("martin") if address == OFFICER else Client()
    assert not re.search(r'name="hours"[^>]*checked', page(browser.get(address)))
    for ways, asks in ((["call"], True), (["text"], True), (["email"], False)):
        told = typed(ways=ways, hours="", kind="") | {"consent": "yes"}
        shown = page(browser.post(address, told))
        assert ("Choose when it is safe, or do not choose call or text" in shown) is asks, ways


def test_hours_in_which_the_other_is_at_work_are_kept_to(hub):
    Client().post(ENGLISH, typed(ways=["call", "text"], message="yes", hours="weekdays"))
    row = row_of()
    with acting_as_system("tests"):
        mobile = ContactMethod.objects.get(person=row.person_id, kind="mobile")
    assert mobile.rules == {"hours": ["09:00", "17:00"], "weekdays": True}


def test_where_who_refers_does_not_know_the_hours_nobody_calls_before_they_are_asked_for(hub, cast):
    cast.browser("martin").post(OFFICER, OFFICERS | {"token": str(uuid4()), "hours": "unknown"})
    row = row_of("officer-referral")
    with acting_as_system("tests"):
        mobile = ContactMethod.objects.get(person=row.person_id, kind="mobile")
    held = [Held("safe", mobile.rules)]
    assert not may_contact(row.judged_at, "phone", held, is_careful=False, is_holiday=lambda _: False).safe


def test_who_must_not_know_is_read_by_a_person_before_any_contact(hub):
    Client().post(ENGLISH, typed(must_not_know="my husband"))
    row = row_of()
    with acting_as_system("tests"):
        mobile = ContactMethod.objects.get(person=row.person_id, kind="mobile")
        assert "husband" in str(mobile.rules["unread"])
        held = [Held("safe", mobile.rules)]
        assert not may_contact(
            row.judged_at, "phone", held, is_careful=False, is_holiday=lambda _: False
        ).safe


def test_a_secret_address_is_sealed_before_it_is_stored(hub):
    where = {"address": "Hafan House, 9 Hidden Lane", "postcode": "NP20 2PJ", "secret_address": "on"}
    Client().post(ENGLISH, typed(**where))
    row = row_of()
    assert "Hidden" not in str(row.raw)
    with acting_as_system("tests"):
        assert SafeAddress.objects.filter(person=row.person_id).exists()
        assert not Address.objects.filter(person=row.person_id).exists()


def test_a_child_harmed_goes_to_safeguarding(hub):
    Client().post(ENGLISH, typed(kind="child", date_of_birth_year="2015"))
    assert row_of().verdict == "quarantine:safeguarding"


def test_a_program_that_fills_in_every_box_is_kept_out(hub):
    answer = Client().post(ENGLISH, typed(website="http://buy.example"))
    assert answer.status_code == 422
    with acting_as_system("tests"):
        assert not FeedRun.objects.exists()


def test_too_many_from_one_address_wait_and_lose_nothing(hub):
    for _ in range(20):
        Client().post(ENGLISH, {})
    answer = Client().post(ENGLISH, typed())
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert "Wait a minute" in page(answer)
    assert "call Victim Support" in page(answer).partition("Ask for help")[0], "what to do instead"
    assert "Treharne-Okafor" in page(answer)


def test_each_page_has_a_way_out_that_needs_no_script(hub):
    for address in (ENGLISH, WELSH, "/get-help/sent/", "/cael-cymorth/anfonwyd/"):
        shown = page(Client().get(address))
        assert re.search(r'<a [^>]*href="https://www.bbc.co.uk/weather"[^>]*data-exit', shown), address
        title = re.search(r"<title>(.*?)</title>", shown)
        assert title is not None
        assert title[1] in ("Contact us", "Cysylltu â ni")


def test_all_of_the_public_form_is_in_welsh(hub):
    """Every word that the form may say differs in Welsh, and both pages are said to be in it."""
    untranslated = []
    for name, field in SelfReferralForm.base_fields.items():
        if name == "token":
            continue  # nobody types it
        for words in (field.label, field.help_text, *field.error_messages.values(), *choices(field)):
            if isinstance(words, Promise):
                with translation.override("en-gb"):
                    english = str(words)
                with translation.override("cy"):
                    if str(words) == english:
                        untranslated.append((name, english))
            elif words:
                untranslated.append((name, str(words)))
    assert untranslated == []
    answer = Client().post(WELSH, typed(ways=[]))
    shown = page(answer)
    assert '<html lang="cy"' in shown
    assert "Dewiswch o leiaf un ffordd ddiogel" in shown
    assert "Mae problem" in shown
    assert page(Client().get("/accounts/login/")).count('lang="en-GB"') == 1


def choices(field) -> list[object]:
    return [words for _, words in getattr(field, "choices", ())]


def test_every_kind_has_an_entry_in_the_offence_table():
    table = offences()
    assert {code for code, _ in SelfReferralForm.base_fields["kind"].choices} == set(KINDS)
    assert {kind.offence_code for kind in KINDS.values()} <= set(table)


@pytest.mark.parametrize("who", ["martin", "helen", "priya"])
def test_police_partners_and_the_hubs_people_refer_somebody(hub, cast, who):
    browser = cast.browser(who)
    assert browser.get(OFFICER).status_code == 200
    answer = browser.post(OFFICER, OFFICERS | {"token": str(uuid4()), "police_ref": "31/00009/26"})
    assert answer.status_code == 302, page(answer)
    row = row_of("officer-referral")
    assert row.verdict == "workable", row.reason
    with acting_as_system("tests"):
        incident = Incident.objects.get(case=row.case_id)
    assert incident.occurrence_ref == "31/00009/26"
    assert incident.officer == row.run.taken_by_name == cast.actor(who).name


def test_who_refers_tells_age_and_sex_as_the_police_minimum_data_standard_has_them(hub, cast):
    unborn = dict.fromkeys(("date_of_birth_day", "date_of_birth_month", "date_of_birth_year"), "")
    told = OFFICERS | unborn | {"token": str(uuid4()), "age": "15", "sex": "2", "kind": "sexual"}
    cast.browser("martin").post(OFFICER, told | {"consent": "unasked"})
    row = row_of("officer-referral")
    assert (row.raw["age"], row.raw["sex"]) == ("15", "2")
    assert row.verdict == "quarantine:consent_required"  # fifteen, though no date of birth was told
    Client().post(ENGLISH, typed(sex="1"))
    case = row_of().case_id
    with acting_as_system("tests"):
        assert Case.objects.select_related("person").get(id=case).person.sex == "1"


def test_what_a_newer_release_asks_is_read_in_a_hub_that_was_founded_before(hub):
    with acting_as_system("tests"):
        form = FeedSource.objects.get(code=SELF)
        form.definition["columns"].pop("sex")
        form.save()
    for edition in (2, 2):  # once
        Client().post(ENGLISH, typed(sex="2"))
        run_due()
        with acting_as_system("tests"):
            run = FeedRun.objects.order_by("-number")[0]
            [row] = FeedRow.objects.filter(run=run)
            assert run.edition == edition
            assert Case.objects.select_related("person").get(id=row.case_id).person.sex == "2"


def test_a_force_sees_what_its_officers_told_on_the_form_and_another_agency_does_not(hub, cast):
    for who, number in (("martin", "31/00009/26"), ("helen", "31/00010/26")):
        cast.browser(who).post(OFFICER, OFFICERS | {"token": str(uuid4()), "police_ref": number})
    run_due()
    seen = cast.browser("martin").get("/sent/").content.decode()
    assert "31/00009/26" in seen
    assert "Opened or joined a case" in seen
    assert "31/00010/26" not in seen


def test_a_referral_without_a_safe_way_is_held_back(hub, cast):
    cast.browser("martin").post(OFFICER, OFFICERS | {"token": str(uuid4()), "ways": []})
    assert row_of("officer-referral").verdict == "quarantine:no_safe_contact"


def test_who_may_not_refer_is_refused(hub, cast):
    assert cast.browser("grace").get(OFFICER).status_code == 403
    told = Told(kind="other", ways=frozenset(), given_names="Eirlys")
    with acting_as(cast.actor("grace")) as grace, pytest.raises(NotAllowed):
        take_referral(actor=grace, source=SELF, token=uuid4(), told=told, on_behalf=True)


def test_a_note_that_forbids_texts_is_a_rule():
    assert read_notes("Never text.") == {"no_texts": True}
    assert read_notes("Do not text") == {"no_texts": True}


def test_the_form_of_who_refers_speaks_of_somebody_else():
    form = OfficerReferralForm()
    assert "you" not in {word for bound in form.visible_fields() for word in str(bound.label).lower().split()}
