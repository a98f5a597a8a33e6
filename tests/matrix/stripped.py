"""The product with its own checks taken out: every scope gives all rows, every role may do everything.

What is left is the database, which must hold by itself.
"""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from access.actor import Actor
from agencies.authentication import IsPartnerClient
from pathways.models import Assessment
from referrals.models import Case, ContactAttempt, FeedRow, Incident, Referral
from victims.models import Address, ContactMethod, Person, PersonName, Relationship, SafeAddress


def scopes() -> Iterator[tuple[ModuleType, str, type[Model]]]:
    """Every function of a scope that gives rows: its module, its name, and the rows' model."""
    for app in apps.get_app_configs():
        try:
            module = import_module(f"{app.name}.scope")
        except ModuleNotFoundError:
            continue
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Subscript):
                rows = ast.unparse(node.returns.slice).strip("'\"")
                if ast.unparse(node.returns.value) == "QuerySet":
                    yield module, node.name, getattr(module, rows)


def strip_scope(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, model: type[Model]) -> None:
    """The scope gives every row."""

    def everything(*_: Any, **__: Any) -> Any:
        return model._default_manager.all()

    monkeypatch.setattr(module, name, everything)


def strip_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody may do everything."""
    monkeypatch.setattr(Actor, "can", lambda *_: True)
    monkeypatch.setattr(Actor, "require", lambda *_: None)
    monkeypatch.setattr(IsPartnerClient, "has_permission", lambda *_: True)


def strip_all(monkeypatch: pytest.MonkeyPatch) -> None:
    strip_roles(monkeypatch)
    for module, name, model in scopes():
        strip_scope(monkeypatch, module, name, model)


TOLD_BY_THE_BROKEN_VIEW = (
    Case, Person, PersonName, ContactMethod, Address, Incident, Relationship, Assessment, ContactAttempt, FeedRow,
    Referral,
)  # fmt: skip


def broken(request: HttpRequest) -> JsonResponse:
    """A view that forgot everything: no role, no scope, no serializer. It gives out all that it can reach."""
    told: dict[str, Any] = {
        model._meta.db_table: list(model._default_manager.values()) for model in TOLD_BY_THE_BROKEN_VIEW
    }
    told["safe addresses"] = [one.place for one in SafeAddress.objects.all()]
    return JsonResponse(told)


urlpatterns = [path("broken/", broken, name="broken"), path("", include("hub.urls"))]
