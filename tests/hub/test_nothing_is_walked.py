"""No page of a day's work walks a table that grows with the years: each of its queries has an index to go by."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.referrals.road import routed

GROWS = """
SELECT DISTINCT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name IN ('case_id', 'person_id', 'referral_id')
"""
OTHERS = ("referrals_case", "victims_person", "messaging_event", "messaging_feedentry", "reporting_delta")
"""Those, and what has a case, a person or a referral in it."""
OF_SOME_ROWS = "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"


class Walked:
    """Asks of each query that is sent how it would be answered, were walking a table whole out of the question."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(GROWS)
            self._grow = {name for (name,) in cursor.fetchall()} | set(OTHERS)
            cursor.execute(OF_SOME_ROWS)
            self._of_some = {name for (name,) in cursor.fetchall()}
        self._asks = False
        self.asked = 0
        self.found: set[str] = set()

    def __call__(self, execute, query, params, many, context):
        if not self._asks and str(query).lstrip()[:6].upper() in ("SELECT", "WITH G"):
            self._asks = True
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query}", params)
                plan = cursor.fetchone()[0][0]["Plan"]
                cursor.execute("SET LOCAL enable_seqscan = on")
            self._asks = False
            self.asked += 1
            tables = self._walked(plan, in_order="ORDER BY" in query)
            self.found |= {f"{table}: {query}"[:400] for table in tables}
        return execute(query, params, many, context)

    def _walked(self, node: dict, table: str = "", *, in_order: bool, is_cut: bool = False) -> Iterator[str]:
        """The tables that are read from end to end. is_cut: whether whoever reads in order stops after some rows."""
        table, kind = node.get("Relation Name", table), node["Node Type"]
        is_cut |= in_order and kind == "Limit"
        whole = "Index" in kind and "Index Cond" not in node and node["Index Name"] not in self._of_some
        if table in self._grow and (kind == "Seq Scan" or (whole and not is_cut)):
            yield table
        is_cut &= kind not in ("Sort", "Aggregate", "Hash")
        of = table if kind == "Bitmap Heap Scan" else ""
        for below in node.get("Plans", ()):
            yield from self._walked(below, of, in_order=in_order, is_cut=is_cut)


@pytest.fixture
def case(hub, cast):
    return routed(cast)


@pytest.mark.parametrize("text", ["Ada Marsh", "07700 900123", "41/97851/26", "VRH-26-000001", "NP20 4AB"])
def test_finding_somebody_walks_nothing(case, cast, text):
    browser, walked = cast.browser("priya"), Walked()
    with connection.execute_wrapper(walked):
        assert browser.post("/find/", {"text": text}).status_code == 200
    assert walked.asked
    assert not walked.found, "\n".join(walked.found)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("priya", "/"),
        ("priya", "/triage/?stage=waiting"),
        ("priya", "/triage/?stage=partner"),
        ("priya", "/cases/"),
        ("priya", "/cases/{}/"),
        ("priya", "/cases/{}/timeline/"),
        ("priya", "/responses/?list=waiting"),
        ("priya", "/tasks/"),
        ("priya", "/diary/"),
        ("priya", "/clocks/"),
        ("ruth", "/referrals/?list=answer"),
        ("carys", "/dashboard/"),
    ],
)
def test_a_page_walks_nothing(case, cast, who, path):
    browser, walked = cast.browser(who), Walked()
    with connection.execute_wrapper(walked):
        assert browser.get(path.format(case.reference)).status_code == 200
    assert walked.asked
    assert not walked.found, "\n".join(walked.found)
