"""Refusing to work as a database role that the policies do not bind: web, worker and commands alike."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from django.db.backends.signals import connection_created

from hub.supervisor.roles import REMEDY, faults

_known_harmless: set[str] = set()


class HarmfulRole(Exception):
    """The application is connected as a superuser, an owner, or a role that steps over row-level security."""


def watch() -> None:
    """Look at the role of the application's first connection to each database, before anything is asked of it."""
    connection_created.connect(_look, dispatch_uid="hub.harmless")


def refuse_to_start() -> None:
    """Connect now, so that a harmful role stops the start. A database that does not answer yet is waited for later.

    Raises HarmfulRole.
    """
    try:
        connection.ensure_connection()
    except OperationalError:
        return
    connection.close()  # none is carried over a fork


def _look(connection: Any, **kwargs: Any) -> None:
    name = f"{connection.settings_dict['USER']}@{connection.settings_dict['NAME']}"
    if connection.alias != DEFAULT_DB_ALIAS or name in _known_harmless:
        return
    wrong = faults(connection.connection)
    if wrong:
        connection.close()
        raise HarmfulRole("; ".join(wrong) + REMEDY)
    _known_harmless.add(name)
