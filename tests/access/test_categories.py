"""One table says which table is of which data category; the database's policies say the same."""

import re

import pytest
from django.db import connection

from access.categories import CATEGORY_OF

pytestmark = pytest.mark.guard

ASKED = re.compile(r"access_may_see_(?:case|person)\([^']*'(\w+)'|'(\w+)'::text = ANY \(\(?g\.categories")
# Of these the policy asks for something else than the category of what they hold, each for its reason.
ASKED_OTHERWISE = {
    "pathways_savedanswers": "typed to an instrument of either kind: both are asked for",
    "referrals_askedneed": "each need is of the category of its answer",
    "referrals_document": "each document is of the category of its kind",
    "referrals_casenote": "each note is of the category of its kind",
    "referrals_handovernote": "each note is of the category that it is about",
    "referrals_referralmessage": "each message is of the category that it is about",
    "referrals_minute": "each passage is of a category of its own, which its column names",
    "referrals_routingdecision": "seen by whoever of the hub sees the case; holds what was assessed",
    "referrals_waiting": "the same; names the service that it waits for",
    "referrals_feedrow": "seen by whoever of the hub sees the person; holds what a sender wrote of the incident",
    "referrals_heldstep": "the same",
    "referrals_sourcerecord": "the same",
    "reporting_movedcase": "seen by whoever of the hub sees that the case is there; holds ids alone",
}


def test_every_table_is_shown_by_policy_for_the_category_that_it_is_of(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, qual FROM pg_policies WHERE schemaname = 'public' AND cmd = 'SELECT'"
        )
        asked = {
            table: {one or other for one, other in ASKED.findall(condition)}
            for table, condition in cursor.fetchall()
        }
    differing = {
        table: categories
        for table, categories in asked.items()
        if categories and table not in ASKED_OTHERWISE and categories != {CATEGORY_OF.get(table)}
    }
    assert differing == {}
    assert sum(bool(categories) for categories in asked.values()) > 12, "the conditions are read wrongly"
