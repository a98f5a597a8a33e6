"""The printed policy is the policy."""

from tests.matrix.table import text
from tests.platform.stage import ROOT


def test_the_printed_table_is_current():
    assert (ROOT / "docs/security/matrix.md").read_text() == text(), (
        "python -m tests.matrix.table > docs/security/matrix.md"
    )
