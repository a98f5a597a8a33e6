"""Errors of the API as problem details (RFC 9457): what is wrong and what to do, as application/problem+json."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import exceptions
from rest_framework.response import Response

from access.actor import NotAllowed

PROBLEM_JSON = "application/problem+json"


API = "/api/"


def problem(*, status: int, title: str, detail: str, code: str) -> HttpResponse:
    """A problem as an answer of its own, for what goes wrong before any door of the API is reached."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    return JsonResponse(told, status=status, content_type=PROBLEM_JSON)


class ProblemFormatter(ExceptionFormatter):
    """One problem object; `errors` names each field where several are wrong."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        first = error_response.errors[0]
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": getattr(self.exc, "title", None) or str(self.exc.default_detail),
            "status": self.exc.status_code,
            "detail": first.detail,
            "code": first.code,
        }
        if isinstance(self.exc, exceptions.ValidationError):
            problem["title"] = "The request does not have the expected form."
            problem["code"] = "invalid"
            problem["errors"] = [
                {
                    "field": (error.attr or "").removesuffix(".non_field_errors"),
                    "code": error.code,
                    "detail": error.detail,
                }
                for error in error_response.errors
            ]
        return problem


class ProblemHandler(ExceptionHandler):
    """Knows the product's own refusals besides those of REST framework."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, NotAllowed):
            return exceptions.PermissionDenied(str(exc))
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: Any) -> Response:
        response = super().get_response(exc, data)
        response.content_type = PROBLEM_JSON
        return response
