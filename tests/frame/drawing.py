"""Draws a piece of template as a page would, and reads the markup back."""

from typing import Any

from django.template import engines
from django.test import RequestFactory


def drawn(source: str, address: str = "/", **context: Any) -> str:
    """The markup of a template source, for a page at an address."""
    request = RequestFactory().get(address)
    return engines["django"].from_string(source).render({"request": request, **context})
