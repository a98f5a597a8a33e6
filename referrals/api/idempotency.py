"""Writes that can be sent again: one Idempotency-Key, one effect, the same answer."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.models import ApiClient, IdempotencyRecord
from referrals.api.refusals import KeyReused

LONGEST_KEY = 100


def once(
    request: Request, client: ApiClient, write: Callable[[], dict[str, Any]], *, status: int = 200
) -> Response:
    """Do `write` and answer with it; with an Idempotency-Key that this client used before, give that answer again.

    The record of the key is made in the transaction of the write, so a crash leaves neither. A second
    request with the key waits for the first. Only successes are kept: a refusal may be tried again.
    status: of the answer. Raises KeyReused where the key came with another method, path or body.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return _answer(write(), status)
    if len(key) > LONGEST_KEY:
        raise exceptions.ValidationError({"Idempotency-Key": f"Use at most {LONGEST_KEY} characters."})
    digest = hashlib.sha256(
        b"\n".join([str(request.method).encode(), request.path.encode(), request.body])
    ).hexdigest()
    record = IdempotencyRecord(
        client=client, key=key, request_hash=digest, status=status, answer={}, at=timezone.now()
    )
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        kept = IdempotencyRecord.objects.get(client=client, key=key)
        if kept.request_hash != digest:
            raise KeyReused from None
        return _answer(kept.answer, kept.status)
    try:
        answer = write()
    except BaseException:
        record.delete()
        raise
    record.answer = answer
    record.save(update_fields=["answer"])
    return _answer(answer, status)


def _answer(answer: dict[str, Any], status: int) -> Response:
    headers = {"ETag": f'"{answer["version"]}"'} if "version" in answer else {}
    return Response(answer, status, headers=headers)
