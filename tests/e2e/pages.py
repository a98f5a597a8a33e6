"""Walking the product by its own links, as each role, and what is looked at on each page."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Page

AXE = Axe()
# Rules of WCAG 2.2 A and AA, and what the axe engine calls best practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ENOUGH_OF_ONE_KIND = 2


def walk(page: Page, start: str = "/") -> Iterator[str]:
    """Open each kind of page that links lead to from `start`, twice at most, and yield the name of its address.

    The browser stands on the page while the caller looks at it.
    """
    seen: dict[str, int] = {}
    visited: set[str] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop(0)
        name = resolve(urlsplit(path).path).url_name or ""
        key = (name, urlsplit(path).path)
        if key in visited or seen.get(name, 0) >= ENOUGH_OF_ONE_KIND:
            continue
        visited.add(key)
        answer = page.goto(path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status == 200, f"{path} was answered {answer.status}"
        landed, asked = urlsplit(page.url).path, name
        name = resolve(landed).url_name or ""
        visited.add((name, landed))
        for one in {
            asked,
            name,
        }:  # what leads on to another page, as a notification does, is enough twice as well
            seen[one] = seen.get(one, 0) + 1
        yield name
        waiting += links(page)


def links(page: Page) -> list[str]:
    """Where this page's links lead within the product, downloads and fragments left out."""
    here = urlsplit(page.url)
    found = []
    for href in page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(a => a.getAttribute('href'))"
    ):
        target = urlsplit(urljoin(page.url, href))
        if (
            target.netloc == here.netloc
            and not target.path.startswith("/static/")
            and not href.startswith("#")
        ):
            found.append(target.path + (f"?{target.query}" if target.query else ""))
    return list(dict.fromkeys(found))


def faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands: rule, where, and how to mend it."""
    found = AXE.run(page, options=RULES).response["violations"]
    here = urlsplit(page.url).path
    return [
        f"{here} {one['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:200]})"
        for one in found
        for node in one["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """Whether the page must be scrolled sideways at its present width (WCAG 1.4.10)."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{urlsplit(page.url).path} is {wide} px too wide"] if wide > 1 else []
