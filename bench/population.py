"""Invented people of Britain in households, and records of them as people type: for training and for measuring.

The same seed, the same people. Names come from victims/data/names.yaml; streets, towns and telephone numbers are
invented (the numbers are those that the regulator keeps for drama).
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, count

from bench.typing_errors import retyped, typed_digits, typed_wrongly
from victims.matching.names import naming, weights

TODAY = date(2026, 11, 1)
STREETS = """Bryn High Church Station Victoria Park Chapel Mill Castle Woodland Alma Commercial Queen King Albert
Market Bridge George Green Hill Lime Maple Oak Orchard School Springfield Stow Tynewydd Vale Wesley
Windsor York Ash Beech Birch Canal Cedar Clarence Coronation Dock Duke Elm Fairview Ferry Gordon Grove
Hawthorn Holly Ivy Jubilee Kensington Lansdowne Laurel Manor Meadow Milton Nelson Nant Osborne Pant
Penrhiw Poplar Priory Raglan River Rowan Russell Salisbury Somerset Spencer Sycamore Talbot Tredegar
Trinity Usk Viaduct Walnut Wellington"""
KINDS = ["Street", "Road", "Terrace", "Avenue", "Close", "Lane", "Drive", "Gardens", "Crescent", "Court"]
SHORT = {"Street": "St", "Road": "Rd", "Terrace": "Terr", "Avenue": "Ave", "Close": "Cl", "Lane": "La", "Drive": "Dr",
         "Gardens": "Gdns", "Crescent": "Cres", "Court": "Ct"}  # fmt: skip
TOWNS = ["Newport", "Cwmbran", "Blackwood", "Abergavenny", "Caldicot", "Chepstow", "Ebbw Vale", "Monmouth", "Pontypool",
         "Risca", "Tredegar", "Usk", "Northmoor", "Easterby", "Westhaven", "Southwick", "Marlow Green", "Kingsford",
         "Ashbridge", "Fernhill", "Oldbury Park", "Thornbury Cross", "Wexcombe", "Harrowgate End"]  # fmt: skip
LONG_TAIL = """Ash Black Brad Bur Chad Clay Cran Dun East Fair Gold Had Hart Hazel Kings Lang Mar North Oak Pem Rad Stan
Thorn Wake Wal West Whit Wood Hol Hel"""
ENDINGS = """bourne bridge burn bury by cliffe combe cott dale den field ford ham hurst ington ley low man mere more
shaw stead stock thorpe ton well wick wood worth yard"""
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Home:
    number: int
    flat: int
    street: str
    kind: str
    town: int

    @property
    def postcode(self) -> str:
        """About sixteen houses share one."""
        place = random.Random(f"{self.street}{self.kind}{self.town}{self.number // 16}")
        return f"NP{self.town + 4} {place.randrange(1, 10)}{place.choice(LETTERS)}{place.choice(LETTERS)}"

    @property
    def lines(self) -> str:
        flat = f"Flat {self.flat}, " if self.flat else ""
        return f"{flat}{self.number} {self.street} {self.kind}, {TOWNS[self.town]}"


@dataclass(frozen=True)
class Human:
    """One human being as they are; `household` tells who lives together."""

    id: int
    household: int
    tradition: str
    given: str
    second: str
    surname: str
    born: date
    sex: str
    home: Home
    mobile: str
    landline: str
    email: str


@dataclass(frozen=True)
class Record:
    """What one report tells of a human being, and after it the truth."""

    id: str
    given_name: str
    surname: str
    date_of_birth: str
    sex: str
    address: str
    postcode: str
    phone: str
    email: str
    person: int
    household: int
    truly_named: str
    truly_born: date


class Names:
    """Draws names as often as they are borne."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._traditions = naming()["traditions"]
        self._lists = {
            (tradition, kind): (names := one[kind].split(), list(accumulate(weights(names))))
            for tradition, one in self._traditions.items()
            for kind in ("women", "men", "surnames")
        }

    def tradition(self) -> str:
        shares = [one["share"] for one in self._traditions.values()]
        return self._chance.choices(list(self._traditions), shares)[0]

    def given(self, tradition: str, sex: str) -> str:
        names, cumulated = self._lists[tradition, "women" if sex == "2" else "men"]
        return self._chance.choices(names, cum_weights=cumulated)[0]

    def surname(self, tradition: str) -> str:
        if self._chance.random() < 0.3:  # the long tail of rare names
            return self._chance.choice(LONG_TAIL.split()) + self._chance.choice(ENDINGS.split())
        names, cumulated = self._lists[tradition, "surnames"]
        return self._chance.choices(names, cum_weights=cumulated)[0]


def people(seed: int) -> Iterator[Human]:
    """People without end, household after household: alone, couples, families with twins, shared houses."""
    chance = random.Random(seed)
    names = Names(chance)
    ids = count()
    for household in count():
        home = _a_home(chance)
        tradition = names.tradition()
        landline = f"01632 9{chance.randrange(100_000):05d}" if chance.random() < 0.35 else ""
        mobile = email = ""
        for given, surname, sex, born, each in _members(chance, names, tradition):
            number = next(ids)
            is_child = born > TODAY - timedelta(days=365 * 16)
            # A child is reached through who looks after them, more often than not.
            is_own = not is_child or (chance.random() < 0.3 and born.year < 2014)
            mobile = f"07700 9{chance.randrange(100_000):05d}" if is_own else mobile
            email = _email(chance, given, surname, number) if is_own else email
            yield Human(
                id=number,
                household=household,
                tradition=each,
                given=given,
                second=names.given(each, sex) if chance.random() < 0.4 else "",
                surname=surname,
                born=born,
                sex=sex,
                home=home,
                mobile=mobile,
                landline=landline,
                email=email,
            )


def _a_home(chance: random.Random) -> Home:
    return Home(
        number=chance.randrange(1, 200),
        flat=chance.randrange(1, 30) if chance.random() < 0.15 else 0,
        street=chance.choice(STREETS.split()),
        kind=chance.choice(KINDS),
        town=chance.randrange(len(TOWNS)),
    )


Member = tuple[str, str, str, date, str]


def _members(chance: random.Random, names: Names, tradition: str) -> Iterator[Member]:
    adult = TODAY - timedelta(days=365 * 19 + chance.randrange(365 * 62))
    sex = chance.choice("12")
    surname = names.surname(tradition)
    given = names.given(tradition, sex)
    yield given, surname, sex, adult, tradition
    kind = chance.choices(("alone", "couple", "family", "one parent", "shared"), (30, 25, 30, 10, 5))[0]
    if kind == "shared":
        for _ in range(chance.randrange(1, 5)):
            each, other = names.tradition(), chance.choice("12")
            born = TODAY - timedelta(days=365 * 18 + chance.randrange(365 * 20))
            yield names.given(each, other), names.surname(each), other, born, each
    if kind in ("couple", "family"):
        other = {"1": "2", "2": "1"}[sex] if chance.random() < 0.95 else sex
        each = tradition if chance.random() < 0.85 else names.tradition()
        own = chance.random() < 0.35 or each in ("chinese", "arabic")
        born = adult + timedelta(days=chance.randrange(-2500, 2500))
        yield names.given(each, other), names.surname(each) if own else surname, other, born, each
    if kind in ("family", "one parent"):
        yield from _children(chance, names, tradition, surname, (given, sex, adult))


def _children(
    chance: random.Random, names: Names, tradition: str, surname: str, parent: tuple[str, str, date]
) -> Iterator[Member]:
    """Brothers and sisters; two in a hundred births are of twins, and a few are named after their parent."""
    parents_name, parents_sex, adult = parent
    born = adult + timedelta(days=365 * 20 + chance.randrange(365 * 16))
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        if born > TODAY:
            return
        twins = 2 if chance.random() < 0.02 else 1
        taken: set[str] = set()
        for _ in range(twins):
            sex = chance.choice("12")
            given = names.given(tradition, sex)
            if sex == parents_sex and chance.random() < 0.008:
                given = parents_name
            while given in taken:
                given = names.given(tradition, sex)
            for _ in range(40):  # one pair of twins in four has names that begin alike
                if not taken or chance.random() > 0.25 or given[:2] in {name[:2] for name in taken}:
                    break
                given = names.given(tradition, sex)
            taken.add(given)
            yield given, surname, sex, born, tradition
        born += timedelta(days=500 + chance.randrange(1500))


def _email(chance: random.Random, given: str, surname: str, number: int) -> str:
    styles = (f"{given}.{surname}", f"{given[0]}{surname}", f"{surname}{given}")
    return f"{chance.choice(styles)}{number % 1000}@{chance.choice(('example.org', 'mail.example', 'post.example'))}"


def report(human: Human, chance: random.Random, number: int, *, untidy: float = 1.0) -> Record:
    """One record of a human being, typed by somebody. untidy: how many times more errors than usual."""

    def happens(share: float) -> bool:
        return chance.random() < share * untidy

    given, surname = human.given, human.surname
    if human.second and chance.random() < 0.4:
        given = f"{given} {human.second}"
    variants = [line.split() for line in naming()["variants"] if human.given in line.split()]
    if variants and chance.random() < 0.06:
        given = chance.choice([name for name in chance.choice(variants) if name != human.given])
    elif human.second and happens(0.01):
        given = human.second
    elif happens(0.02):
        given = given[: chance.randrange(3, 6)]
    elif happens(0.002):
        given = Names(chance).given(human.tradition, human.sex)
    if human.sex == "2" and happens(0.04):
        married = Names(chance).surname(human.tradition)
        surname = married if chance.random() < 0.7 else f"{surname}-{married}"
    given = (
        "" if happens(0.015) else typed_wrongly(given, chance, _errors(chance)) if happens(0.05) else given
    )
    surname = (
        "" if happens(0.01) else typed_wrongly(surname, chance, _errors(chance)) if happens(0.05) else surname
    )
    if given and surname and happens(0.025):
        given, surname = surname, given
    home = human.home
    if chance.random() < 0.15:
        home = Home(
            chance.randrange(1, 200),
            0,
            chance.choice(STREETS.split()),
            chance.choice(KINDS),
            chance.randrange(len(TOWNS)),
        )
    mobile = f"07700 9{chance.randrange(100_000):05d}" if chance.random() < 0.2 else human.mobile
    phone = human.landline if human.landline and chance.random() < 0.3 else mobile
    email = _email(chance, surname or "x", given or "x", number) if chance.random() < 0.08 else human.email
    email = "" if chance.random() < 0.5 else email
    return Record(
        id=f"R{number}",
        given_name=given.upper() if chance.random() < 0.5 else given,
        surname=surname.upper() if chance.random() < 0.5 else surname,
        date_of_birth=_born(human.born, chance, happens),
        sex="" if happens(0.05) else chance.choice("12") if happens(0.01) else human.sex,
        address=_lines(home, chance, happens),
        postcode="" if happens(0.05) else retyped(home.postcode, chance) if happens(0.04) else home.postcode,
        phone="" if chance.random() < 0.15 else typed_digits(phone, chance) if happens(0.02) else phone,
        email=typed_wrongly(email, chance) if email and happens(0.02) else email,
        person=human.id,
        household=human.household,
        truly_named=human.given,
        truly_born=human.born,
    )


def _errors(chance: random.Random) -> int:
    """Who types one letter wrongly in a name may type more of them so."""
    return chance.choices((1, 2, 3), (70, 20, 10))[0]


def _born(born: date, chance: random.Random, happens: Callable[[float], bool]) -> str:
    digits = f"{born:%Y%m%d}"
    if happens(0.04):
        return ""
    if happens(0.02):
        return digits[:4] + digits[6:] + digits[4:6]
    if happens(0.03):
        return typed_digits(digits, chance)
    if happens(0.005):
        return typed_digits(typed_digits(digits, chance), chance)
    return f"{digits[:4]}0101" if happens(0.002) else digits


def _lines(home: Home, chance: random.Random, happens: Callable[[float], bool]) -> str:
    if happens(0.06):
        return ""
    lines = home.lines
    if chance.random() < 0.2:
        lines = lines.replace(home.kind, SHORT[home.kind])
    if chance.random() < 0.15:
        lines = lines.rpartition(",")[0]
    if happens(0.04):
        lines = lines.replace(str(home.number), str(chance.randrange(1, 200)), 1)
    for _ in range(2):
        if happens(0.08):
            lines = typed_wrongly(lines, chance)
    return lines.upper() if chance.random() < 0.4 else lines
