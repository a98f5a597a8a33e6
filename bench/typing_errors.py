"""Errors as people, ears and scanners make them in what they type."""

import random

KEYS = """aqsz bvgn cxdv dsfe ewrd fdgr gfht hgjy iuok jhku kjli lkop mnj nbmh oipl pol qwa retf sadw tryg
uyij vcbf wqes xzcs ytuh zxsa"""
NEXT_KEYS = {word[0]: word[1:] for word in KEYS.split()}
HEARD = """ph>f f>ph ck>k c>k k>c ie>y y>ie ey>y ee>ea ea>ee ll>l l>ll nn>n n>nn tt>t s>z z>s gh> ei>ie wh>w
ks>x x>ks ow>ou mac>mc son>sen"""
SCANNED = """m>rn rn>m w>vv d>cl cl>d l>1 o>0 s>5 b>6 i>l l>i e>c g>q h>b u>v n>ri"""
MISTAKEN = [[pair.split(">") for pair in each.split()] for each in (HEARD, SCANNED)]


def typed_wrongly(text: str, chance: random.Random, errors: int = 1) -> str:
    """So many errors, each of one kind."""
    for _ in range(errors):
        text = _one_error(text, chance)
    return text


def _one_error(text: str, chance: random.Random) -> str:
    """Of a finger (letters turned, left out, doubled or missed), of an ear, or of a scanner."""
    if len(text) < 3:
        return text
    if chance.random() < 0.25:
        pairs = [(a, b) for a, b in chance.choice(MISTAKEN) if a in text.lower()]
        if pairs:
            old, new = chance.choice(pairs)
            at = text.lower().index(old)
            return text[:at] + new + text[at + len(old) :]
    at = chance.randrange(len(text) - 1)
    kind = chance.choices(("turned", "left out", "missed", "added"), (30, 25, 30, 15))[0]
    if kind == "turned":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == "left out":
        return text[:at] + text[at + 1 :]
    letter = chance.choice(NEXT_KEYS.get(text[at].lower(), "aeiou"))
    return text[:at] + letter + text[at + (kind == "missed") :]


def typed_digits(text: str, chance: random.Random) -> str:
    """One digit wrong, or two neighbours turned."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    if len(places) < 2:
        return text
    at = chance.choice(places[:-1])
    if chance.random() < 0.3 and text[at + 1].isdigit():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + str((int(text[at]) + chance.randrange(1, 10)) % 10) + text[at + 1 :]


def retyped(postcode: str, chance: random.Random) -> str:
    """A postcode with one sign changed for another of its kind."""
    at = chance.choice([place for place, sign in enumerate(postcode) if sign != " "])
    new = chance.choice("123456789" if postcode[at].isdigit() else "ABDEFGHJLNPQRSTUWXYZ")
    return postcode[:at] + new + postcode[at + 1 :]
