"""The built styles and scripts: ours to use, and nothing fetched from elsewhere."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "static" / "build"
sys.path.insert(0, str(ROOT / "scripts"))

import build_assets  # noqa: E402


@pytest.fixture(scope="module")
def built() -> dict[str, str]:
    """The text of every built file; they are built first where they are not."""
    build_assets.build()
    return {path.name: path.read_text("utf-8") for path in BUILD.rglob("*") if path.is_file()}


def test_the_typeface_and_the_crest_of_gov_uk_are_left_out(built):
    sheet = built["hub.css"].lower()
    assert "@font-face" not in sheet
    assert "gds transport" not in sheet
    assert "system-ui" in sheet
    assert not [name for name in built if "crest" in name or "crown" in name or "font" in name]
    assert "crest" not in sheet


def test_nothing_is_fetched_from_elsewhere(built):
    for name, text in built.items():
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", text), name
        assert "@import" not in text, name
        assert "sourceMappingURL" not in text, name


def test_every_image_that_the_styles_name_is_there(built):
    named = re.findall(r"url\([\"']?([^)\"']+)[\"']?\)", built["hub.css"])
    images = [url for url in named if not url.startswith("data:")]
    assert images
    for url in images:
        assert (BUILD / url).is_file(), url


def test_both_design_systems_and_our_own_parts_are_in_the_one_sheet(built):
    for part in (".govuk-button", ".moj-timeline", ".hub-tile"):
        assert part in built["hub.css"]


def test_what_is_built_is_not_built_again(built):
    assert build_assets.build() is False


def test_the_lock_has_hashes_and_no_addresses():
    lock = (ROOT / "package-lock.json").read_text()
    assert '"integrity": "sha512-' in lock
    assert "://" not in lock
    assert '"resolved"' not in lock
