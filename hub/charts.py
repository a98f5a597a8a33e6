"""Where the bars and lines of a chart stand. Pure geometry: numbers in, coordinates out.

Coordinates are given as text, so that no locale can put a comma where SVG wants a point.
"""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 520
BAR, PITCH = 22, 30
LETTER = 7.1
"""The usual width of a letter at the size of chart text, to leave room for labels."""

Number = int | float | None


class Segment(NamedTuple):
    x: str
    width: str
    series: int


class Bar(NamedTuple):
    label: str
    label_x: str
    y: str
    text_y: str
    segments: list[Segment]
    total: str
    total_x: str


class Tick(NamedTuple):
    label: str
    at: str
    text_at: str


class Line(NamedTuple):
    name: str
    series: int
    points: str
    label_x: str
    label_y: str


def shown(value: Number) -> str:
    """A figure as people write it: 1,204; 1.8; a dash where it is withheld or unknown."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}".removesuffix(".0")


def shortened(label: str, letters: int) -> str:
    """A label cut to a number of letters; the table has it whole."""
    return label if len(label) <= letters else f"{label[: letters - 1].rstrip()}…"


def bars(labels: Sequence[str], values: Sequence[Sequence[Number]]) -> tuple[list[Bar], int]:
    """Horizontal bars, each of one or more segments side by side, and the height of the picture."""
    cut = [shortened(label, 26) for label in labels]
    totals = [sum(value or 0 for value in row) for row in values]
    left = max((len(label) for label in cut), default=0) * LETTER + 10
    room = WIDTH - left - max((len(shown(total)) for total in totals), default=1) * LETTER - 12
    longest = max(totals, default=0) or 1
    drawn = []
    for index, (label, row, total) in enumerate(zip(cut, values, totals, strict=True)):
        x, segments = left, []
        for series, value in enumerate(row, start=1):
            width = (value or 0) / longest * room
            if width:
                segments.append(Segment(_text(x), _text(max(width - 1, 0.5)), series))
            x += width
        y = index * PITCH + 4
        withheld = all(value is None for value in row)
        drawn.append(
            Bar(
                label,
                _text(left - 8),
                _text(y),
                _text(y + 16),
                segments,
                shown(None if withheld else total),
                _text(x + 6),
            )
        )
    return drawn, len(drawn) * PITCH + 4


class LineChart(NamedTuple):
    lines: list[Line]
    rungs: list[Tick]
    """Marks up the left side, from nought."""
    marks: list[Tick]
    """Marks along the foot."""
    left: str
    right: str
    height: int


def lines(labels: Sequence[str], names: Sequence[str], values: Sequence[Sequence[Number]]) -> LineChart:
    """One line for each name over the same labels; `values` has a row for each label."""
    height, top, foot = 240, 14, 212
    step, highest = _steps(max((value or 0 for row in values for value in row), default=0))
    left = len(shown(highest)) * LETTER + 12
    right = WIDTH - max((len(name) for name in names), default=0) * LETTER - 12
    gap = (right - left) / max(len(labels) - 1, 1)

    def height_of(value: float) -> float:
        return foot - (foot - top) * value / highest

    rungs = [
        Tick(shown(value), _text(height_of(value)), _text(height_of(value) + 4))
        for value in _range(step, highest)
    ]
    room = max((len(label) for label in labels), default=1) * LETTER + 14
    every = max(1, math.ceil(room / gap)) if gap else 1
    marks = [
        Tick(label, _text(left + index * gap), _text(foot + 20))
        for index, label in enumerate(labels)
        if index % every == 0
    ]
    ends = [_last([row[series] for row in values]) for series in range(len(names))]
    places = _apart([height_of(end) for end in ends])
    drawn = []
    for series, name in enumerate(names):
        points = [
            f"{_text(left + index * gap)},{_text(height_of(value))}"
            for index, row in enumerate(values)
            if (value := row[series]) is not None
        ]
        drawn.append(Line(name, series + 1, " ".join(points), _text(right + 8), _text(places[series] + 4)))
    return LineChart(drawn, rungs, marks, _text(left), _text(right), height)


def _steps(highest: float) -> tuple[int, int]:
    """A round step and the round top of a scale from nought that holds the highest value in 4 to 6 steps."""
    if highest <= 4:
        return 1, max(math.ceil(highest), 1)
    size = 10 ** math.floor(math.log10(highest / 4))
    step = next(
        int(size * factor)
        for factor in (1, 2, 2.5, 5, 10)
        if highest / (size * factor) <= 6 and size * factor % 1 == 0
    )
    return step, math.ceil(highest / step) * step


def _range(step: int, highest: int) -> list[int]:
    return list(range(0, highest + 1, step))


def _last(values: Sequence[Number]) -> float:
    return next((value for value in reversed(values) if value is not None), 0)


def _apart(places: list[float], gap: float = 15) -> list[float]:
    """The same places, moved just so far apart that two labels do not stand on each other."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda index: places[index])
    for above, below in itertools.pairwise(order):
        moved[below] = max(moved[below], moved[above] + gap)
    return moved


def _text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
