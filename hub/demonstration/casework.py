"""What the demonstration's practitioners write on cases: a task, a note, a letter; and what a partner is shown."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as
from referrals.actions.case_tasks import Wanted, give_task
from referrals.actions.documents import share_document, upload_document
from referrals.actions.handovers import Handover, write_handover
from referrals.actions.leads import choose_lead
from referrals.actions.messages import send_message
from referrals.actions.notes import share_note, write_note
from referrals.actions.splits import split
from referrals.models import Case, CaseNote, Document, Referral
from referrals.queries.asked_needs import asked_of
from referrals.queries.circumstances import Circumstances
from referrals.queries.leads import live_referrals
from referrals.queries.transfers import takers_for
from referrals.workflow import OPEN, OPEN_CASE, WORKED_ON

NOTES = (
    ("general", "She prefers mornings, and wants her sister with her at the first meeting."),
    (
        "safeguarding",
        "Her brother comes to the house most evenings. The children are with their aunt until Friday.",
    ),
    ("health", "Sleeps badly since it happened; has an appointment with her doctor next week."),
    ("legal", "The solicitor asks not to be written to before the hearing."),
)
TASKS = (
    "Ring the housing office about the locks",
    "Ask the officer for the court date",
    "Look whether she was reached",
)
KNOW_FIRST = Handover(
    "Ring before noon, and never the house: somebody else answers there in the afternoon.",
    told="The officer and her sister know that you will ring.",
    address_as="By her first name",
)
LETTER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 62>>stream
BT /F1 14 Tf 20 100 Td (An invented letter of the landlord.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def write_on(case: Case, *, actor: Actor, number: int) -> None:
    """A note on each case, a task on every second and a letter on every eighth. The actor is at work on it."""
    kind, text = NOTES[number % len(NOTES)]
    write_note(actor=actor, case_id=case.id, kind=kind, text=text)
    if number % 2 == 0:
        due_at = timezone.now() + timedelta(hours=20 * (number % 5) - 10)
        wanted = Wanted(TASKS[number % len(TASKS)], due_at, owner_id=actor.id)
        give_task(actor=actor, case_id=case.id, wanted=wanted)
    if number % 8 == 0:
        upload_document(
            actor=actor, case_id=case.id, kind="general", title="Letter of the landlord", content=LETTER
        )


def show_partners(actor: Actor, *, most: int = 5) -> None:
    """The first cases that a partner works on: it is shown the general note, given the letter, and written to. What
    must be known first stands on one that each agency has not answered.
    """
    with acting_as(actor):
        for referral in Referral.objects.filter(status="accepted").order_by("id")[:most]:
            send_message(actor=actor, referral_id=referral.id, text="Mornings suit best.")
        unread = Referral.objects.filter(status="sent").order_by("agency_id", "id").distinct("agency_id")
        for referral in unread:
            write_handover(actor=actor, referral_id=referral.id, note=KNOW_FIRST)
        told = Referral.objects.filter(status__in=OPEN, categories__contains=["notes"]).order_by("id")
        for referral in told[:most]:
            case, agency = referral.case_id, referral.agency_id
            for note in CaseNote.objects.filter(case=case, kind="general"):
                share_note(actor=actor, case_id=case, note=note.note, agency_id=agency)
            for document in Document.objects.filter(case=case):
                share_document(
                    actor=actor,
                    case_id=case,
                    document_id=document.id,
                    agency_id=agency,
                    nothing_to_redact="It names nobody but the person.",
                )


def split_one(actor: Actor) -> None:
    """Of the first referral that is asked for several needs, one goes to the first other agency that can take it."""
    now = timezone.now()
    with acting_as(actor):
        standing = Q(asked_needs__ended_at__isnull=True)
        worked_on = Referral.objects.filter(status__in=WORKED_ON, case__status="routed")
        several = worked_on.annotate(asked=Count("asked_needs", filter=standing)).filter(asked__gte=2)
        for referral in several.order_by("id")[:10]:
            known = Circumstances(referral.case, at=now)
            busy = {str(one.agency_id) for one in live_referrals(referral.case)}
            takers = [
                one
                for one in takers_for(referral, known)
                if not one.obstacle and one.offer.agency_id not in busy
            ]
            if takers:
                split(
                    actor=actor,
                    referral_id=referral.id,
                    service_id=UUID(takers[0].offer.service_id),
                    needs=asked_of(referral)[-1:],
                    words="They know this best, and the person agrees.",
                    note=Handover("The person knows that a second service rings, and prefers mornings."),
                )
                return


def let_one_lead(actor: Actor, *, most: int = 2) -> None:
    """On the first cases that several services work on, the one that was sent it first leads."""
    with acting_as(actor):
        live = Count("referrals", filter=Q(referrals__status__in=OPEN) & ~Q(referrals__status="draft"))
        joint = Case.objects.filter(status__in=OPEN_CASE).annotate(live=live).filter(live__gte=2)
        for case in joint.order_by("id")[:most]:
            choose_lead(actor=actor, case_id=case.id, referral_id=live_referrals(case)[0].id)
