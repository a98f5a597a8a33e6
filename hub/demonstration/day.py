"""An invented day at the Northshire hub, made by the real road and by nothing else.

The bundled feed is imported, practitioners triage through the product's verbs, the workers route, and
partners pull and answer through the API. Every choice follows from the row's number, so that two
demonstrations of the same day are alike.
"""

import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as, acting_as_system
from agencies.actions.clients import add_api_client
from agencies.actions.on_call import give_turn
from agencies.models import Agency, Practitioner
from hub.demonstration.casework import let_one_lead, show_partners, split_one
from hub.demonstration.conferences import call_conference, hold_conferences
from hub.demonstration.partners import PartnerSystem
from hub.demonstration.queues import keep_queues
from hub.demonstration.rules import demonstrate_rules
from hub.demonstration.triage import triage_cases
from hub.founding import found
from messaging.models import Message
from messaging.relay import run_due
from referrals.actions import closing, triage
from referrals.actions.break_glass import break_glass
from referrals.actions.contact import record_contact
from referrals.actions.intake import take_feed
from referrals.actions.override import ask_override
from referrals.actions.referral import accept, recall, receive
from referrals.actions.restriction import give_personal_access, restrict
from referrals.actions.same_person import answer_suggestion
from referrals.actions.told import OFFICER, SELF, take_referral
from referrals.feed.told import Told
from referrals.models import Case, FeedRow, FeedRun, FeedSource, Referral
from referrals.queries.review import newest_case_of
from rights.actions.requests import open_request
from victims.actions.deduplication import start_deduplication
from victims.actions.safety import record_safety
from victims.models import Consent, ContactMethod, SamePersonSuggestion

PASSWORD = "northshire-demo-only"  # printed by `make run`, refused in production
FEED = "referrals/sources/examples/northshire-2026-11-16.csv"
ASKED = UUID("01a21409-0000-7000-8000-00000000a5ed")  # the filled-in forms of the demonstration
REFERRED = UUID("01a21409-0000-7000-8000-0000000e4ede")
FEED_DAY = date(2026, 11, 16)
PARTNER_SYSTEMS = ("safe-steps", "victim-care", "calder-house", "young-voices")
LONGEST_WAIT = 120

Tell = Callable[[str], None]


def demonstrate(*, tell: Tell, web: str | None = None) -> None:
    """Make the demonstration. `tell` gets a line for each step; `web` is the address of a running web process.

    Without `web` the API is called in this process. Workers may run or not: what is left over is done here.
    """
    tell("Founding the Northshire hub")
    found(settings.BASE_DIR / "hub" / "data" / "northshire.yaml")
    systems = _passwords_and_systems(web)
    call_conference(_practitioner)
    _fill_rota()
    tell("Importing the police feed")
    _import_feed()
    _ask_for_help()
    tell("Triaging: contact, consent, needs and risk")
    triage_cases(_practitioner)
    tell("Routing")
    _settle()
    tell("Partners pull and answer")
    for system in systems.values():
        system.work()
    _settle()
    _take_to_conference()
    show_partners(_practitioner("priya.nair@northshire.example"))
    let_one_lead(_practitioner("priya.nair@northshire.example"))
    split_one(_practitioner("priya.nair@northshire.example"))
    keep_queues(_practitioner)
    tell("Knowing people again")
    _know_again()
    _call_again()
    _refer_by_form()
    tell("Closing what is finished, recalling what was sent too early")
    _close()
    _recall()
    _rights()
    _ask_override()
    _settle()
    tell("Holding a case conference")
    hold_conferences(_practitioner)
    _settle()
    tell("Agreeing on rules: a dry run, a proposal, an objection, and what was amended")
    demonstrate_rules(who=_practitioner, settle=_settle)
    tell("Restricting a record, and breaking the glass of it")
    _restrict()
    _settle()


def is_empty() -> bool:
    """Whether nobody has been founded here yet."""
    return not Agency.objects.exists()


def _passwords_and_systems(web: str | None) -> dict[str, PartnerSystem]:
    with acting_as_system("demonstration") as actor:
        people = list(Practitioner.objects.all())
        for person in people:
            person.set_password(PASSWORD)
        Practitioner.objects.bulk_update(people, ["password"])
        systems = {}
        for code in PARTNER_SYSTEMS:
            client, secret = add_api_client(
                actor=actor, agency=Agency.objects.get(code=code), name="case system (demonstration)"
            )
            systems[code] = PartnerSystem(client, secret, web)
    return systems


def redated(feed: Path, *, days: int) -> str:
    """The feed's text with its report and occurrence times moved by whole days, so that its clocks are fresh."""

    def move(found: re.Match[str]) -> str:
        try:
            moved = datetime.strptime(found[0], "%d/%m/%Y %H:%M").replace(tzinfo=UTC) + timedelta(days=days)
        except ValueError:
            return found[0]  # a date that does not exist stays one
        return moved.strftime("%d/%m/%Y %H:%M")

    return re.sub(r"\b\d\d/\d\d/\d{4} \d\d:\d\d\b", move, feed.read_bytes().decode("cp1252"))


def _fill_rota() -> None:
    """Liam is on call today and tomorrow; after that nobody is yet, and the page says so."""
    liam = _practitioner("liam.byrne@northshire.example")
    with acting_as(_practitioner("dana.ahmed@northshire.example")) as dana:
        now = timezone.now()
        give_turn(actor=dana, practitioner_id=liam.id, starts_at=now, ends_at=now + timedelta(days=2))


def _import_feed() -> None:
    days = (timezone.localdate() - FEED_DAY).days - 1  # yesterday's reports arrive this morning
    source_file = settings.BASE_DIR / FEED
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / source_file.name
        path.write_bytes(redated(source_file, days=days).encode("cp1252"))
        with acting_as_system("intake") as actor:
            run = take_feed(
                actor=actor,
                source=FeedSource.objects.get(code="northshire-police"),
                path=path,
                file_name=source_file.name,
            )
    _wait(lambda: FeedRun.objects.filter(id=run.id, status=FeedRun.Status.FINISHED).exists(), "the feed")


def _ask_for_help() -> None:
    """Somebody who told nobody before fills in the public form."""
    told = Told(
        kind="stalking",
        ways=frozenset({"text", "email"}),
        given_names="Eirlys",
        surname="Penhale",
        date_of_birth=date(1991, 4, 12),
        phone="07700900871",
        email="eirlys.penhale@example.org",
        postcode="NP20 4AA",
        must_not_know="My former partner. He reads what comes by post.",
        hours="evening",
        consent=True,
        summary="He waits outside my work and sends messages from new numbers. I have not told the police.",
    )
    with acting_as_system("self-referral") as actor:
        run = take_referral(actor=actor, source=SELF, token=ASKED, told=told, on_behalf=False)
    _wait(lambda: FeedRun.objects.filter(id=run.id, status=FeedRun.Status.FINISHED).exists(), "the form")


def _refer_by_form() -> None:
    """A partner's practitioner refers somebody who came to them first; a colleague at the hub takes the case."""
    told = Told(
        kind="close",
        ways=frozenset({"call"}),
        given_names="Marged",
        surname="Trevanion",
        date_of_birth=date(1979, 9, 30),
        phone="07700900314",
        hours="morning",
        consent=True,
        relationship="husband",
        summary="She came to our drop-in. She wants help with the police and with her home.",
    )
    helen = _practitioner("helen.marsh@safesteps.example")
    with acting_as(helen):
        run = take_referral(actor=helen, source=OFFICER, token=REFERRED, told=told, on_behalf=True)
    _wait(lambda: FeedRun.objects.filter(id=run.id, status=FeedRun.Status.FINISHED).exists(), "the form")
    liam = _practitioner("liam.byrne@northshire.example")
    with acting_as_system("demonstration"):
        case = Case.objects.get(id__in=FeedRow.objects.filter(run=run).values("case_id"))
    with acting_as(liam):
        triage.assign(actor=liam, case_id=case.id, to=liam.id)


def _wait(done: Callable[[], bool], what: str) -> None:
    """Until `done`, helping with what is due: with workers running they do most of it."""
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        run_due()
        with acting_as_system("demonstration"):
            if done():
                return
        time.sleep(0.2)  # another worker holds the rest under its lease
    raise TimeoutError(f"The demonstration waited {LONGEST_WAIT} s for {what}: see the worker's log.")


def _settle() -> None:
    """Until nothing that is due is left in the outbox."""
    _wait(
        lambda: not Message.objects.filter(done_at__isnull=True, available_at__lte=timezone.now()).exists(),
        "the outbox",
    )


def _practitioner(email: str) -> Actor:
    with acting_as_system("demonstration"):
        return Practitioner.objects.select_related("agency").get(email=email).as_actor()


def _take_to_conference() -> None:
    """Of the cases at high risk the police's coordinators have taken the first; the others wait for them."""
    sian = _practitioner("sian.rowe@northshire-police.example")
    with acting_as(sian):
        sent = Referral.objects.filter(service__code="marac", status="sent").order_by("id").first()
        if sent is not None:
            receive(actor=sian, referral_id=sent.id)
            accept(actor=sian, referral_id=sent.id)


def _know_again() -> None:
    """The likeliest pair is confirmed, the others wait; and everybody is compared once, as each night."""
    with acting_as(_practitioner("priya.nair@northshire.example")) as actor:
        likely = SamePersonSuggestion.objects.filter(state=SamePersonSuggestion.State.OPEN, verdict="same")
        pair = likely.order_by("-score", "id").first()
        if pair is not None and (case := newest_case_of(actor=actor, suggestion_id=pair.id)) is not None:
            answer_suggestion(actor=actor, case_id=case.id, suggestion_id=pair.id, same=True)
    with acting_as_system("recognition") as actor:
        start_deduplication(actor=actor)
    _settle()


def _call_again() -> None:
    """A few whom nobody reached stand in the diary; one of them has agreed how to be called."""
    with acting_as(_practitioner("priya.nair@northshire.example")) as priya:
        mine = Case.objects.filter(assigned_to=priya.id, status="triaging").order_by("reference")
        numbers = ContactMethod.objects.filter(
            person__cases__in=mine, kind="mobile", safety="safe", rules={}
        ).order_by("id")
        for number, method in enumerate(numbers[:3]):
            case = mine.get(person_id=method.person_id)
            if not number:
                record_safety(
                    actor=priya,
                    case_id=case.id,
                    person_id=case.person_id,
                    contact_method_id=method.id,
                    safety="safe",
                    care={"code_word": "Bluebell", "cover_story": "say that it is the dentist’s"},
                )
            with suppress(triage.TriageRefused):
                record_contact(
                    actor=priya,
                    case_id=case.id,
                    contact_method_id=method.id,
                    channel="phone",
                    result="no_answer",
                )


def _close() -> None:
    """Cases whose partners have finished, and one that wanted no support, are closed with their end state."""
    dana = _practitioner("dana.ahmed@northshire.example")
    with acting_as(dana):
        finished = Case.objects.filter(closed_at__isnull=True, referrals__status="completed").exclude(
            referrals__status__in=("sent", "received", "accepted", "in_progress")
        )
        for case in finished.distinct()[:4]:
            end_state = "supported_enhanced" if case.entitlement == "enhanced" else "supported_standard"
            closing.close_case(
                actor=dana,
                case_id=case.id,
                end_state=end_state,
                reason="Support has ended as agreed.",
                without="It was not recorded.",
            )


def _rights() -> None:
    """One person asks for a copy of what is held about them."""
    priya = _practitioner("priya.nair@northshire.example")
    with acting_as(priya):
        case = Case.objects.filter(status="routed").order_by("reference").first()
        if case is not None:
            open_request(
                actor=priya,
                person_id=case.person_id,
                kind="access",
                asked_by="The person, by letter",
                identity_check="Called back on a number known to be safe",
                received_on=timezone.localdate() - timedelta(days=12),
            )


def _recall() -> None:
    """One referral that nobody has answered is taken back."""
    dana = _practitioner("dana.ahmed@northshire.example")
    with acting_as(dana):
        waiting = Referral.objects.filter(status="sent").order_by("id").first()
        if waiting is not None:
            recall(actor=dana, referral_id=waiting.id, reason_words="The person asked for a week to think.")


def _restrict() -> None:
    """One record that waits is restricted by dana, who lets priya in; liam breaks the glass, for dana to review."""
    dana, priya, liam = (
        _practitioner(f"{name}@northshire.example") for name in ("dana.ahmed", "priya.nair", "liam.byrne")
    )
    with acting_as(dana):
        case = Case.objects.filter(status="new").order_by("-reference").first()
        if case is None:
            return
        restrict(
            actor=dana,
            case_id=case.id,
            reason="staff",
            words="Works for one of our partner agencies.",
            owner_id=dana.id,
        )
        give_personal_access(actor=dana, case_id=case.id, to=priya.id, reason="Carries the case.")
    with acting_as(liam):
        reason = "A sister rings: not safe tonight, and neither Dana nor Priya answers the telephone."
        break_glass(actor=liam, reference=case.reference, reason=reason)


def _ask_override() -> None:
    """Where consent was refused, a practitioner asks to tell an agency all the same; a supervisor has yet to decide."""
    priya = _practitioner("priya.nair@northshire.example")
    with acting_as(priya):
        refused = Consent.objects.filter(answer="refused").order_by("id").first()
        if refused is None or Case.objects.get(id=refused.case_id).closed_at is not None:
            return
        ask_override(
            actor=priya,
            case_id=refused.case_id,
            agency_id=refused.agency_id,
            categories=["identity", "contact"],
            reason_code="serious_harm",
            reason_words="Threats against the person were reported again this morning.",
            until=timezone.now() + timedelta(days=14),
        )
