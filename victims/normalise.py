"""One form for what people type in many: names, telephone numbers, e-mail addresses, postcodes. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MOBILE, PHONE = "mobile", "phone"

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
# The shapes of BS 7666; every postcode in use fits, and GIR 0AA is not written to.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")
# Between the numbers of a cell that holds several.
_SEVERAL = re.compile(r"\s*(?:[;,/|\n]|\bor\b|\band\b|&)\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:\bext(?:ension)?\b\.?|\bx|#)\s*[0-9]{1,6}\s*$", re.IGNORECASE)
# Ofcom's numbering plan: ten digits after the zero, nine for some 01 and 0800 numbers; 04 and 06 are not in use.
_NATIONAL = re.compile(r"0(?:[123578][0-9]{9}|1[0-9]{8}|800[0-9]{6})")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_WORD = re.compile(r"[a-z]+|[0-9]+[a-z]?\b|[0-9]+")
_MARKUP = re.compile(r"<[^<>]*>")
_PREFIXES = frozenset({"o", "mc", "mac"})
_TITLES = frozenset({"mr", "mrs", "miss", "ms", "mx", "dr", "rev", "prof", "master"})
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

    Spreadsheets take the leading zero, and may add ".0": ten digits that begin like a British number get
    it back. An extension is left out.
    """
    digits = re.sub(r"[\s().\-]", "", _EXTENSION.sub("", text.strip().removesuffix(".0")))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch(r"440?[1-9][0-9]{9}", digits):
        digits = "+" + digits
    if digits.startswith("+"):
        digits = re.sub(r"^(\+44)0?", "0", digits)
    if digits.startswith("+"):
        return Telephone(PHONE, digits) if re.fullmatch(r"\+[1-9][0-9]{7,14}", digits, re.ASCII) else None
    if re.fullmatch(r"[1237][0-9]{9}", digits):
        digits = "0" + digits
    if not _NATIONAL.fullmatch(digits) or len(set(digits[2:])) == 1:
        return None
    # 070 are personal numbers and 076 pagers, but 07624 are mobiles of the Isle of Man.
    is_mobile = digits[:2] == "07" and (digits[2] not in "06" or digits.startswith("07624"))
    return Telephone(MOBILE if is_mobile else PHONE, digits)


def telephones(text: str) -> tuple[Telephone, ...]:
    """Every number in a text that may hold several, each once, in their order."""
    whole = telephone(text)
    if whole:
        return (whole,)
    found = [number for part in _SEVERAL.split(text) if (number := telephone(part))]
    return tuple(dict.fromkeys(found))


def email(text: str) -> str:
    """The address in lower case; empty where it is none."""
    address = text.strip().lower().removeprefix("mailto:").strip()
    valid = _EMAIL.fullmatch(address) and len(address) <= 200 and ".." not in address
    return address if valid and not address.startswith(".") and ".@" not in address else ""


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


@lru_cache(maxsize=100_000)
def name_parts(text: str) -> tuple[str, ...]:
    """Each name of a text, folded; hyphens part names, apostrophes do not. Markup and titles are no names."""
    words = re.split(r"[\s\-‐–]+", _MARKUP.sub(" ", text))
    parts = [part for word in words if (part := folded(word))]
    joined: list[str] = []
    for part in parts:
        if joined and joined[-1] in _PREFIXES:  # O BRIEN and MC CARTHY are OBRIEN and MCCARTHY
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined[1:] if len(joined) > 1 and joined[0] in _TITLES else joined)


def folded_words(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, such as an address, letters folded: 12A and 12a are one."""
    plain = unicodedata.normalize(
        "NFKD", text.casefold().translate(_FOLDED).replace("'", "").replace("’", "")
    )
    return tuple(_WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter))))


def written(text: str) -> str:
    """Spaces as one, ends trimmed; the letters as given."""
    return " ".join(text.split())
