"""What is told of a referral beside its moves: what is shown, progress, who leads, what is asked and confirmed."""

from datetime import datetime

from messaging.events import Happening
from referrals.models import DocumentShare, NoteShare, Referral
from referrals.queries.notes import open_referral_of


def beside_moves(referral: Referral, topic: str, at: datetime, **codes: object) -> Happening:
    """What is told of a referral beside its moves, to the hub's timeline and the agency's feed: ids and codes."""
    data: dict[str, object] = {"agency": str(referral.agency_id), "service": str(referral.service_id)}
    return Happening(
        topic,
        at=at,
        case_id=referral.case_id,
        referral_id=referral.id,
        data={**data, **codes},
        audience=[referral.agency_id],
    )


def of_share(topic: str, share: NoteShare | DocumentShare, at: datetime) -> Happening:
    """A note or document is shown to an agency, or no more: its feed tells it, by the referral on which it works."""
    shown: dict[str, object] = (
        {"note": str(share.note)} if isinstance(share, NoteShare) else {"document": str(share.document_id)}
    )
    referral = open_referral_of(case_id=share.case_id, agency_id=share.agency_id)
    return Happening(
        topic,
        at=at,
        case_id=share.case_id,
        referral_id=referral,
        data={**shown, "agency": str(share.agency_id)},
        audience=[share.agency_id] if referral else [],
    )
