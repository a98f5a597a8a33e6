"""A document that should not be on the case: taken out of everybody's sight at once, and put back by a second person.

Nothing is destroyed by it: the document stays, sealed, until the record's own time is up, and only its policies say
who may open it: nobody. Partners that were given it are told to destroy what they have by `rights` (its subscriber of
document.withdrawn), and say so there.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.documents import DocumentNotFound, found_document
from referrals.actions.telling import of_share
from referrals.actions.triage import TriageRefused, locked_case, reason_given
from referrals.models import DocumentShare, DocumentWithdrawal
from referrals.queries.documents import copies_of


class OwnWithdrawal(TriageRefused):
    """Whoever took a document out does not put it back: a second person looks at why."""


@transaction.atomic
def take_out_document(
    *, actor: Actor, case_id: UUID, document_id: UUID, why: str, words: str
) -> list[DocumentWithdrawal]:
    """Take a document and its redacted copies out of sight, on an open case or a closed one; nobody is given them more.

    why: one of DocumentWithdrawal.Why. words: what happened, never what is in it.
    Raises NotAllowed, CaseNotFound, DocumentNotFound, ReasonMissing.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_case(actor, case_id)
    words = reason_given(words, "Say what happened, so that a colleague can see to the rest.")
    if why not in DocumentWithdrawal.Why.values:
        raise DocumentNotFound("Choose why the document is taken out.")
    document = found_document(case, document_id)
    out = [document, *([] if document.redacts_id else copies_of(document))]
    shares = list(DocumentShare.objects.filter(document__in=out, ended_at__isnull=True))
    for share in shares:
        share.ended_at, share.ended_by_name = now, actor.name
        share.save(update_fields=["ended_at", "ended_by_name"])
    made = [
        DocumentWithdrawal(
            case=case,
            document=one,
            category=one.category,
            file_name=one.file_name,
            why=why,
            words=words[:400],
            withdrawn_by=actor.id,
            withdrawn_by_name=actor.name,
            withdrawn_at=now,
        )
        for one in out
    ]
    DocumentWithdrawal.objects.bulk_create(made)
    publish(
        *(of_share("document.unshared", share, now) for share in shares),
        *(
            Happening(
                "document.withdrawn",
                at=now,
                case_id=case.id,
                data={"document": str(one.document_id), "withdrawal": str(one.id), "why": why},
            )
            for one in made
        ),
    )
    return made


@transaction.atomic
def put_back_document(*, actor: Actor, case_id: UUID, withdrawal_id: UUID) -> DocumentWithdrawal:
    """Show a document again that was taken out: for whoever decides on people's rights, and did not take it out.

    No partner is given it by that. Raises NotAllowed, CaseNotFound, DocumentNotFound, OwnWithdrawal.
    """
    actor.require(Capability.DECIDE_RIGHTS)
    now = timezone.now()
    case = locked_case(actor, case_id)
    withdrawal = case.withdrawals.filter(id=withdrawal_id, ended_at__isnull=True).first()
    if withdrawal is None:
        raise DocumentNotFound("There is no such document that was taken out.")
    if withdrawal.withdrawn_by == actor.id:
        raise OwnWithdrawal("You took it out yourself: somebody else who decides on rights puts it back.")
    withdrawal.ended_at, withdrawal.ended_by_name = now, actor.name
    withdrawal.save(update_fields=["ended_at", "ended_by_name"])
    publish(
        Happening(
            "document.put_back", at=now, case_id=case.id, data={"document": str(withdrawal.document_id)}
        )
    )
    return withdrawal
