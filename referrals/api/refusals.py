"""The product's refusals as answers of the API."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import exceptions, status

from referrals.actions.referral import ReferralNotFound, VersionMismatch
from referrals.workflow import MoveRefused


class Conflict(exceptions.APIException):
    """The referral is not in a state from which this move is possible."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = "The referral is not in a state from which this is possible."


class PreconditionFailed(exceptions.APIException):
    """Somebody else has moved the referral since it was read."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed_since"
    default_detail = "The referral has changed since you read it."


class KeyReused(exceptions.APIException):
    """An Idempotency-Key came again with another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used for another request: use a new key for a new request."


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the named errors of verbs into the API's answers."""
    try:
        yield
    except ReferralNotFound as error:
        raise exceptions.NotFound(str(error)) from error
    except VersionMismatch as error:
        raise PreconditionFailed(str(error)) from error
    except MoveRefused as error:
        raise Conflict(str(error)) from error
