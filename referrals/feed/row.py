"""One row as it tells: a sender's texts in our words and types, and what could not be read."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from referrals.feed.source import ETHNICITIES, SEXES, SourceDefinition
from victims import normalise

LONGEST_KEY = 140
LONGEST_NUMBER = 60
_OFFENCE_CODE = re.compile(r"([0-9]{1,3})\s*/\s*([0-9]{1,2})|([0-9]{3})([0-9]{2})")
_NOT_WORD = re.compile(r"[^A-Z0-9]+")
# Placeholders such as 01/01/0001 and 31/12/9999 are dates to a calendar and to nobody else.
_YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Report:
    """What a row tells, typed. Empty text and None are: not told, or not readable (then `unreadable` says which).

    safe_to_contact is about telephones, and about the rest where a sender has no mark for e-mails or letters.
    Names and addresses stand as given. `phones` are those that can be dialled. `unreadable`: field to the
    column's name and text, for dates alone; `warnings`: what a practitioner should know of the rest.
    """

    crime_ref: str
    occurrence_ref: str
    nominal: str
    update_no: int
    role: str
    is_victim: bool
    reported_at: datetime | None
    occurred_from: datetime | None
    occurred_to: datetime | None
    offence_code: str
    offence_label: str
    flags: tuple[str, ...]
    surname: str
    given_names: str
    date_of_birth: date | None
    age: int | None
    sex: str
    ethnicity: str
    address: str
    postcode: str
    phones: tuple[normalise.Telephone, ...]
    email: str
    safe_to_contact: bool | None
    safe_to_email: bool | None
    safe_to_write: bool | None
    safe_contact_notes: str
    is_safe_address: bool
    consent: bool | None
    language: str
    interpreter: bool
    officer: str
    suspect_nominal: str
    suspect_name: str
    relationship: str
    summary: str
    is_withdrawn: bool = False
    has_update_no: bool = True
    unreadable: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def record_key(raw: Mapping[str, str], source: SourceDefinition) -> str:
    """What names the record of the sender's system that this row is about, in at most 140 letters.

    A row that leaves a part of it out names no record: it is one of its own, by its content, so that two such
    rows are never taken for one.
    """
    parts = [" ".join(_cell(raw, source, name).upper().split()) for name in source.record]
    key = " ".join(parts)
    if not all(parts):
        return f"content {content_hash(raw)}"
    return key if len(key) <= LONGEST_KEY else f"sha256 {hashlib.sha256(key.encode()).hexdigest()}"


def names_safe_address(raw: Mapping[str, str], source: SourceDefinition) -> bool:
    """Whether the row's address is of a refuge or the like, as its own column, the address or the note says."""
    if _cell(raw, source, "safe_address").upper() in source.yes:
        return True
    told = " ".join(_cell(raw, source, name) for name in ("address", "safe_contact_notes")).upper()
    words = f" {' '.join(_NOT_WORD.split(told))} "
    return any(f" {word} " in words for word in source.safe_address_words)


def where_it_is(raw: Mapping[str, str], source: SourceDefinition) -> dict[str, str]:
    """The cells of the row that say where the person is, as sent: address and postcode."""
    columns = [source.columns[name] for name in ("address", "postcode") if name in source.columns]
    return {column: raw[column] for column in columns if raw.get(column, "").strip()}


def content_hash(raw: Mapping[str, str]) -> str:
    """The same for rows that tell the same, whatever the order of the columns and the spaces at their ends."""
    told = "\x1e".join(f"{column}\x1f{raw[column].strip()}" for column in sorted(raw))
    return hashlib.sha256(told.encode()).hexdigest()


def read_row(raw: Mapping[str, str], source: SourceDefinition) -> Report:
    """The row in our words. Never raises: what cannot be read is told in `unreadable` or `warnings`."""
    unreadable: dict[str, str] = {}
    warnings: list[str] = []

    def text(name: str) -> str:
        return _cell(raw, source, name)

    def moment(name: str) -> datetime | None:
        found = _parsed(text(name), source.times) or _parsed(text(name), source.dates)
        if found is None and text(name):
            unreadable[name] = f"{source.columns[name]} {text(name)[:40]}"
        return found.replace(tzinfo=source.zone).astimezone(UTC) if found else None

    def yes_no(name: str) -> bool | None:
        word = text(name).upper()
        if word and word not in source.yes | source.no:
            warnings.append(f"{source.columns[name]} is neither yes nor no: taken as not known.")
        return True if word in source.yes else False if word in source.no else None

    def listed(name: str, codes: Mapping[str, str], known: Collection[str], default: str) -> str:
        word = text(name).upper()
        code = codes.get(word, word)
        if word and code not in known:
            warnings.append(f"{source.columns[name]} has a code that is not known here: left as not known.")
        return code if code in known else default

    born = _parsed(text("date_of_birth"), source.dates) or _parsed(text("date_of_birth"), source.times)
    if born is None and text("date_of_birth"):
        unreadable["date_of_birth"] = f"{source.columns['date_of_birth']} {text('date_of_birth')[:40]}"
    phones: dict[normalise.Telephone, None] = {}
    for name in ("mobile", "phone"):
        numbers = normalise.telephones(text(name))
        if text(name) and not numbers:
            warnings.append(f"{source.columns[name]} is no telephone number that can be dialled.")
        phones |= dict.fromkeys(numbers)
    email, postcode = normalise.email(text("email")), normalise.postcode(text("postcode"))
    if text("email") and not email:
        warnings.append(f"{source.columns['email']} is no e-mail address.")
    if text("postcode") and not postcode:
        warnings.append(f"{source.columns['postcode']} is no postcode.")
    flags: list[str] = []
    unknown: list[str] = []
    for code in text("flags").upper().replace(",", " ").replace(";", " ").split():
        (flags if code in source.flags else unknown).append(source.flags.get(code, code))
    if unknown:
        warnings.append(f"Flags that this hub does not know: {', '.join(unknown)[:100]}.")
    nominal = text("nominal")
    if len(nominal) > LONGEST_NUMBER:  # cut off, it could be somebody else's
        warnings.append(f"{source.columns['nominal']} is too long to be the number of a person: left out.")
        nominal = ""
    update_no = text("update_no").removesuffix(".0")
    if update_no and not (update_no.isascii() and update_no.isdigit() and len(update_no) < 9):
        warnings.append(f"{source.columns['update_no']} is no number: taken as 0.")
        update_no = ""
    return Report(
        crime_ref=text("crime_ref")[:60],
        occurrence_ref=text("occurrence_ref")[:60],
        nominal=nominal,
        update_no=int(update_no or 0),
        has_update_no=bool(update_no),
        role=text("role"),
        is_victim=not source.columns.get("role") or text("role").upper() in source.victim_roles,
        reported_at=moment("reported_at"),
        occurred_from=moment("occurred_from"),
        occurred_to=moment("occurred_to"),
        offence_code=offence_code(source.offences.get(text("offence_code").upper(), text("offence_code"))),
        offence_label=text("offence_label")[:160],
        flags=tuple(dict.fromkeys(flags)),
        surname=normalise.written(text("surname"))[:200],
        given_names=normalise.written(text("given_names"))[:200],
        date_of_birth=born.date() if born else None,
        age=_age(text("age")),
        sex=listed("sex", source.sexes, SEXES, "0"),
        ethnicity=listed("ethnicity", source.ethnicities, ETHNICITIES, ""),
        address=normalise.written(text("address"))[:300],
        postcode=postcode,
        phones=tuple(phones),
        email=email,
        safe_to_contact=yes_no("safe_to_contact"),
        safe_to_email=yes_no("safe_to_email"),
        safe_to_write=yes_no("safe_to_write"),
        safe_contact_notes=normalise.written(text("safe_contact_notes"))[:300],
        is_safe_address=names_safe_address(raw, source),
        consent=yes_no("consent"),
        language=text("language")[:60],
        interpreter=bool(yes_no("interpreter")),
        officer=text("officer")[:60],
        suspect_nominal=text("suspect_nominal")[:60],
        suspect_name=normalise.written(text("suspect_name"))[:200],
        relationship=text("relationship")[:60],
        summary=text("summary"),
        is_withdrawn=" ".join(text("status").split()).upper() in source.withdrawn,
        unreadable=unreadable,
        warnings=tuple(warnings),
    )


def offence_code(text: str) -> str:
    """A code as the classification writes it, 008/66, also from 8/66 and 00866; anything else as it was sent."""
    found = _OFFENCE_CODE.fullmatch(text)
    if not found:
        return text.upper()
    code, sub = (found[1], found[2]) if found[1] else (found[3], found[4])
    return f"{int(code):03d}/{int(sub):02d}"


def _age(text: str) -> int | None:
    """An age in years, which counts where no date of birth is told; None where it is none."""
    years = text.removesuffix(".0")
    return int(years) if years.isascii() and years.isdigit() and len(years) < 4 else None


def _cell(raw: Mapping[str, str], source: SourceDefinition, name: str) -> str:
    text = raw.get(source.columns.get(name, ""), "").strip()
    return "" if " ".join(text.split()).upper() in source.blank else text


def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    for form in formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 (the caller adds the sender's zone)
        except ValueError:
            continue
        return found if found.year in _YEARS else None
    return None
