"""The chain that makes the record of looks tamper-evident: one an actor, keyed, so that even the owner
of the database cannot forge a link. Pure: the key is an argument.

A link is an HMAC over the look's own content and the link before it. A seal is an HMAC over the head of
a chain (how many looks, the last link), so that a chain cannot be cut short and given an older head.
Words that were searched for are kept as HMACs too: whoever holds the word can ask for it, nobody can
read it back.
"""

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

MOST_WORDS = 12
_BYTES_OF_A_WORD = 16


def _key(secret: str, use: str) -> bytes:
    return hmac.digest(secret.encode(), b"victim-referral-hub:" + use.encode(), sha256)


def _mac(secret: str, use: str, parts: Iterable[str]) -> bytes:
    """HMAC over parts told apart by their lengths, so that no two lists of parts give the same bytes."""
    mac = hmac.new(_key(secret, use), digestmod=sha256)
    for part in parts:
        told = part.encode()
        mac.update(len(told).to_bytes(8, "big"))
        mac.update(told)
    return mac.digest()


def link(secret: str, *, before: bytes, content: Sequence[str]) -> bytes:
    """The link of one look: over its content, field by field, and the link before it (empty: the first)."""
    return _mac(secret, "link", [before.hex(), *content])


def seal(secret: str, *, actor_kind: str, actor_id: UUID, looks: int, last: bytes) -> bytes:
    """The seal of a chain's head."""
    return _mac(secret, "head", [actor_kind, str(actor_id), str(looks), last.hex()])


def anchor_seal(secret: str, heads: Iterable[Sequence[str]]) -> bytes:
    """The seal of all heads together, as they stood at one time."""
    return _mac(secret, "anchor", [part for head in heads for part in head])


def words(secret: str, text: str) -> list[str]:
    """The keyed hashes of what was searched for: the whole, and each of its words; none for no text.

    Capitals, accents, punctuation and spacing make no difference: "O'Neill" is found as "oneill".
    """
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )
    spaced = "".join(letter if letter.isalnum() or letter in "'’" else " " for letter in plain)
    single = [word for part in spaced.split() if (word := _letters(part))]
    found = dict.fromkeys([_letters(plain), *single[:MOST_WORDS]])
    return [_word(secret, word) for word in found if word]


def whole(secret: str, text: str) -> str:
    """The keyed hash of the whole text alone: of a reference, an id or an e-mail address."""
    return _word(secret, _letters(unicodedata.normalize("NFKD", text.casefold())))


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _word(secret: str, word: str) -> str:
    return _mac(secret, "word", [word])[:_BYTES_OF_A_WORD].hex()
