"""What no page may contain, and what every page has. Walks the templates, so a new one is checked too."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path for folder in [ROOT / "templates", *ROOT.glob("*/templates")] for path in folder.rglob("*.html")
)

FORBIDDEN = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "an event attribute": r"<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=",
    "a script in a link": r"javascript:",
    "something evaluated": r"hx-(?:vals|headers)\s*=\s*['\"]js:",
    "a file from elsewhere": r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_template_styles_or_runs_anything_inline(path):
    text = path.read_text("utf-8")
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)]
    assert found == []
    for script in re.findall(r"<script\b[^>]*>", text):
        data = 'type="application/json"' in script  # a block of data is never run
        assert data or " src=" in script, f"{script} in {path.name}: put it in static/src and load it"


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_can_be_read(path):
    folder = next(parent for parent in path.parents if parent.name == "templates")
    assert get_template(str(path.relative_to(folder)))


def test_the_walk_finds_the_templates():
    assert len(TEMPLATES) > 40
    for bad in ('<p style="x">', "<a onclick='x'>", "<button hx-on:click='x'>", '<img src="//x.y/z">'):
        assert any(re.search(pattern, bad) for pattern in FORBIDDEN.values())


def test_the_page_for_a_broken_server_needs_nothing_that_may_be_broken():
    markup = get_template("500.html").render()
    assert "was not saved" in markup
    assert "{%" not in Path(ROOT / "templates/500.html").read_text("utf-8")
    assert "{{" not in Path(ROOT / "templates/500.html").read_text("utf-8")


def test_every_post_form_carries_its_token():
    for path in TEMPLATES:
        for form in re.findall(
            r"<form\b[^>]*method=.post.[^>]*>.*?</form>", path.read_text("utf-8"), re.DOTALL
        ):
            assert "csrf_token" in form, path
