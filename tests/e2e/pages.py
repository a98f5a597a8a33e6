"""Walking the product by its own links, as each role, and what is looked at on each page."""

from collections.abc import Collection, Iterator
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve, reverse
from playwright.sync_api import Page

from tests.matrix.doors import WORK

AXE = Axe()
# Rules of WCAG 2.2 A and AA, and what the axe engine calls best practice.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
ENOUGH_OF_ONE_KIND = 2
NO_PAGES = ("_csv", "_export", "_progress", "triage_new")  # files, and parts of pages
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 900}
# What stands on a page: each element with its classes and attributes' names, below three that hold it. A heading
# also stands after another, and an open part is not a closed one.
SHAPES = """() => {
  const shapes = new Set();
  let heading = "";
  const look = (one, above) => {
    const attributes = [...one.attributes].map(each => each.name).filter(name => !name.startsWith("data-")).sort();
    let shape = [one.tagName, ...[...one.classList].sort(), ...attributes, one.type || ""].join(" ");
    if (/^H[1-6]$/.test(one.tagName)) { shape += " after " + heading; heading = one.tagName; }
    const path = [...above.slice(-3), shape];
    shapes.add(path.join(" > "));
    for (const child of one.children) look(child, path);
  };
  look(document.body, []);
  return [...shapes];
}"""


class Look:
    """Looks at pages narrow and wide with axe, and only where one has what none before it had."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._shapes: dict[int, set[str]] = {}

    def __call__(self, page: Page, name: str = "") -> list[str]:
        """What is wrong with the page as it stands, at its present width; the first page of a name also wide."""
        found = [*self._faults(page), *too_wide(page)]
        if name and name not in self.names:
            self.names.add(name)
            page.set_viewport_size(WIDE)
            found += [*self._faults(page), *too_wide(page)]
            page.set_viewport_size(NARROW)
        return found

    def _faults(self, page: Page) -> list[str]:
        known = self._shapes.setdefault(page.viewport_size["width"], set())
        shapes = set(page.evaluate(SHAPES))
        if shapes <= known:
            return []
        known |= shapes
        return faults(page)


def walk(page: Page, start: str = "/", known: Collection[str] = ()) -> Iterator[str]:
    """Open each kind of page that links lead to from `start`, and yield the name of its address.

    Twice at most; once where other readers know it. The browser stands on the page while the caller looks at it.
    """
    others = frozenset(known)
    seen: dict[str, int] = {}
    visited: set[str] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop(0)
        name = resolve(urlsplit(path).path).url_name or ""
        key = (name, urlsplit(path).path)
        if key in visited or seen.get(name, 0) >= (1 if name in others else ENOUGH_OF_ONE_KIND):
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


def addresses() -> dict[str, str]:
    """By name: the pages whose address names nobody, to which there may be no link."""
    whole = [name for name, door in WORK.items() if not door.at and not name.startswith("api_")]
    return {name: reverse(name) for name in whole if not name.endswith(NO_PAGES)}


def opened(page: Page, path: str) -> bool:
    """Whether a page stands there for this reader, and the browser on it."""
    asked = page.request.get(path)  # what only takes forms answers nothing that a browser could show
    if not asked.ok or "text/html" not in asked.headers.get("content-type", ""):
        return False
    page.goto(path)
    return True


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
