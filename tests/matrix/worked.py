"""The work on each case of the world: what practitioners write, whom it is sent to, and what either side answers."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from access.context import acting_as, acting_as_system
from agencies.models import Agency, Team
from messaging.relay import run_due
from pathways.models import InstrumentVersion
from referrals.actions import referral as verbs
from referrals.actions.assess import assess_case
from referrals.actions.call_backs import plan_call_back
from referrals.actions.case_tasks import Wanted, give_task
from referrals.actions.challenges import challenge_referral
from referrals.actions.closing import close_case
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.contact import record_contact
from referrals.actions.documents import share_document, upload_document
from referrals.actions.notes import share_note, write_note
from referrals.actions.sight import give_sight
from referrals.models import (
    Case,
    Prompt,
    Referral,
    RoutingDecision,
)
from referrals.queries.circumstances import Circumstances
from tests.cast import Cast
from tests.factories import a_referral
from tests.matrix.canaries import HUB, word
from tests.matrix.policy import AGREED, SAFE_STEPS, VICTIM_CARE
from tests.matrix.target import Target

SERVICES = {SAFE_STEPS: "idva", VICTIM_CARE: "victim-care"}

ANSWERS_FOR = {SAFE_STEPS: "helen", VICTIM_CARE: "ruth"}


def worked(cast: Cast, target: Target) -> None:
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


def carried_on(cast: Cast, target: Target) -> None:
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
