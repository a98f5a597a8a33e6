"""How a migration puts a table behind a row-level policy.

Every table that holds personal data is protected in the migration that creates it. FORCE makes
the policy hold for the owner too, so that a mistake in a migration reads nothing either.
"""

from django.db.migrations.operations import RunSQL

HAS_ACTOR = "access_has_actor()"
HUB = "access_is_hub()"
HUB_READS = "access_is_hub() AND access_reads_cases()"
GRANTED = (
    "(SELECT access_reads_cases()) AND coalesce((SELECT true FROM access_grant g"
    " WHERE g.agency_id = (SELECT access_agency()) AND g.case_id = {column} AND '{category}' = ANY (g.categories)"
    " AND (g.until IS NULL OR g.until > clock_timestamp()) LIMIT 1), false)"
)


def protect(
    table: str,
    *,
    read: str,
    insert: str | None = None,
    update: str | None = None,
    update_to: str | None = None,
    delete: str | None = None,
) -> RunSQL:
    """Operation that switches row-level security on for `table` with one policy a command.

    read, insert, update, delete: SQL conditions on the row. `update` is what may be chosen for an
    update and `update_to` what it may become (defaults to `update`). A command without a condition
    is refused for everybody. Reversible.
    """
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
    ]
    names = ["read"]
    if insert:
        statements.append(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({insert})")
        names.append("insert")
    if update:
        statements.append(
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({update})"
            f" WITH CHECK ({update_to or update})"
        )
        names.append("update")
    if delete:
        statements.append(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({delete})")
        names.append("delete")
    undo = [f"DROP POLICY {table}_{name} ON {table}" for name in names]
    undo += [
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    return RunSQL(tuple(statements), tuple(undo))


def protect_for_case(
    table: str, *, column: str = "case_id", category: str, partner_may_insert: bool = False
) -> RunSQL:
    """`protect` for a row that belongs to a case: seen through the grant, written by the hub alone.

    category: the data category of the grant that shows the row (see access.categories).
    """
    seen = f"access_may_see_case({column}, '{category}')"
    written = f"access_is_hub() AND {seen}"
    return protect(
        table,
        read=seen,
        insert=seen if partner_may_insert else written,
        update=written,
        delete=written,
    )


def protect_for_person(table: str, *, column: str = "person_id", category: str) -> RunSQL:
    """`protect` for a row that belongs to a person: seen through a grant on any of the person's cases."""
    seen = f"access_may_see_person({column}, '{category}')"
    written = f"access_is_hub() AND {seen}"
    return protect(table, read=seen, insert=written, update=written, delete=written)


def granted(column: str, category: str) -> str:
    """The condition of `access_may_see_case` written out, for tables of which a page walks more than a few rows.

    A call of the function costs about 8 microseconds a row, this 2: what depends on the actor alone is asked once a
    statement, and a scalar subquery with a limit is one probe of the grants' index a row, which the planner never
    turns into a hash of every grant (an EXISTS it does). The grants' own policy applies inside.

    column: the id of the case, with its table's name: "referrals_case.id".
    """
    return GRANTED.format(column=column, category=category)


def append_only(table: str, *, column: str = "case_id", category: str) -> RunSQL:
    """Operation that takes back what `protect_for_case` gave beyond reading and adding: no row changes or goes."""
    written = f"access_is_hub() AND access_may_see_case({column}, '{category}')"
    return RunSQL(
        (f"DROP POLICY {table}_update ON {table}", f"DROP POLICY {table}_delete ON {table}"),
        (
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({written}) WITH CHECK ({written})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({written})",
        ),
    )


def change_policy(table: str, command: str, *, using: str, was: str) -> RunSQL:
    """Operation that replaces the condition of one policy that `protect` made; `was` puts it back.

    command: read, insert, update (what may be chosen and what it may become alike) or delete.
    """

    def alter(condition: str) -> str:
        clauses = {
            "insert": f"WITH CHECK ({condition})",
            "update": f"USING ({condition}) WITH CHECK ({condition})",
        }
        return f"ALTER POLICY {table}_{command} ON {table} {clauses.get(command, f'USING ({condition})')}"

    return RunSQL(alter(using), alter(was))
