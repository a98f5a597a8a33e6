"""Whether the application's role is as harmless as it must be. Run as a program; a sentence where it is not."""

import os
import sys

import psycopg

RIGHTS = """
SELECT rolname, rolsuper, rolbypassrls,
       pg_has_role(oid, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
       OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
  FROM pg_roles WHERE rolname = current_user
"""
FAULTS = ("is a superuser", "may step over row-level security", "owns the database or tables in it")


def faults(url: str) -> list[str]:
    """What the role of this database address may do and must not."""
    with psycopg.connect(url) as connection:
        for role, *rights in connection.execute(RIGHTS):
            return [
                f"The application's role {role} {fault}"
                for fault, has in zip(FAULTS, rights, strict=True)
                if has
            ]
    return []


def main() -> None:
    """Check DATABASE_URL's role; exit 1 with what is wrong."""
    wrong = faults(os.environ["DATABASE_URL"])
    if wrong:
        sys.exit("; ".join(wrong) + ": connect as the role that deploy/roles.sql makes.")


if __name__ == "__main__":
    main()
