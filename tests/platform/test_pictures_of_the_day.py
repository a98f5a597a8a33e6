"""docs/practitioners/day: every page and picture that is named is there, no picture is left over, and all are small."""

import re

from scripts.screenshots import FOLDER, PICTURES
from tests.platform.stage import ROOT

DAY = ROOT / "docs" / "practitioners" / "day"
PAGES = {page.name: page.read_text() for page in DAY.glob("*.md")}


def named(pattern: str) -> set[str]:
    return {found for text in PAGES.values() for found in re.findall(pattern, text)}


def test_every_page_that_is_named_is_there_and_the_first_one_names_all():
    links = named(r"\]\(([^)]+\.md)\)")
    assert {link for link in links if not (DAY / link).is_file()} == set()
    assert set(re.findall(r"\]\((\d[^)]+\.md)\)", PAGES["README.md"])) == PAGES.keys() - {"README.md"}


def test_every_picture_is_named_made_by_the_script_and_small():
    pictures = {path.stem: path for path in FOLDER.glob("*.png")}
    assert named(r"\]\(images/([a-z]+)\.png\)") == pictures.keys() == {one.name for one in PICTURES}
    assert named(r"!\[\]") == set(), "each says in words what it shows"
    for path in pictures.values():
        assert path.read_bytes().startswith(b"\x89PNG"), path.name
    assert sum(path.stat().st_size for path in pictures.values()) < 2_000_000
