"""Charts as SVG with the same figures as a table: `{% load charts %}`.

Rows have `label`, `values` (or `value` for one series) and, where a figure has a list behind it,
`urls` (or `url`). A value of None is withheld or unknown: a dash, no bar. Colours are classes of
hub.css; what they mean is always said in words beside the picture too.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.text import slugify

from hub import charts as geometry

register = template.Library()


@register.inclusion_tag("components/chart_bars.html")
def bar_chart(
    rows: Iterable[Any],
    title: str,
    table: str,
    label_heading: str,
    value_heading: str = "Number",
    description: str = "",
) -> dict[str, Any]:
    """One horizontal bar for each row. `table` names the figures: "Show as a table: onward referrals"."""
    return _bars(rows, [value_heading], title, table, label_heading, description)


@register.inclusion_tag("components/chart_bars.html")
def stacked_bar_chart(
    rows: Iterable[Any],
    series: Sequence[str],
    title: str,
    table: str,
    label_heading: str,
    description: str = "",
) -> dict[str, Any]:
    """A bar of several parts for each row, in the order of `series`, which a sentence above it says."""
    chart = _bars(rows, series, title, table, label_heading, description)
    names = [name if index == 0 else name[:1].lower() + name[1:] for index, name in enumerate(series)]
    first = names[0][:1].lower() + names[0][1:]
    listed = ", ".join([first, *names[1:-1]]) + (f" and {names[-1]}" if len(names) > 1 else "")
    chart["order"] = f"Bars show {listed}, in that order."
    return chart


@register.inclusion_tag("components/chart_lines.html")
def line_chart(
    rows: Iterable[Any],
    series: Sequence[str],
    title: str,
    table: str,
    label_heading: str,
    description: str = "",
) -> dict[str, Any]:
    """One or two lines over the rows, the first solid, the second dashed, each named at its end."""
    figures = _figures(rows)
    labels, values = [row["label"] for row in figures], [row["values"] for row in figures]
    drawn = geometry.lines(labels, list(series), values)
    return _frame(figures, series, title, table, label_heading, description) | {"chart": drawn}


def _bars(
    rows: Iterable[Any], series: Sequence[str], title: str, table: str, label_heading: str, description: str
) -> dict[str, Any]:
    figures = _figures(rows)
    bars, height = geometry.bars([row["label"] for row in figures], [row["values"] for row in figures])
    frame = _frame(figures, series, title, table, label_heading, description)
    return frame | {"bars": bars, "height": height, "bar": geometry.BAR}


def _frame(
    figures: list[dict[str, Any]],
    series: Sequence[str],
    title: str,
    table: str,
    label_heading: str,
    description: str,
) -> dict[str, Any]:
    """What every chart has: its names, and its table."""
    return {
        "title": title,
        "description": description or _told(figures, series),
        "name": f"chart-{slugify(table)}",
        "table": table,
        "label_heading": label_heading,
        "series": series,
        "width": geometry.WIDTH,
        "figures": [
            {
                "label": row["label"],
                "cells": [
                    {"text": geometry.shown(value), "url": url}
                    for value, url in zip(row["values"], row["urls"], strict=True)
                ],
            }
            for row in figures
        ],
    }


def _told(figures: list[dict[str, Any]], series: Sequence[str]) -> str:
    """The chart in a sentence, for who does not see it."""
    if not figures:
        return "There are no figures yet."
    names = " and ".join(series) if len(series) < 3 else ", ".join(series)
    first, last = figures[0]["label"], figures[-1]["label"]
    return f"{names}: {len(figures)} rows, from {first} to {last}. The table below has every figure."


def _figures(rows: Iterable[Any]) -> list[dict[str, Any]]:
    figures = []
    for row in rows or ():
        values = _read(row, "values")
        urls = _read(row, "urls")
        values = [_read(row, "value")] if values is None else list(values)
        urls = [_read(row, "url")] if urls is None else list(urls)
        urls += [None] * (len(values) - len(urls))
        figures.append({"label": str(_read(row, "label")), "values": values, "urls": urls})
    return figures


def _read(row: Any, name: str) -> Any:
    # A dict's own method `values` must not be taken for the row's figures.
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
