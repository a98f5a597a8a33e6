"""One form for what people type in many."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victims.normalise import (
    Telephone,
    district,
    email,
    folded,
    name_parts,
    postcode,
    telephone,
    telephones,
    written,
)

MOBILE = Telephone("mobile", "07700900123")


@pytest.mark.parametrize(
    "text",
    [
        "07700900123",
        "7700900123",  # the leading zero lost in a spreadsheet
        "7700900123.0",
        " 07700 900 123 ",
        "(07700) 900-123",
        "+447700900123",
        "+44 (0)7700 900123",
        "00447700900123",
        "447700900123",
        "07700.900.123",
        "07700 900123 ext 4",
    ],
)
def test_a_mobile_number_is_one_however_it_is_typed(text):
    assert telephone(text) == MOBILE


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01632 960001", Telephone("phone", "01632960001")),
        ("1632960001", Telephone("phone", "01632960001")),
        ("020 7946 0958", Telephone("phone", "02079460958")),
        ("2079460958", Telephone("phone", "02079460958")),
        ("01204 62083", Telephone("phone", "0120462083")),  # an old, shorter number
        ("+48 22 123 45 67", Telephone("phone", "+48221234567")),
        ("0048221234567", Telephone("phone", "+48221234567")),
        ("07624 123456", Telephone("mobile", "07624123456")),
        ("07012 345678", Telephone("phone", "07012345678")),
    ],
)
def test_other_numbers_are_read_too(text, number):
    assert telephone(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "07700900", "0770090012", "077009001234", "7.7009E+09", "none", "07777777777", "00000000000",
     "0123456789O", "04412345678", "999", "+", "+44", "++447700900123", "0770090O123", "12/11/2026"],
)  # fmt: skip
def test_what_cannot_be_dialled_is_none(text):
    assert telephone(text) is None


def test_a_cell_may_hold_several_numbers():
    assert telephones("07700900123 / 01632 960001 or 07700 900123") == (MOBILE, telephone("01632960001"))
    assert telephones("home; 07700900123, work 01632") == (MOBILE,)
    assert telephones("") == ()


@given(st.text(max_size=40))
def test_a_number_that_is_read_reads_the_same_again(text):
    found = telephone(text)
    assert found is None or (
        telephone(found.number) == found and re.fullmatch(r"\+?[0-9]{8,15}", found.number)
    )


@given(
    st.integers(0, 999), st.sampled_from(["07700900{}", "7700900{}", "+44 7700 900{}", "0044 (0)7700-900{}"])
)
def test_the_regulators_numbers_for_drama_are_read_in_every_form(last, form):
    assert telephone(form.format(f"{last:03d}")) == Telephone("mobile", f"07700900{last:03d}")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Sian.OBrien+1@Example.ORG ", "sian.obrien+1@example.org"),
        ("mailto:a@b.co.uk", "a@b.co.uk"),
        ("MAILTO:a@b.uk", "a@b.uk"),
        ("a@b", ""),
        ("a b@c.org", ""),
        ("a@@b.org", ""),
        ("a..b@c.org", ""),
        (".a@c.org", ""),
        ("a@b.org, c@d.org", ""),
        ("<a@b.org>", ""),
        ("", ""),
        ("a" * 200 + "@b.org", ""),
    ],
)
def test_an_address_is_one_or_none(text, address):
    assert email(text) == address


@pytest.mark.parametrize(
    ("text", "code", "area"),
    [
        ("NP202PJ", "NP20 2PJ", "NP20"),
        ("np20 2pj", "NP20 2PJ", "NP20"),
        ("NP76ZT", "NP7 6ZT", "NP7"),
        ("N P 7  6 Z T", "NP7 6ZT", "NP7"),
        ("SW1A1AA", "SW1A 1AA", "SW1A"),
        ("M1 1AE", "M1 1AE", "M1"),
        ("NP20", "", ""),
        ("NEWPORT", "", ""),
        ("NP20 2P", "", ""),
        ("", "", ""),
    ],
)
def test_a_postcode_has_one_space(text, code, area):
    assert (postcode(text), district(postcode(text))) == (code, area)


@given(st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True))
def test_a_postcode_is_the_same_with_and_without_its_space(code):
    spaced = postcode(code)
    assert spaced
    assert postcode(spaced) == postcode(spaced.lower()) == spaced


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siân", "SIAN"),
        ("Łukasz", "LUKASZ"),
        ("O'Neill", "O’NEILL"),
        ("Zoë", "ZOE"),
        ("Ó Séaghdha", "O SEAGHDHA"),
        ("Tŷ", "ty"),
        ("Ffŵl", "ffwl"),
        ("Müller-Weiß", "MULLER WEISS"),
        ("Bjørn", "BJORN"),
        ("Agnieszka  Żółć", "agnieszka zolc"),
    ],
)
def test_accents_and_case_make_no_difference(one, other):
    assert folded(one) == folded(other)
    assert name_parts(one) == name_parts(other)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SMITH-JONES", ("smith", "jones")),
        ("O'BRIEN", ("obrien",)),
        ("O BRIEN", ("obrien",)),
        ("MC CARTHY", ("mccarthy",)),
        ("<b>ANN</b>", ("ann",)),
        ("MRS ANN", ("ann",)),
        ("DR", ("dr",)),
        ("=1+1", ()),
        ("", ()),
    ],
)
def test_the_parts_of_a_name(text, parts):
    assert name_parts(text) == parts


@given(st.text(max_size=60))
def test_folding_is_done_once_and_for_all(text):
    assert folded(folded(text)) == folded(text)
    assert all(part.isascii() and part.isalpha() for part in name_parts(text))
    assert written(written(text)) == written(text)
