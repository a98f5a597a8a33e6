"""Whether the application's role is as harmless as it must be. Run as a program; a sentence where it is not."""

import os
import sys
from typing import Any

import psycopg

RIGHTS = """
SELECT rolname, rolsuper, rolbypassrls,
       pg_has_role(oid, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
       OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
  FROM pg_roles WHERE rolname = current_user
"""
REMEDY = ": connect as the role that deploy/roles.sql makes."
FAULTS = ("is a superuser", "may step over row-level security", "owns the database or tables in it")


def faults(connection: "psycopg.Connection[Any]") -> list[str]:
    """What the role of this connection may do and must not."""
    for role, *rights in connection.execute(RIGHTS):
        return [
            f"The application's role {role} {fault}" for fault, has in zip(FAULTS, rights, strict=True) if has
        ]
    return []


def main() -> None:
    """Check DATABASE_URL's role; exit 1 with what is wrong."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        wrong = faults(connection)
    if wrong:
        sys.exit("; ".join(wrong) + REMEDY)


if __name__ == "__main__":
    main()
