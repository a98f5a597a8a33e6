"""The parts that pages are made of. A builtin library: no page needs to load it.

Each tag draws one template of templates/components, and its docstring is its manual. Rows, groups,
entries and items may be dicts or objects with the named attributes; what is optional may be absent.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, Field
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hub import due as rules
from referrals.queries.asked_needs import in_order, need_words

register = template.Library()

Context = template.Context
POSITION = ("after", "before", "page")
"""Query parameters that say where in a list a reader is; they end when the list itself changes."""

RISKS = {"high": ("High", "red"), "medium": ("Medium", "yellow"), "standard": ("Standard", "grey")}
STATES = {
    "blue": "sent received running in_progress open new proposed pending",
    "green": "accepted completed met workable ratified in_force active answered delivered",
    "red": "overdue missed failed quarantined quarantine error",
    "orange": "returned expired escalated warned",
    "purple": "duplicate update recalled paused",
    "yellow": "awaiting_partner awaiting_reply review triage to_triage unassigned",
    "grey": "draft declined closed ignored retired withdrawn suspended",
}
UNNAMED = str(Field.default_error_messages["required"])
"""Django's own words for a missing answer, which do not say which."""
TONE_OF_STATE = {state: tone for tone, states in STATES.items() for state in states.split()}


# Filters


@register.filter
def due_words(due_at: datetime | None, now: datetime | None = None) -> str:
    """`{{ case.due_at|due_words }}`: "Overdue 2 h 10 m", "Due in 25 m", "Due tomorrow 10:00"."""
    return rules.due_words(due_at or None, now or timezone.now())


@register.filter
def is_overdue(due_at: datetime | None, now: datetime | None = None) -> bool:
    """`{% if case.due_at|is_overdue %}`."""
    return rules.is_overdue(due_at or None, now or timezone.now())


@register.filter
def when(at: datetime | None, now: datetime | None = None) -> str:
    """`{{ event.at|when }}`: "Today 14:02", "16 Nov 2026 09:10"."""
    return rules.when_words(at or None, now or timezone.now())


@register.filter
def in_words(code: object) -> str:
    """A code as words: "in_progress" -> "In progress"."""
    words = str(code or "").replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


@register.filter
def needs(codes: Iterable[str]) -> str:
    """Needs in words, in their usual order: "shelter and accommodation; finance and benefits"."""
    return "; ".join(need_words(one) for one in in_order(codes))


# Headings, buttons and ways back


@register.inclusion_tag("components/page_heading.html")
def page_heading(
    title: str,
    caption: str = "",
    action_url: str = "",
    action_label: str = "",
    secondary: bool = False,
    download: bool = False,
) -> dict[str, Any]:
    """The page's h1, a caption above it and one button at its right; `download`: it leads to a file."""
    return locals()


@register.inclusion_tag("components/button.html")
def button(label: str, kind: str = "", name: str = "", value: str = "", key: str = "") -> dict[str, Any]:
    """A submit button; `kind` is "", "secondary" or "warning"; `key` its key in the browser (accesskey)."""
    return locals()


@register.inclusion_tag("components/button_link.html")
def button_link(url: str, label: str, kind: str = "") -> dict[str, Any]:
    """A link that looks like a button."""
    return locals()


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(
    context: Context,
    url: str,
    label: str,
    kind: str = "secondary",
    name: str = "",
    value: str = "",
    hidden: str = "",
    link: bool = False,
) -> dict[str, Any]:
    """One verb as a form of one button. `hidden` is read out after the label (say the reference);
    `link=True` looks like a link, for rows of a table."""
    shown = {key: value for key, value in locals().items() if key != "context"}
    return shown | {"csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/back_link.html")
def back_link(url: str, label: str = "Back") -> dict[str, Any]:
    """The way back, in block `before_main`."""
    return locals()


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(items: Iterable[Any]) -> dict[str, Any]:
    """Items of `label` and `url`, in block `before_main`."""
    return locals()


# Forms


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | str | None) -> dict[str, Any]:
    """What is wrong with the page's forms, each line leading to its input. Nothing where all is well."""
    errors: list[dict[str, str]] = []
    for form in forms:
        if not isinstance(form, BaseForm) or not form.is_bound:
            continue
        errors += [{"text": str(text), "target": ""} for text in form.non_field_errors()]
        for field in form.visible_fields():
            target = getattr(field, "link_id", field.auto_id)
            errors += [{"text": _named(field, str(text)), "target": target} for text in field.errors]
        for field in form.hidden_fields():
            errors += [{"text": str(text), "target": ""} for text in field.errors]
    return {"errors": errors}


def _named(field: BoundField, text: str) -> str:
    """An error that makes sense away from its field."""
    return f"{field.label}: {text[:1].lower()}{text[1:]}" if text == UNNAMED else text


# Figures and boxes


@register.inclusion_tag("components/tile.html")
def tile(number: object, label: str, note: str = "", url: str = "", tone: str = "blue") -> dict[str, Any]:
    """One figure with its words, inside `{% tiles %}`. `tone` "red" for what needs somebody now."""
    return locals()


@register.simple_block_tag
def tiles(content: SafeString) -> SafeString:
    """A row of tiles: four beside each other, two on a narrow screen."""
    return format_html('<div class="hub-tiles">{}</div>', content)


@register.simple_block_tag
def cards(content: SafeString) -> SafeString:
    """Boxes in two columns."""
    return format_html('<div class="hub-cards">{}</div>', content)


@register.simple_block_tag
def card(content: SafeString, title: str) -> SafeString:
    """A bordered box under a heading."""
    return format_html(
        '<section class="hub-card"><h2 class="govuk-heading-m">{}</h2>{}</section>', title, content
    )


@register.simple_block_tag
def inset(content: SafeString) -> SafeString:
    """Text set apart."""
    return format_html('<div class="govuk-inset-text">{}</div>', content)


@register.simple_block_tag
def warning(content: SafeString) -> SafeString:
    """Text that must not be missed."""
    return format_html(
        '<div class="govuk-warning-text"><span class="govuk-warning-text__icon" aria-hidden="true">!</span>'
        '<strong class="govuk-warning-text__text">'
        '<span class="govuk-visually-hidden">Warning</span>{}</strong></div>',
        content,
    )


@register.simple_block_tag
def details(content: SafeString, summary: str, open: bool = False) -> SafeString:
    """Text behind a summary line."""
    return format_html(
        '<details class="govuk-details"{}><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text">{}</div></details>',
        SafeString(" open") if open else "",
        summary,
        content,
    )


@register.simple_block_tag
def notification(content: SafeString, title: str, kind: str = "") -> SafeString:
    """A notification banner; `kind` "success" is green and is read out at once."""
    return format_html(
        '<div class="govuk-notification-banner{}" role="{}" aria-label="{}"'
        ' data-module="govuk-notification-banner"><div class="govuk-notification-banner__header">'
        '<h2 class="govuk-notification-banner__title">{}</h2></div>'
        '<div class="govuk-notification-banner__content">{}</div></div>',
        " govuk-notification-banner--success" if kind == "success" else "",
        "alert" if kind == "success" else "region",
        title,
        title,
        content,
    )


@register.inclusion_tag("components/empty_state.html")
def empty_state(heading: str, text: str = "", action_url: str = "", action_label: str = "") -> dict[str, Any]:
    """What stands where a list is empty: that it is, why, and what to do next."""
    return locals()


# Tags


@register.inclusion_tag("components/tag.html")
def risk_tag(grade: str | None) -> dict[str, str]:
    """The grade of risk in words and colour; None is "Not assessed"."""
    label, tone = RISKS.get(str(grade or "").lower(), (in_words(grade) or "Not assessed", "none"))
    return {"label": label, "tone": tone}


@register.inclusion_tag("components/tag.html")
def status_tag(state: str, label: str = "") -> dict[str, str]:
    """A state in words and colour; the words are the code's own unless given."""
    return {"label": label or in_words(state), "tone": TONE_OF_STATE.get(str(state).lower(), "grey")}


@register.inclusion_tag("components/tag_list.html")
def tag_list(items: Iterable[Any]) -> dict[str, Any]:
    """Strings, or items of `label` and `tone` (grey, red, yellow, blue, green, orange, purple)."""
    named = [{"label": item, "tone": "grey"} if isinstance(item, str) else item for item in items or ()]
    return {"items": named}


@register.inclusion_tag("components/due.html")
def due(due_at: datetime | None, now: datetime | None = None) -> dict[str, Any]:
    """A due time in words, red and bold once it has passed."""
    due_at, now = due_at or None, now or timezone.now()
    words = rules.due_words(due_at, now)
    return {"due_at": due_at, "words": words, "overdue": rules.is_overdue(due_at, now)}


# Lists


def _link(context: Context, **changes: str | None) -> str:
    """The page's own address with some query parameters changed, and the reader's place forgotten."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name in POSITION:
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, numeric: bool = False) -> dict[str, Any]:
    """A column's `<th>` whose link sorts on the server: `?sort=due`, and `?sort=-due` when pressed again.

    Keeps every filter. The sort in force is that of the address, else the page's context `sort`.
    """
    request = context.get("request")
    current = (request.GET.get("sort") if request else "") or context.get("sort") or ""
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    url = _link(context, sort=f"-{key}" if order == "ascending" else key)
    return {"label": label, "order": order, "url": url, "numeric": numeric}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def keyset_pagination(context: Context, previous: str | None = "", next: str | None = "") -> dict[str, Any]:
    """Previous and Next by cursor (`?before=`, `?after=`); keeps the filters."""
    return {
        "previous_url": _link(context, before=previous) if previous else "",
        "next_url": _link(context, after=next) if next else "",
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def numbered_pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Numbered pages of a small list (a Django Paginator's page)."""
    if page.paginator.num_pages < 2:
        return {}
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "pages": [
            {"number": number, "current": number == page.number, "url": _link(context, page=str(number))}
            if isinstance(number, int)
            else {"gap": True}
            for number in numbers
        ],
        "previous_url": _link(context, page=str(page.previous_page_number())) if page.has_previous() else "",
        "next_url": _link(context, page=str(page.next_page_number())) if page.has_next() else "",
    }


@register.inclusion_tag("components/filter_panel.html", takes_context=True)
def filter_panel(
    context: Context,
    groups: Iterable[Any],
    search: Any = None,
    clear: bool = True,
    method: str = "get",
    keep: str = "",
) -> dict[str, Any]:
    """The filter beside a list.

    Args:
        groups: each `name`, `legend`, `options` (each `value`, `label`, `count`, `checked`) and
            `kind`: "checkboxes" (as usual), "radios" or "select".
        search: `name`, `label` and `value` of a text box above them.
        clear: offers "Clear filters" where the address has any.
        method: "post" where the text may be a name or a postcode, which must never stand in an
            address: the view keeps it in the session and redirects to the list.
        keep: a value of the address that is no filter and stays, such as the tab.
    """
    request = context.get("request")
    query = request.GET if request else QueryDict()
    groups = list(groups or ())
    names = {_read(group, "name") for group in groups} | ({_read(search, "name")} if search else set())
    return {
        "groups": groups,
        "search": search,
        "method": method,
        "csrf_token": context.get("csrf_token"),
        "kept": [(name, query[name]) for name in ("sort", keep) if query.get(name)],
        "clear_url": _link(context, **dict.fromkeys(names)) if clear and names & set(query) else "",
    }


def _read(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Iterable[Any]) -> dict[str, Any]:
    """Rows of `key`, `value` and, where wanted, `note`, `action_url`, `action_label`."""
    return locals()


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first as given: `title`, `at` and, where wanted, `by`, `text`, `url`, `label`."""
    return locals()


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], label: str = "Sections") -> dict[str, Any]:
    """Pages beside each other as links: `label`, `url`, `current`."""
    return locals()


@register.inclusion_tag("components/progress.html")
def progress(value: int, maximum: int, label: str) -> dict[str, Any]:
    """How far a long work has come, as a bar and in words."""
    percent = 100 * value // maximum if maximum else 0
    return {"value": value, "maximum": maximum, "label": label, "percent": percent}
