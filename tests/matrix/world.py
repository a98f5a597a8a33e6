"""The world that the matrix walks: one case for each relation of policy.RELATIONS, with a canary in every field.

Cases are begun as intake leaves them and carried on by the product's own verbs, so that what ends a sight here
is what ends it in the product.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system, hub_id
from access.ids import new_id
from access.models import BreakGlassReview, ChainFault, Conflict, Hint, PersonalGrant
from agencies.actions.invitations import invite
from agencies.actions.notifications import Told, notify
from agencies.actions.on_call import give_turn
from agencies.models import Agency, Agreement, ApiClient, Notification, Service, Team
from messaging.models import Event
from messaging.relay import run_due
from pathways.models import InstrumentVersion, PathwayVersion
from referrals.actions import referral as verbs
from referrals.actions.assess import assess_case
from referrals.actions.break_glass import break_glass
from referrals.actions.call_backs import plan_call_back
from referrals.actions.case_tasks import Wanted, give_task
from referrals.actions.challenges import challenge_referral
from referrals.actions.closing import close_case
from referrals.actions.conferences import call_meeting, list_case
from referrals.actions.conflicts import declare_conflict, end_conflict
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.contact import record_contact
from referrals.actions.documents import share_document, upload_document
from referrals.actions.meeting import (
    begin_meeting,
    circulate_minutes,
    close_meeting,
    confirm_statement,
    record_passage,
    set_action,
)
from referrals.actions.notes import share_note, write_note
from referrals.actions.override import ask_override
from referrals.actions.research import answer_research, ask_agencies
from referrals.actions.restriction import end_personal_access, give_personal_access, lift, restrict
from referrals.actions.sight import give_sight
from referrals.grounds import OVERRIDE_REASONS
from referrals.models import (
    Case,
    FeedRow,
    FeedRun,
    FeedSource,
    Incident,
    Prompt,
    Referral,
    Research,
    RoutingDecision,
)
from referrals.queries.circumstances import Circumstances
from referrals.queries.keyset import Place
from reporting.actions.dry_runs import rehearse
from rights.actions.corrections import tell_recipients
from rights.actions.holds import place_hold
from rights.actions.information import record_information_request
from rights.actions.requests import open_request
from rights.models import Notice, RetentionReview
from tests.cast import Cast
from tests.factories import a_case, a_referral, a_suggestion, next_number
from tests.matrix.canaries import EXISTENCE, HUB, REFERRAL, SENT, phone, postcode, word
from tests.matrix.policy import AGREED, RELATIONS, SAFE_STEPS, VICTIM_CARE, Relation
from tests.referrals.feeds import a_row
from victims.actions.weights import start_estimate
from victims.models import ContactMethod, Identifier, PersonLink, Relationship, SafeAddress

SERVICES = {SAFE_STEPS: "idva", VICTIM_CARE: "victim-care"}
GUARDED = ("own", "accepted", "restricted", "conflict")
"""Relations whose person is held, up for review and hinted at: one for each way of reading, for a walk takes long."""
TOLD_TO_ERASE = ("accepted", "narrow", "partner's")
ANSWERS_FOR = {SAFE_STEPS: "helen", VICTIM_CARE: "ruth"}


@dataclass
class Target:
    """One case of the world. fills: what doors ask for, by the name of a parameter."""

    number: int
    name: str
    relation: Relation
    case: Case
    fills: dict[str, str] = field(default_factory=dict)
    referrals: dict[str, UUID] = field(default_factory=dict)

    def fillings(self) -> list[dict[str, str]]:
        """What doors ask for, once for each of the case's referrals."""
        return [self.fills | {"referral": str(one)} for one in self.referrals.values()] or [self.fills]


@dataclass
class World:
    targets: dict[str, Target]
    shared: dict[str, str]
    """What doors ask for that belongs to no case: an agency, a practitioner, a feed run, a pathway."""
    names: dict[str, tuple[int, str]]
    """Ids and references, in small letters: whose they are, and of what kind knowing them is."""

    def of(self, number: int) -> Target:
        return next(target for target in self.targets.values() if target.number == number)


def build() -> World:
    """Make every case, committed. Takes a few seconds."""
    cast = Cast()
    targets: dict[str, Target] = {}
    for number, (name, relation) in enumerate(RELATIONS.items(), start=1):
        earlier = targets.get(relation.same_person_as)
        targets[name] = _begun(number, name, relation, earlier)
        _worked(cast, targets[name])
        _carried_on(cast, targets[name])
    for target in targets.values():
        if not target.relation.same_person_as:
            _asked_of(cast, target)
        if target.name in GUARDED:
            _guarded(cast, target)
        if target.name in TOLD_TO_ERASE:
            _told_to_erase(cast, target)
        _kept_apart(cast, target)
    for target in targets.values():
        earlier = targets.get(target.relation.same_person_as)
        target.fills["link"] = earlier.fills["link"] if earlier else _linked(target.case)
    meeting = _conferred(cast, [one for one in targets.values() if one.relation.heard])
    run = _fed(targets)
    in_turn = list(targets.values())
    for one, other in zip(in_turn, [*in_turn[1:], in_turn[0]], strict=True):
        if one.case.person_id != other.case.person_id:
            suggestion = a_suggestion(one.case.person, other.case.person)
            one.fills["suggestion"] = str(suggestion.id)
    with acting_as(cast.actor("dana")) as dana:
        pathway = PathwayVersion.objects.latest("number")
        today = timezone.localdate()
        rehearsed = rehearse(actor=dana, version_id=pathway.id, since=today, until=today)
        weights = start_estimate(actor=dana)
        now = timezone.now()
        turn = give_turn(actor=dana, practitioner_id=dana.id, starts_at=now, ends_at=now + timedelta(days=1))
    for target in targets.values():
        target.fills["notification"] = _told_of(cast, target.case)
    run_due()
    _placed(targets)
    with acting_as_system("tests"):
        fault = ChainFault.objects.create(
            hub_id=hub_id(), words="A look of the tests is not there.", found_at=timezone.now()
        )
        client = ApiClient.objects.get(agency__code=SAFE_STEPS)
        agreement = Agreement.objects.latest("id").code
        service = Service.objects.get(code="idva").id
    with acting_as(cast.actor("ines")) as ines:
        invited = invite(
            actor=ines,
            agency_id=ines.agency_id,
            email="new@safesteps.example",
            role="partner_practitioner",
            teams=(),
        )
    shared = {
        "run": str(run.number),
        "agency": SAFE_STEPS,
        "agency_id": str(cast.actor("helen").agency_id),
        "practitioner": str(cast.practitioner("liam").id),
        "owner": str(cast.practitioner("dana").id),
        "client": str(client.id),
        "invitation": str(invited.id),
        "fault": str(fault.id),
        "agreement": agreement,
        "service": str(service),
        "conference": str(meeting),
        "pathway": pathway.code,
        "dry_run": str(rehearsed.id),
        "weights": str(weights.id),
        "turn": str(turn.id),
    }
    return World(targets, shared, _names(targets))


def _told_of(cast: Cast, case: Case) -> str:
    """A notification of somebody of the hub; to everybody else, and once the case is closed to them, it is absent."""
    told = Told("case_assigned", new_id(), case.opened_at, case_id=case.id)
    with acting_as_system("tests") as system:
        notify(actor=system, told=told, people=[cast.practitioner("priya").id])
        return str(Notification.objects.get(event_id=told.event_id).id)


def _linked(case: Case) -> str:
    """Another record that is known to be of the same person, and of nobody else of the world."""
    other = a_case(phone="01632960999")  # no canary
    newer, older = sorted((case.person_id, other.person_id), reverse=True)
    with acting_as_system("tests"):
        link = PersonLink(
            person_id=newer,
            other_id=older,
            case_id=case.id,
            linked_by=case.id,
            linked_by_name="tests",
            linked_at=timezone.now(),
        )
        PersonLink.objects.bulk_create([link])
    return str(link.id)


def _begun(number: int, name: str, relation: Relation, earlier: Target | None) -> Target:
    """The case as intake leaves it."""
    case = a_case(
        given_names=word(number, "identity", "given"),
        surname=word(number, "identity", "surname"),
        language=word(number, "identity", "language"),
        phone=phone(number),
        email=f"{word(number, 'contact', 'email')}@example.org",
        contact_notes=word(number, "contact", "note"),
        postcode=postcode(number),
        person=earlier.case.person if earlier else None,
        status="triaged",
    )
    with acting_as_system("tests"):
        Incident.objects.filter(case=case).update(
            summary=word(number, "incident", "summary"),
            officer=word(number, "incident", "officer"),
            crime_ref=word(number, "incident", "crime"),
        )
        accused = Relationship.objects.create(
            person=case.person,
            case_id=case.id,
            scheme="northshire-police",
            nominal=word(number, "incident", "nominal"),
            name=word(number, "incident", "perpetrator"),
            kind="EX-PARTNER",
            recorded_at=case.opened_at,
        )
        if earlier is None:
            SafeAddress.objects.create(
                person=case.person,
                place={
                    "lines": word(number, "safe_address", "refuge"),
                    "postcode": postcode(number, safe=True),
                },
                recorded_at=case.opened_at,
            )
            Identifier.objects.create(
                person=case.person, scheme="northshire-police", value=word(number, HUB, "nominal")
            )
        method = ContactMethod.objects.filter(person=case.person_id, kind="mobile").get()
    fills = {
        "reference": case.reference,
        "case": str(case.id),
        "person": str(case.person_id),
        "person_reference": case.person.reference,
        "method": str(method.id),
        "accused": str(accused.id),
        "surname": word(earlier.number if earlier else number, "identity", "surname"),
        "postcode": postcode(number),
    }
    return Target(number, name, relation, case, fills)


def _worked(cast: Cast, target: Target) -> None:
    """What a practitioner writes: consent, a contact attempt, an assessment."""
    case, number = target.case, target.number
    with acting_as(cast.actor("priya")) as priya:
        agencies = Agency.objects.filter(code__in=target.relation.referred)
        if agencies:
            told = target.relation.tells
            answers = [AgencyAnswer(one.id, "given", told.get(one.code, AGREED)) for one in agencies]
            record_consents(actor=priya, case_id=case.id, answers=answers, how="by phone")
        record_contact(
            actor=priya,
            case_id=case.id,
            contact_method_id=UUID(target.fills["method"]),
            channel="phone",
            result="spoke",
            notes=word(number, "notes", "attempt"),
        )
        plan_call_back(
            actor=priya,
            case_id=case.id,
            contact_method_id=UUID(target.fills["method"]),
            channel="phone",
            at=timezone.now() + timedelta(days=3),
        )
        needs = InstrumentVersion.objects.filter(code="needs-8").latest("edition").definition["items"]
        in_need = {item["code"]: {"need": "yes", "severity": 2} for item in needs}
        assess_case(actor=priya, case_id=case.id, instrument_code="needs-8", answers=in_need)
        items = InstrumentVersion.objects.filter(code="risk-24").latest("edition").definition["items"]
        made = assess_case(
            actor=priya,
            case_id=case.id,
            instrument_code="risk-24",
            answers={item["code"]: "yes" if place < 4 else "no" for place, item in enumerate(items)},
            judgement="high",
            rationale=word(number, "assessment", "rationale"),
        )
        target.fills["assessment"] = str(made.id)
        target.fills["prompt"] = str(Prompt.objects.get(case=case).id)
        triage = Team.objects.get(code="hub-triage")
        task = give_task(
            actor=priya,
            case_id=case.id,
            wanted=Wanted(word(number, HUB, "task"), case.opened_at, team_id=triage.id),
        )
        target.fills["task"] = str(task.id)
        for kind, of in (("health", "health"), ("legal", HUB)):
            write_note(actor=priya, case_id=case.id, kind=kind, text=word(number, of, "note"))
        written = write_note(actor=priya, case_id=case.id, kind="general", text=word(number, "notes", "note"))
        target.fills["note"] = str(written.note)
        kept = upload_document(
            actor=priya,
            case_id=case.id,
            kind="general",
            title=word(number, "notes", "title"),
            content=b"%PDF-1.7 " + word(number, "notes", "content").encode(),
        )
        target.fills["document"] = str(kept.id)
        if target.name == "own":
            Case.objects.filter(id=case.id).update(assigned_to=priya.id)


def _carried_on(cast: Cast, target: Target) -> None:
    """Sent to whom the relation says, and from there by the verbs of either side."""
    for agency in target.relation.referred:
        told = target.relation.tells.get(agency, AGREED)
        target.referrals[agency] = _sent(target, agency, told)
        with acting_as(cast.actor("priya")) as priya:
            words = word(target.number, HUB, "challenge")
            raised = challenge_referral(actor=priya, referral_id=target.referrals[agency], words=words)
            target.fills["challenge"] = str(raised.id)
            if "notes" in told:
                agency_id = Agency.objects.get(code=agency).id
                share_note(
                    actor=priya, case_id=target.case.id, note=UUID(target.fills["note"]), agency_id=agency_id
                )
                share_document(
                    actor=priya,
                    case_id=target.case.id,
                    document_id=UUID(target.fills["document"]),
                    agency_id=agency_id,
                    nothing_to_redact="Nobody else is in it.",
                )
    if not target.referrals:
        return
    for agency, referral in target.referrals.items():
        _answered(cast, target, agency, referral)
    if target.name == "closed":
        with acting_as(cast.actor("priya")) as priya:
            reason = word(target.number, "identity", "closing")
            close_case(
                actor=priya,
                case_id=target.case.id,
                end_state="supported_standard",
                reason=reason,
                without="Nobody recorded it here.",
            )


def _sent(target: Target, agency: str, told: Iterable[str]) -> UUID:
    made = a_referral(target.case, service=SERVICES[agency])
    with acting_as_system("tests"):
        Referral.objects.filter(id=made.id).update(categories=list(told))
        RoutingDecision.objects.filter(id=made.decision_id).update(decided_by="tests")
        Case.objects.filter(id=target.case.id).update(status="routed")
        give_sight(known=Circumstances(target.case, at=timezone.now()), sent=[made])
        verbs.publish(verbs.happening(made, verb="send", from_="draft", at=timezone.now()))
    return made.id


def _answered(cast: Cast, target: Target, agency: str, referral: UUID) -> None:
    name = target.name
    if name in ("sent", "new", "own", "again"):
        return
    if name == "expired":
        with acting_as_system("tests") as system:
            verbs.expire(actor=system, referral_id=referral)
        return
    if name == "recalled":
        with acting_as(cast.actor("priya")) as priya:
            words = word(target.number, HUB, "recall")
            verbs.recall(actor=priya, referral_id=referral, reason_words=words)
        return
    with acting_as(cast.actor(ANSWERS_FOR[agency])) as partner:
        asked = {"actor": partner, "referral_id": referral}
        if name == "declined" or (name == "both" and agency == VICTIM_CARE):
            verbs.decline(**asked, reason_code="no_capacity")
        elif name == "returned":
            verbs.return_to_hub(**asked, reason_words="Is she safe at home?")
        else:
            verbs.accept(**asked)
        if name in ("started", "completed", "closed"):
            verbs.start(**asked)
        if name in ("completed", "closed"):
            verbs.complete(**asked, outcomes=[{"domain": "safety", "result": "improved"}])
    if name == "withdrawn":
        with acting_as(cast.actor("priya")) as priya:
            withdrawn = AgencyAnswer(Agency.objects.get(code=agency).id, "withdrawn")
            record_consents(actor=priya, case_id=target.case.id, answers=[withdrawn], how="by phone")
        run_due()


def _kept_apart(cast: Cast, target: Target) -> None:
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


def _conferred(cast: Cast, targets: list[Target]) -> UUID:
    """A conference to which Safe Steps alone is invited: from the list to the minutes."""
    with acting_as(cast.actor("dana")) as dana:
        meeting = call_meeting(
            actor=dana,
            kind="marac",
            starts_at=timezone.now() + timedelta(hours=6),
            place="Room 1",
            chair_name="DI Rowan Price",
            agencies=[cast.actor("helen").agency_id],
        )
        confirm_statement(actor=dana, conference_id=meeting.id)
        for target in targets:
            listing = list_case(
                actor=dana,
                case_id=target.case.id,
                conference_id=meeting.id,
                ground="judgement",
                words=word(target.number, "assessment", "listing"),
            )
            target.fills["listing"] = str(listing.id)
        ask_agencies(actor=dana, conference_id=meeting.id)
    with acting_as(cast.actor("helen")) as helen:
        confirm_statement(actor=helen, conference_id=meeting.id)
        asked = {one.case_id: one for one in Research.objects.filter(conference=meeting)}
        for target in targets:
            if target.case.id in asked:
                said = {kind: word(target.number, kind, "research") for kind in ("incident", "notes")}
                research = asked[target.case.id].id
                target.fills["research"] = str(research)
                answer_research(actor=helen, research_id=research, known=True, told=said)
    with acting_as(cast.actor("dana")) as dana:
        begin_meeting(actor=dana, conference_id=meeting.id)
        for target in targets:
            listing_id = UUID(target.fills["listing"])
            kinds = {"discussion": "notes", "risks": "assessment", "decision": "notes", "summary": HUB}
            for part, kind in kinds.items():
                said_there = word(target.number, kind, part)
                record_passage(actor=dana, listing_id=listing_id, part=part, words=said_there)
            action = set_action(
                actor=dana,
                listing_id=listing_id,
                agency_id=cast.actor("helen" if target.case.id in asked else "dana").agency_id,
                words=word(target.number, "notes", "action"),
                due_at=timezone.now() + timedelta(days=5),
            )
            target.fills["action"] = str(action.id)
        close_meeting(actor=dana, conference_id=meeting.id)
        circulate_minutes(actor=dana, conference_id=meeting.id)
    return meeting.id


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


def _asked_of(cast: Cast, target: Target) -> None:
    """Requests over the person's data, as the person and as an investigator make them."""
    number, today = target.number, timezone.localdate()
    with acting_as(cast.actor("dana")) as dana:
        asked = {"actor": dana, "person_id": target.case.person_id, "received_on": today}
        request = open_request(
            **asked,
            kind="access",
            asked_by=word(number, HUB, "asker"),
            identity_check=word(number, HUB, "identity"),
        )
        told = record_information_request(
            **asked,
            body="Northshire Police",
            requester=word(number, HUB, "requester"),
            asks=word(number, HUB, "asks"),
            line_of_enquiry="Whether she was there.",
            necessary="Nobody else knows.",
            proportionate="One day is asked for.",
            counselling=False,
        )
    target.fills |= {"request": str(request.id), "information": str(told.id)}


def _guarded(cast: Cast, target: Target) -> None:
    """A legal hold, a review of its retention, and a hint that somebody's looks at it were unusual."""
    person, now = target.case.person, timezone.now()
    with acting_as(cast.actor("dana")) as dana:
        hold = place_hold(actor=dana, person_id=person.id, reason=word(target.number, HUB, "hold"))
    with acting_as_system("tests"):
        review = RetentionReview.objects.create(
            person=person, rule="supported", edition="2026", due_on=timezone.localdate(), found_at=now
        )
        liam = cast.practitioner("liam")
        hint = Hint.objects.create(
            rule=Hint.Rule.OWN_SURNAME, day=timezone.localdate(), actor_kind="practitioner", actor_id=liam.id,
            actor_name="Liam Byrne", subject=person.id, looks=3, found_at=now,
        )  # fmt: skip
    target.fills |= {"hold": str(hold.id), "retention": str(review.id), "hint": str(hint.id)}


def _told_to_erase(cast: Cast, target: Target) -> None:
    with acting_as(cast.actor("dana")):
        (notice,) = tell_recipients(
            person_id=target.case.person_id, kind=Notice.Kind.ERASE, at=timezone.now()
        )
    target.fills["notice"] = str(notice.id)


def _placed(targets: dict[str, Target]) -> None:
    """The cursors that lead to each case in lists, and an event of its timeline."""
    with acting_as_system("tests"):
        for target in targets.values():
            case = Case.objects.get(id=target.case.id)
            target.fills["cursor"] = Place(case.due_at, case.id).as_cursor()
            target.fills["area"] = case.area
            held = PersonalGrant.objects.filter(person_id=case.person_id)
            declared = Conflict.objects.filter(person_id=case.person_id)
            opened = BreakGlassReview.objects.filter(person_id=case.person_id)
            for fill, rows in (("grant", held), ("conflict", declared), ("review", opened)):
                if row := rows.order_by("-id").first():
                    target.fills[fill] = str(row.id)
            if clock := case.clocks.filter(referral=None).first():
                target.fills["clock"] = str(clock.id)
            if event := Event.objects.filter(case_id=case.id).order_by("-id").first():
                target.fills["event"] = str(event.id)


def _fed(targets: dict[str, Target]) -> FeedRun:
    """The rows that the cases came from, and one that is held: each as the sender wrote it."""
    now = timezone.now()
    with acting_as_system("tests"):
        run = FeedRun.objects.create(
            source=FeedSource.objects.get(code="northshire-police"),
            number=next_number("referrals_run_number"),
            file_name="day.csv",
            sha256="0" * 64,
            encoding="utf-8",
            status=FeedRun.Status.FINISHED,
            received=len(targets) * 2,
            judged=len(targets) * 2,
            counts={"workable": len(targets), "quarantine:no_safe_contact": len(targets)},
            taken_at=now,
            taken_by=Cast().practitioner("priya").id,
            taken_by_name="Priya Nair",
            finished_at=now,
        )
        for line, target in enumerate(targets.values()):
            raw = a_row(SURNAME=word(target.number, SENT, "raw"))
            known = {"person_id": target.case.person_id, "case_id": target.case.id}
            FeedRow.objects.create(
                run=run, line=2 * line, raw=raw, verdict="workable", judged_at=now, **known
            )
            held = FeedRow.objects.create(
                run=run,
                line=2 * line + 1,
                raw=raw,
                verdict="quarantine:no_safe_contact",
                reason="No way of contact is safe.",
                judged_at=now,
                person_id=target.case.person_id,
            )
            target.fills["held"] = str(held.id)
        return run


def _names(targets: dict[str, Target]) -> dict[str, tuple[int, str]]:
    kinds = {
        "reference": EXISTENCE,
        "case": REFERRAL,
        "person": REFERRAL,
        "person_reference": EXISTENCE,
        "method": "contact",
        "assessment": "assessment",
    }
    names: dict[str, tuple[int, str]] = {}
    for target in targets.values():
        for fill, kind in kinds.items():
            names.setdefault(target.fills[fill].lower(), (target.number, kind))
        for referral in target.referrals.values():
            names[str(referral).lower()] = (target.number, REFERRAL)
    return names
