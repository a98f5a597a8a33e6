"""Reading what partners send: JSON within bounds that every call of the API keeps to."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser

LARGEST = 256 * 1024  # bytes; a call holds a reason in words, unless its view names another `largest_body`
DEEPEST = 20


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "Send less at once."
    default_code = "too_large"


class BoundedJSONParser(BaseParser):
    """JSON of UTF-8, of limited size and depth, without NaN and Infinity and without a name given twice."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Raises TooLarge, or ParseError where it is no such JSON."""
        context = parser_context or {}
        request, largest = context["request"], getattr(context.get("view"), "largest_body", LARGEST)
        # What is announced is all that is read; by `body`, which the key of a repeated call is made of as well.
        if int(request.headers.get("Content-Length") or 0) > largest:
            raise TooLarge(f"Send at most {largest // 1024} KB.")
        sent: bytes = request.body
        try:
            told = json.loads(sent.decode(), parse_constant=_refuse, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise exceptions.ParseError("Send well-formed JSON in UTF-8, each name once.") from None
        if _is_deeper(told, DEEPEST):
            raise exceptions.ParseError(f"Nest JSON at most {DEEPEST} deep.")
        return told


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name twice")
    return told


def _is_deeper(told: Any, left: int) -> bool:
    if not isinstance(told, (dict, list)):
        return False
    return left == 0 or any(
        _is_deeper(one, left - 1) for one in (told.values() if isinstance(told, dict) else told)
    )
