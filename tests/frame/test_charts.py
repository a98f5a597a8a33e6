"""Charts: a picture, and always the figures."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import charts
from tests.frame.drawing import drawn

PARTNERS = [
    {"label": "Safe Steps IDVA", "value": 41, "url": "/referrals/?team=1"},
    {"label": "Galop North", "value": 12},
]
BAR = '{% load charts %}{% bar_chart rows title="Onward" table="onward referrals" label_heading="Partner" %}'
STACKED = (
    "{% load charts %}"
    '{% stacked_bar_chart rows series=names title="Cases" table="cases" label_heading="Practitioner" %}'
)
LINES = '{% load charts %}{% line_chart rows series=names title="Weeks" table="weeks" label_heading="Week" %}'
NAMES = ["Received", "Closed"]
WEEKS = [{"label": "7 Sep", "values": [62, 58]}, {"label": "14 Sep", "values": [71, None]}]


@pytest.mark.parametrize(("source", "rows"), [(BAR, PARTNERS), (STACKED, WEEKS), (LINES, WEEKS)])
def test_every_chart_is_named_and_carries_its_table(source, rows):
    markup = drawn(source, rows=rows, names=NAMES)
    assert 'role="img"' in markup
    labelled = re.search(r'aria-labelledby="(\S+) (\S+)"', markup)
    assert labelled
    for name in labelled.groups():
        assert f'id="{name}"' in markup
    table = markup[markup.index("<table") :]
    assert "Show as a table:" in markup
    for row in rows:
        assert row["label"] in table
        for value in row.get("values", [row.get("value")]):
            assert f">{charts.shown(value)}" in table


@pytest.mark.parametrize("source", [BAR, STACKED, LINES])
def test_no_figures_is_said_in_words(source):
    assert "There are no figures yet." in drawn(source, rows=[], names=NAMES)


@pytest.mark.parametrize("source", [BAR, STACKED, LINES])
def test_labels_are_text(source):
    rows = [{"label": "<b onclick=x>&", "values": [3, 4] if source != BAR else [3]}]
    markup = drawn(source, rows=rows, names=["<i>One", "Two"])
    assert "<b" not in markup
    assert "<i>" not in markup
    assert "&lt;b" in markup


def test_a_figure_leads_to_its_list():
    assert '<a class="govuk-link" href="/referrals/?team=1">41' in drawn(BAR, rows=PARTNERS)


def test_the_parts_of_a_bar_are_named_in_their_order():
    markup = drawn(STACKED, rows=WEEKS, names=["Active", "Awaiting partner", "Paused"][:2])
    assert "Bars show active and awaiting partner, in that order." in markup


def test_a_withheld_figure_draws_no_bar_and_shows_a_dash():
    markup = drawn(BAR, rows=[{"label": "Small", "value": None}])
    assert "<rect" not in markup
    assert "–" in markup


def test_no_chart_styles_itself():
    for source in (BAR, STACKED, LINES):
        markup = drawn(source, rows=WEEKS if source != BAR else PARTNERS, names=NAMES)
        assert not re.search(r"\s(style|fill|stroke|on\w+)=", markup)


numbers = st.one_of(st.none(), st.integers(0, 10**7), st.floats(0, 10**7, allow_nan=False))


@given(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=30))
def test_every_bar_stays_in_the_picture(values):
    drawn_bars, _ = charts.bars(["A partner with quite a long name"] * len(values), values)
    for bar in drawn_bars:
        for segment in bar.segments:
            assert float(segment.x) >= 0
            assert float(segment.x) + float(segment.width) <= charts.WIDTH


@given(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=60))
def test_every_point_stays_in_the_picture_and_the_scale_holds_it(values):
    chart = charts.lines([str(index) for index in range(len(values))], NAMES, values)
    assert 2 <= len(chart.rungs) <= 8
    for line in chart.lines:
        for point in line.points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= charts.WIDTH
            assert 0 <= y <= chart.height


@given(st.integers(0, 200), st.integers(0, 200))
def test_names_at_the_ends_of_lines_do_not_cover_each_other(first, second):
    chart = charts.lines(["a", "b"], NAMES, [[50, 50], [first, second]])
    heights = [float(line.label_y) for line in chart.lines]
    assert abs(heights[0] - heights[1]) >= 14.9
