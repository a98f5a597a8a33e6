"""What a partner is told of a referral, written out field by field: the API and the partner's pages show this alone.

A part is there only if its data category is in the referral; once the referral has ended, state and dates are
left. A way of contact that is marked as unsafe shows that it is, never what it is.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from access.categories import Category
from agencies.sharing import PURPOSES
from pathways.items import plain
from pathways.models import Assessment
from pathways.pathway import BASIS_WORDS
from pathways.queries.versions import Voice
from referrals.models import AskedNeed, CaseNote, Document, Referral, Split, Transfer
from referrals.queries.asked_needs import need_words
from referrals.queries.contact import VERBS, Way
from referrals.queries.facts import intake_facts
from referrals.queries.handovers import joint_call_shown, waits_to_be_read
from referrals.queries.leads import YOU
from referrals.queries.referrals import PartnerFile, cases_shown, partner_file
from referrals.queries.why import why_told
from victims.models import ContactMethod


def lines_for_partner(referrals: Iterable[Referral]) -> list[dict[str, Any]]:
    """Referrals as lines of a list, without personal data."""
    listed = list(referrals)
    cases = cases_shown(listed)
    return [
        {
            "id": referral.id,
            "case_reference": cases[referral.case_id].reference if referral.case_id in cases else "",
            "service": referral.service.code,
            "status": referral.status,
            "version": referral.version,
            "urgent": referral.urgent,
            "sent_at": referral.sent_at,
            "answer_due_at": referral.answer_due_at,
        }
        for referral in listed
    ]


def for_partner(referral: Referral) -> dict[str, Any]:
    """One referral with what its agency may know of the case now."""
    file = partner_file(referral=referral)
    told: dict[str, Any] = {
        "id": referral.id,
        "status": referral.status,
        "version": referral.version,
        "service": {"code": referral.service.code, "name": referral.service.name},
        "team": {"code": referral.team.code, "name": referral.team.name},
        "urgent": referral.urgent,
        "sent_at": referral.sent_at,
        "answer_due_at": referral.answer_due_at,
        "received_at": referral.received_at,
        "answered_at": referral.answered_at,
        "ended_at": referral.ended_at,
        "reason": referral.reason_code,
    }
    if file.case is None:
        return told
    why = why_told(referral=referral, sight=file.sight)
    told |= {
        "case_reference": file.case.reference,
        "categories": [category for category in referral.categories if file.tells(Category(category))],
        "purpose": {"code": referral.purpose, "words": PURPOSES.get(referral.purpose, referral.purpose)},
        "basis": {"code": referral.basis, "words": BASIS_WORDS[referral.basis]},
        "agreement": file.agreement,
        "why": {
            "sentence": why.sentence,
            "withheld": why.withheld,
            "read": [{"fact": one.fact, "words": one.words, "value": one.value} for one in why.read],
            "agreed": [_voice(one) for one in why.voices],
        },
        "pathway": {
            "code": referral.pathway_version.code,
            "version": referral.pathway_version.number,
            "title": referral.pathway_version.title,
            "route": "" if why.withheld else referral.route,
        },
    }
    parts = {
        Category.IDENTITY: _identity,
        Category.CONTACT: _contact,
        Category.SAFE_ADDRESS: _safe_address,
        Category.INCIDENT: _incident,
        Category.ASSESSMENT: _assessment,
        Category.NOTES: _notes,
    }
    told |= {str(category): part(file) for category, part in parts.items() if file.tells(category)}
    told["progress"] = referral.progress_lines
    told["needs"] = [{"code": one, "words": need_words(one)} for one in file.needs]
    told["split_from"] = referral.split_from_id if file.rest == YOU else None
    told["rest"] = file.rest
    told["part"] = _part(file.given) if file.given else None
    told["splits"] = [_split(one) for one in referral.splits.all()]
    told["lead"] = file.lead
    told["handover"] = _handover(file)
    told["transfers"] = [_transfer(one) for one in referral.transfers.all()]
    told["shared_notes"] = [_shared_note(one) for one in file.notes]
    return told | {"documents": [_given_document(one) for one in file.documents]}


def _handover(file: PartnerFile) -> dict[str, Any] | None:
    """What must be known first, of the categories that the agency is told; None where nobody wrote it."""
    note = file.handover
    if note is None or not file.tells(Category(note.category)):
        return None
    return {
        **note.text,
        "joint_call_at": note.joint_call_at if joint_call_shown(note, file.sight) else None,
        "by": note.written_by_name,
        "from_hub": note.from_hub,
        "given_by": note.given_by,
        "at": note.written_at,
        "acknowledged_by": note.acknowledged_by_name,
        "acknowledged_at": note.acknowledged_at,
        "waits": waits_to_be_read(note, file.referral),
    }


def _transfer(one: Transfer) -> dict[str, Any]:
    """One transfer inside the agency, or one that it asked the hub for; who takes over there is not told."""
    return {
        "status": one.status,
        "from": one.from_team.code,
        "to": one.service.team.code if one.service else None,
        "why": one.why,
        "by": one.asked_by_name,
        "at": one.asked_at,
        "answer": one.decided_words,
        "answered_at": one.decided_at,
    }


def _part(given: AskedNeed) -> dict[str, Any]:
    """Who gave the agency its part of split work, when and why."""
    return {"by": given.asked_by_name, "at": given.asked_at, "why": given.why}


def _split(one: Split) -> dict[str, Any]:
    """One split of the referral's work; which other agency has the part is not told."""
    return {
        "status": one.status,
        "needs": [{"code": need, "words": need_words(need)} for need in one.needs],
        "to": one.service.team.code if one.service else None,
        "why": one.why,
        "by": one.asked_by_name,
        "at": one.asked_at,
        "answer": one.decided_words,
        "answered_at": one.decided_at,
        "given_back_at": one.given_back_at,
    }


def _given_document(document: Document) -> dict[str, Any]:
    """A document that the hub has given to this agency; what is in it is downloaded by its id."""
    return {
        "id": document.id,
        "title": document.title,
        "kind": document.kind,
        "media_type": document.media_type,
        "size": document.size,
        "scanned": bool(document.scanned_by),
        "at": document.uploaded_at,
    }


def _shared_note(note: CaseNote) -> dict[str, Any]:
    """A note that the hub has chosen to show to this agency."""
    return {
        "kind": note.kind,
        "text": note.text,
        "by": note.written_by_name,
        "at": note.written_at,
        "edition": note.edition,
    }


def _voice(voice: Voice) -> dict[str, Any]:
    """What one agency said about the pathway version; position is "" where it has not answered."""
    return {
        "agency": voice.agency,
        "position": voice.position,
        "by": voice.by_name,
        "on": voice.on,
        "reasons": voice.reasons,
    }


def _identity(file: PartnerFile) -> dict[str, Any]:
    case = file.case
    assert case is not None  # noqa: S101 - a part is made only for a case that is told
    person = case.person
    return {
        "given_names": file.name.given_names,
        "surname": file.name.surname,
        "person_reference": person.reference,
        "date_of_birth": person.date_of_birth,
        "age": intake_facts(case)["age"],
        "language": person.language,
        "interpreter": person.interpreter,
        "entitlement": case.entitlement,
        "risk": case.risk,
    }


def _contact(file: PartnerFile) -> dict[str, Any]:
    asked = file.access_needs
    return {
        "checked_at": timezone.now(),
        "ways": [_way(way) for way in file.ways],
        "access_needs": None
        if asked is None
        else [{"code": code, "words": words} for code, words in zip(asked.needs, asked.words, strict=True)],
    }


def _safe_address(file: PartnerFile) -> dict[str, Any] | None:
    return file.safe_address.place if file.safe_address else None


def _way(way: Way) -> dict[str, Any]:
    hidden = way.safety == ContactMethod.Safety.UNSAFE
    return {
        "channel": way.channel,
        "words": VERBS[way.channel],
        "value": None if hidden else way.target,
        "safe_now": way.safe,
        "why": way.answer,
        "senders_note": "" if hidden else way.notes,
    }


def _incident(file: PartnerFile) -> dict[str, Any]:
    return {
        "reports": [
            {
                "source": one.source.name,
                "reference": one.crime_ref,
                "offence_code": one.offence_code,
                "offence": one.offence_label,
                "group": one.offence_group,
                "flags": one.flags,
                "reported_at": one.reported_at,
                "occurred_from": one.occurred_from,
                "occurred_to": one.occurred_to,
                "officer": one.officer,
                "summary": one.summary,
            }
            for one in file.incidents
        ],
        "alleged_perpetrators": [{"name": one.name, "relationship": one.kind} for one in file.perpetrators],
    }


def _assessment(file: PartnerFile) -> list[dict[str, Any]]:
    return [
        {
            "instrument": made.instrument.code,
            "edition": made.instrument.edition,
            "title": made.instrument.title,
            "stage": made.stage,
            "completed_at": made.completed_at,
            "completed_by": made.completed_by_name,
            "grade": made.grade,
            "judgement": made.judgement,
            "rationale": made.rationale,
            "count": made.score["count"],
            "answers": _answers(made),
        }
        for made in file.assessments
    ]


def _answers(made: Assessment) -> list[dict[str, Any]]:
    answers, told = [], made.all_answers
    for item in made.instrument.definition["items"]:
        if item["code"] in made.withheld:
            continue
        given = told.get(item["code"])
        severity = given.get("severity") if isinstance(given, dict) else None
        answers.append(
            {"code": item["code"], "label": item["label"], "answer": plain(given), "severity": severity}
        )
    return answers


def _notes(file: PartnerFile) -> list[dict[str, Any]]:
    return [
        {
            "at": one.attempted_at,
            "by": one.attempted_by_name,
            "channel": one.channel,
            "result": one.result,
            "notes": one.notes,
        }
        for one in file.attempts
    ]
