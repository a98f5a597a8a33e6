"""What is told of a referral beside its moves: notes, progress, who leads, what is asked and confirmed."""

from datetime import datetime

from messaging.events import Happening
from referrals.models import Referral


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
