"""Who the person of a told life is: invented names, and numbers that are kept for drama."""

import random
from datetime import date, timedelta
from itertools import accumulate

from django.db import connection, connections

from access.context import acting_as_system
from hub.history.lives import Life, Row
from victims import matching
from victims.matching.names import naming, weights
from victims.normalise import telephone

STREETS = ("High Street", "Mill Lane", "Station Road", "Castle Terrace", "Chapel Close", "Victoria Avenue",
           "Orchard Crescent", "Bridge Street", "Park Drive", "Alma Gardens")  # fmt: skip
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


class Numbers:
    """Numbers that are counted on: of cases, people and each agency's feed. None is given twice."""

    def __init__(self, cases: int) -> None:
        with connections["owner"].cursor() as cursor:
            first = {}
            for name in ("referrals_case_number", "referrals_person_number"):
                cursor.execute("SELECT nextval(%s)", [name])
                first[name] = cursor.fetchone()[0]
                cursor.execute("SELECT setval(%s, %s)", [name, first[name] + cases])
        self.case, self.person = first.values()
        with acting_as_system("demonstration"), connection.cursor() as cursor:
            cursor.execute("SELECT agency_id::text, max(position) FROM messaging_feedentry GROUP BY 1")
            self._positions = {agency: position or 0 for agency, position in cursor.fetchall()}

    def next_position(self, agency: str) -> int:
        """The next place in the agency's feed of changes."""
        self._positions[agency] = self._positions.get(agency, 0) + 1
        return self._positions[agency]


class SomebodyElse:
    """Who the person of one telling is: a name as often as it is borne, numbers that the regulator keeps for drama."""

    def __init__(self, chance: random.Random, numbers: Numbers, life: Life, weeks: int) -> None:
        self._chance, self._weeks, self._numbers = chance, weeks, numbers
        numbers.case += 1
        numbers.person += 1
        self._number = numbers.person
        opened = life.began - timedelta(weeks=weeks)
        self._case, self._person = f"{opened:%y}-{numbers.case:06d}", f"{opened:%y}-{numbers.person:06d}"
        sex = life.rows["victims_person"][0]["sex"]
        self.given, self.surname = _name(chance, sex)
        self.phones: set[str] = set()
        self.emails: set[str] = set()
        self.address = matching.Address("", "")
        self.born = ""

    def new(self, which: str, was: str, row: Row) -> str:
        """The new value of one of hub.history.lives.ONES_OWN."""
        chance = self._chance
        match which:
            case "position":
                return str(self._numbers.next_position(row["agency_id"]))
            case "case_reference":
                return f"VRH-{self._case}"
            case "person_reference":
                return f"P-{self._person}"
            case "born":
                born = date.fromisoformat(was) - timedelta(weeks=self._weeks, days=chance.randrange(300))
                self.born = f"{born:%Y%m%d}"
                return born.isoformat()
            case "given":
                return self.given
            case "surname":
                return self.surname
            case "contact":
                return self._contact(row["kind"])
            case "lines":
                self.address = matching.Address(
                    f"{chance.randrange(1, 200)} {chance.choice(STREETS)}", self.address.postcode
                )
                return self.address.lines
            case "postcode":
                district = was.split(" ")[0]
                code = (
                    f"{district} {chance.randrange(1, 10)}{chance.choice(LETTERS)}{chance.choice(LETTERS)}"
                    if was
                    else ""
                )
                self.address = matching.Address(self.address.lines, code)
                return code
            case "other_name":
                return " ".join(_name(chance, "1")) if was else ""
        return f"{chance.randrange(10**9):09d}" if was else ""

    def _contact(self, kind: str) -> str:
        if kind == "email":
            mail = f"{self.given}.{self.surname}.{self._number}@example.com".lower().replace(" ", "")
            self.emails.add(mail)
            return mail
        prefix = "07700 9" if kind == "mobile" else "01632 9"
        typed = f"{prefix}{self._chance.randrange(100_000):05d}"
        if number := telephone(typed):
            self.phones.add(number.number)
            return number.number
        return typed

    def match_keys(self) -> list[str]:
        """What recognition finds the person by."""
        return sorted(
            matching.match_keys(
                matching.Identity(
                    given_names=self.given,
                    surname=self.surname,
                    born=self.born,
                    phones=frozenset(self.phones),
                    emails=frozenset(self.emails),
                    addresses=frozenset({self.address}),
                )
            )
        )


_drawn: dict[str, tuple[list[str], list[float]]] = {}


def _name(chance: random.Random, sex: str) -> tuple[str, str]:
    kinds = ("women" if sex == "2" else "men", "surnames")
    if not _drawn:
        for kind in ("women", "men", "surnames"):
            every = []
            for tradition in naming()["traditions"].values():
                names = tradition[kind].split()
                shares = [tradition["share"] * weight for weight in weights(names)]
                every += list(zip(names, shares, strict=True))
            _drawn[kind] = [name for name, _ in every], list(accumulate(weight for _, weight in every))
    given, surname = (chance.choices(_drawn[kind][0], cum_weights=_drawn[kind][1])[0] for kind in kinds)
    return given, surname
