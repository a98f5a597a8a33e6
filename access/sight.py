"""What the actor may see of a case, category by category, as the database's policies say it themselves."""

from uuid import UUID

from django.db import connection

from access.categories import ALL_CATEGORIES, Category


def categories_shown(case_id: UUID) -> frozenset[Category]:
    """The data categories of the case that the policies show to the actor of this transaction now; none without one.

    Asked of the function that every policy asks, so that what a page leaves out and what the database keeps
    back cannot differ.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT category FROM unnest(%s::text[]) AS category WHERE access_may_see_case(%s, category)",
            [list(ALL_CATEGORIES), case_id],
        )
        return frozenset(Category(row[0]) for row in cursor.fetchall())
