"""One form for what people type in many: names, telephone numbers, e-mail addresses, postcodes. Pure."""

import re
import unicodedata
from dataclasses import dataclass

MOBILE, PHONE = "mobile", "phone"

_EMAIL = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"']+\.[^@\s.,;<>\"']{2,}", re.ASCII)
# The shapes of BS 7666; every postcode in use fits, and GIR 0AA is not written to.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")
_NOT_LETTERS = re.compile(r"[^a-z]+")
# Letters that no decomposition takes apart.
_FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"}
)


@dataclass(frozen=True)
class Telephone:
    """A number in national form, such as 07700900123, or with + and country where it is from abroad."""

    kind: str
    number: str


def telephone(text: str) -> Telephone | None:
    """The number in a text as people and systems write it; None where it cannot be dialled.

    Spreadsheets take the leading zero: ten digits that begin like a British number get it back. A
    British number has ten or (a few old ones) nine digits after the zero.
    """
    digits = re.sub(r"[\s().\-/]", "", text.strip())
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        digits = re.sub(r"^(\+44)0?", "0", digits)
    if digits.startswith("+"):
        return Telephone(PHONE, digits) if re.fullmatch(r"\+[1-9][0-9]{7,14}", digits) else None
    if re.fullmatch(r"[1237][0-9]{9}", digits):
        digits = "0" + digits
    if not re.fullmatch(r"0[1235789][0-9]{8,9}", digits):
        return None
    if digits.startswith("07"):
        return Telephone(MOBILE, digits) if len(digits) == 11 else None
    return Telephone(PHONE, digits)


def email(text: str) -> str:
    """The address in lower case; empty where it is none."""
    address = text.strip().removeprefix("mailto:").strip().lower()
    return address if _EMAIL.fullmatch(address) and len(address) <= 200 else ""


def postcode(text: str) -> str:
    """The postcode with its space, such as NP20 2PJ; empty where it is none."""
    found = _POSTCODE.fullmatch(re.sub(r"[\s.\-]", "", text).upper())
    return f"{found[1]} {found[2]}" if found else ""


def district(code: str) -> str:
    """The district of a postcode, NP20 of NP20 2PJ; empty where there is none."""
    return code.split(" ")[0] if " " in code else ""


def folded(text: str) -> str:
    """Lower case letters of the basic alphabet alone: Siân and SIAN, Łukasz and LUKASZ, O'Neill and ONEILL are one."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    return _NOT_LETTERS.sub("", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def name_parts(text: str) -> tuple[str, ...]:
    """Each name of a text, folded; hyphens part names, apostrophes do not."""
    return tuple(part for word in re.split(r"[\s\-]+", text) if (part := folded(word)))


def written(text: str) -> str:
    """Spaces as one, ends trimmed; the letters as given."""
    return " ".join(text.split())
