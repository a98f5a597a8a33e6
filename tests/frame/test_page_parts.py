"""The parts that pages are made of."""

import html
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.core.paginator import Paginator

from tests.frame.drawing import drawn

NOW = datetime(2026, 11, 16, 14, 2, tzinfo=ZoneInfo("Europe/London"))


def links(markup: str) -> list[dict[str, list[str]]]:
    """The query of each link."""
    return [parse_qs(urlsplit(html.unescape(url)).query) for url in re.findall(r'href="([^"]*)"', markup)]


SORT = '{% sort_header "due" "First contact" %}'


def test_a_sort_link_keeps_every_filter_and_forgets_the_place():
    [query] = links(drawn(SORT, "/triage/?risk=high&risk=medium&assigned=nobody&after=abc&page=3&before=x"))
    assert query == {"risk": ["high", "medium"], "assigned": ["nobody"], "sort": ["due"]}


def test_pressing_a_sorted_column_again_turns_it_round():
    rising = drawn(SORT, "/?sort=due")
    assert links(rising) == [{"sort": ["-due"]}]
    assert 'aria-sort="ascending"' in rising
    assert "▲" in rising
    falling = drawn(SORT, "/?sort=-due")
    assert links(falling) == [{"sort": ["due"]}]
    assert 'aria-sort="descending"' in falling
    assert "▼" in falling


def test_another_column_says_nothing_of_an_order():
    assert "aria-sort" not in drawn(SORT, "/?sort=risk")


def test_the_order_a_page_has_by_itself_is_shown_too():
    assert 'aria-sort="ascending"' in drawn(SORT, "/", sort="due")


def test_next_and_previous_keep_filters_and_order():
    markup = drawn('{% keyset_pagination previous="p1" next="n1" %}', "/?risk=high&sort=-due&after=old")
    assert links(markup) == [
        {"risk": ["high"], "sort": ["-due"], "before": ["p1"]},
        {"risk": ["high"], "sort": ["-due"], "after": ["n1"]},
    ]


def test_one_page_needs_no_pages():
    assert drawn("{% keyset_pagination %}").strip() == ""
    assert drawn("{% numbered_pagination page %}", page=Paginator([1], 10).page(1)).strip() == ""


def test_numbered_pages_mark_the_one_shown():
    markup = drawn("{% numbered_pagination page %}", "/?q=1", page=Paginator(range(38), 20).page(1))
    assert 'aria-current="page"' in markup
    assert links(markup) == [
        {"q": ["1"], "page": ["1"]},
        {"q": ["1"], "page": ["2"]},
        {"q": ["1"], "page": ["2"]},
    ]


GROUPS = [
    {
        "name": "assigned",
        "legend": "Assigned to",
        "options": [
            {"value": "nobody", "label": "Nobody", "count": 12, "checked": True},
            {"value": "me", "label": "Me", "count": 0, "checked": False},
        ],
    }
]


def test_the_filter_shows_counts_and_what_is_chosen_and_keeps_the_order():
    markup = drawn("{% filter_panel groups %}", "/?assigned=nobody&sort=-due", groups=GROUPS)
    assert "Nobody (12)" in markup
    assert "Me (0)" in markup
    assert re.search(r'value="nobody" checked', markup)
    assert '<input type="hidden" name="sort" value="-due">' in markup
    assert links(markup) == [{"sort": ["-due"]}]  # Clear filters


def test_clear_filters_is_offered_only_where_there_are_some():
    assert "Clear filters" not in drawn("{% filter_panel groups %}", "/?sort=due", groups=GROUPS)


def test_a_search_by_name_can_stay_out_of_the_address():
    search = {"name": "text", "label": "Name", "value": 'O"Neill'}
    markup = drawn(
        '{% filter_panel groups search=search method="post" %}', groups=[], search=search, csrf_token="t0ken"
    )
    assert '<form method="post"' in markup
    assert "t0ken" in markup
    assert 'value="O&quot;Neill"' in markup


@pytest.mark.parametrize(
    ("grade", "words", "tone"),
    [
        ("high", "High", "red"),
        ("MEDIUM", "Medium", "yellow"),
        ("standard", "Standard", "grey"),
        (None, "Not assessed", "none"),
        ("", "Not assessed", "none"),
    ],
)
def test_risk_is_told_in_words_and_colour(grade, words, tone):
    markup = drawn("{% risk_tag grade %}", grade=grade)
    assert f">{words}<" in markup
    assert f"govuk-tag--{tone}" in markup


def test_a_state_without_a_colour_still_has_its_words():
    assert ">Lost in the post<" in drawn('{% status_tag "lost_in_the_post" %}')


def test_overdue_is_said_in_words_and_marked():
    markup = drawn("{% due at now %}", at=NOW - timedelta(hours=2, minutes=10), now=NOW)
    assert "Overdue 2 h 10 m" in markup
    assert "hub-overdue" in markup
    later = drawn("{% due at now %}", at=NOW + timedelta(minutes=25), now=NOW)
    assert "Due in 25 m" in later
    assert "hub-overdue" not in later


def test_a_verb_is_a_form_that_posts_with_its_token():
    markup = drawn('{% post_button "/claim/" "Claim" hidden="VRH-26-000482" %}', csrf_token="t0ken")
    assert '<form method="post" action="/claim/"' in markup
    assert "t0ken" in markup
    assert "VRH-26-000482" in markup


NASTY = '<script>alert("x")</script>'


@pytest.mark.parametrize(
    "source",
    [
        "{% page_heading nasty caption=nasty action_url=nasty action_label=nasty %}",
        "{% tile 1 nasty note=nasty url=nasty %}",
        "{% card nasty %}{{ nasty }}{% endcard %}",
        "{% inset %}{{ nasty }}{% endinset %}",
        "{% warning %}{{ nasty }}{% endwarning %}",
        "{% details nasty %}{{ nasty }}{% enddetails %}",
        "{% notification nasty %}{{ nasty }}{% endnotification %}",
        "{% risk_tag nasty %}",
        "{% status_tag nasty %}",
        "{% tag_list things %}",
        "{% summary_list rows %}",
        "{% timeline rows %}",
        "{% tabs rows label=nasty %}",
        "{% breadcrumbs rows %}",
        "{% progress 1 2 label=nasty %}",
        "{% empty_state nasty text=nasty action_url=nasty action_label=nasty %}",
        "{% button nasty name=nasty value=nasty %}",
        "{% post_button nasty nasty hidden=nasty %}",
        "{% filter_panel groups search=search %}",
        "{% sort_header nasty nasty %}",
    ],
)
def test_what_people_typed_is_shown_as_text(source):
    rows = [
        dict.fromkeys(("key", "value", "note", "action_url", "title", "by", "text", "url", "label"), NASTY)
    ]
    option = {"value": NASTY, "label": NASTY, "count": 1}
    markup = drawn(
        source,
        nasty=NASTY,
        things=[NASTY],
        rows=rows,
        groups=[{"name": NASTY, "legend": NASTY, "options": [option]}],
        search={"name": NASTY, "label": NASTY, "value": NASTY},
    )
    assert "alert" in markup.lower()
    assert "<script" not in markup.lower()
    assert 'alert("' not in markup


def test_a_fraction_of_nothing_is_nothing():
    assert "0 of 0 (0%)" in drawn('{% progress 0 0 label="Rows read" %}')


def test_progress_is_told_in_words():
    assert "1,200 of 20,000 (6%)" in drawn('{% progress 1200 20000 label="Rows read" %}')
