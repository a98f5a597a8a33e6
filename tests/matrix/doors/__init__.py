"""Every address of the product, with what is sent there and what must be shown there. A new one needs an entry.

Addresses, queries, forms and bodies are templates: `{reference}`, `{case}`, `{referral}` ... are filled from each
case of the world in turn, so that every parameter that looks like an id is tried with everybody's.
"""

from tests.matrix.doors.cases import CASES
from tests.matrix.doors.conferences import CONFERENCES
from tests.matrix.doors.day import DAY
from tests.matrix.doors.door import Door
from tests.matrix.doors.partners import OF_POLICE, OF_WHO_REFERS, PARTNERS
from tests.matrix.doors.rights import LOGS, RIGHTS
from tests.matrix.doors.set_up import SET_UP

WORK: dict[str, Door] = (
    DAY | CASES | PARTNERS | SET_UP | CONFERENCES | RIGHTS | OF_POLICE | OF_WHO_REFERS | LOGS
)

# Addresses that know of no case: asked once by each reader, and searched like the others.
WITHOUT_CASES = {
    "health": "says that the web process lives",
    "token": "gives a system its token",
    "api_schema": "the contract of the API",
    "diary_calendar": "a diary for a calendar: the address is the secret",
    "say": "a person says how they were helped: the link is the secret",
    "say_welsh": "as above, in Welsh",
    "get_help": "a victim asks for help",
    "get_help_welsh": "as above, in Welsh",
    "get_help_sent": "says that it came in",
    "get_help_sent_welsh": "as above, in Welsh",
}
ACCOUNTS = "accounts/"
"""How the addresses of signing in begin: they know of who signs in, and of no case."""


def knows_no_case(name: str, address: str) -> bool:
    return name in WITHOUT_CASES or address.startswith(ACCOUNTS)
