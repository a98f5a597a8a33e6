"""What was typed into a list's search box, as a condition on cases: a reference, a postcode or a name."""

import re

from django.db.models import Exists, OuterRef, Q

from victims.models import Address, PersonName

REFERENCE = re.compile(r"(?:VRH-)?\d{2}-(\d{1,9})|(\d{1,9})", re.IGNORECASE)
POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})?", re.IGNORECASE)


def search_condition(text: str) -> Q:
    """Cases that the text may mean. Every word of a name must be found in one name that the person goes by."""
    text = " ".join(text.split())
    if not text:
        return Q()
    if found := REFERENCE.fullmatch(text):
        digits = found[1] or found[2]
        return Q(reference__endswith=f"-{int(digits):06d}")
    if found := POSTCODE.fullmatch(text):
        district, rest = found[1].upper(), (found[2] or "").upper()
        if not rest:
            return Q(area=district)
        lives_there = Address.objects.filter(person=OuterRef("person"), postcode=f"{district} {rest}")
        return Q(Exists(lives_there))
    named = PersonName.objects.filter(person=OuterRef("person"))
    for word in text.split():
        named = named.filter(Q(given_names__icontains=word) | Q(surname__icontains=word))
    return Q(Exists(named))
