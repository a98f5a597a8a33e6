"""What leaves as CSV is opened in a spreadsheet, where a name may be a formula."""

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralise(cell: str) -> str:
    """The cell as text that no spreadsheet runs: an apostrophe goes before whatever could start a formula.

    Spaces before it do not help the attacker: spreadsheets strip them, so they are looked through.
    """
    starts = cell.lstrip(" \u00a0").startswith(_STARTS_FORMULA) or cell.startswith(_STARTS_FORMULA)
    return f"'{cell}" if starts else cell
