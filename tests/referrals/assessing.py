"""What tests of the pages for needs, risk and consent ask of them: addresses, what is shown, what is sent."""

import re

from referrals.models import Case

INSTRUMENTS = {"needs": "needs-8", "risk": "risk-24"}


def url(case: Case, *parts: str) -> str:
    parts = ("assess", INSTRUMENTS[parts[0]]) if parts and parts[0] in INSTRUMENTS else parts
    return "/" + "/".join(["cases", case.reference, *parts, ""])


def checked(answer) -> set[tuple[str, str]]:
    """Name and value of every radio and checkbox that stands checked."""
    inputs = re.findall(r"<input[^>]* checked[^>]*>", answer.content.decode())
    return {(re.search(r'name="([^"]*)"', one)[1], re.search(r'value="([^"]*)"', one)[1]) for one in inputs}


def value_of(answer, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}"([^>]*)>', answer.content.decode())
    value = re.search(r'value="([^"]*)"', found[1])
    return value[1] if value else ""


def needs_sent(**severities: int) -> dict[str, str]:
    """The needs form filled in: a severity for each need, the others no."""
    sent = {f"N{number}": "no" for number in range(1, 9)}
    for code, severity in severities.items():
        sent |= {code: "yes", f"{code}_severity": str(severity)}
    return {**sent, "stage": "start"}
