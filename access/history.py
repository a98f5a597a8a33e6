"""How a migration puts a table's changes on record: what its rows held before and after, and who changed them.

An INSERT is not repeated: a row that was never changed is what was first written, and of one that was, the
first change holds what it had before.
"""

from collections.abc import Collection

from django.db.migrations.operations import RunSQL


def keep_history(
    table: str,
    *,
    category: str,
    case: str = "",
    person: str = "",
    leave_out: Collection[str] = (),
    only: Collection[str] = (),
) -> RunSQL:
    """Operation that records each UPDATE and DELETE of `table` in access_change and access_changevalue.

    category: the data category that shows the row, and so its history ("staff" for rows of nobody's case).
    case, person: the columns that hold the ids of the case and the person, where there are such.
    leave_out: columns that are no record, such as who has a page open; `only`: the columns whose change counts.
    Reversible. Give it to every table with personal data that can be changed: a test asks for it.
    """
    arguments = ", ".join(f"'{argument}'" for argument in (category, case, person, ",".join(leave_out)))
    of = f" OF {', '.join(only)}" if only else ""
    return RunSQL(
        f"CREATE TRIGGER {table}_history AFTER UPDATE{of} OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION access_record_change({arguments})",
        f"DROP TRIGGER {table}_history ON {table}",
    )
