"""Bars drawn by the server: no script, no inline style, so the strict CSP holds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

WIDTH = 640
HEIGHT = 150
TOP = 8
BOTTOM = 20
LEFT = 38
GAP = 0.22
LINES = 3

NAMES = {"events": _("events"), "delivered": _("delivered"), "failed": _("failed")}
"""What the series are called on the screen; the keys are their CSS classes."""

Series = Mapping[str, Sequence[int]]


@register.inclusion_tag("console/chart.html")
def bars(title: str, labels: Sequence[str], series: Series) -> dict[str, Any]:
    """Return stacked bars as SVG; one CSS class for each series, a title per bar."""
    columns = list(zip(*series.values(), strict=True))
    top = nice_top(max((sum(column) for column in columns), default=0))
    return {
        "title": title,
        "size": f"0 0 {WIDTH} {HEIGHT + BOTTOM}",
        "legend": [(name, NAMES[name]) for name in series],
        "totals": _listed((name, sum(nums)) for name, nums in series.items()),
        "lines": _lines(top),
        "bars": _bars(labels, tuple(series), columns, top),
    }


def nice_top(largest: int) -> int:
    """Return a round number that ``LINES`` divides and ``largest`` does not exceed."""
    step = 1
    while step * LINES < largest:
        step = _next_step(step)
    return step * LINES


def _next_step(step: int) -> int:
    """Follow 1, 2, 5, 10, 20, 50 and so on."""
    leading = int(str(step)[0])
    return step * 5 // 2 if leading == 2 else step * 2


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{NAMES[name]} {count}" for name, count in counts)


def _lines(top: int) -> SafeString:
    rows = []
    for number in range(LINES + 1):
        y = round(HEIGHT - number / LINES * (HEIGHT - TOP), 1)
        rows.append((LEFT, y, WIDTH, y, LEFT - 6, y + 3.5, top * number // LINES))
    return format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}"/>'
        '<text x="{}" y="{}" text-anchor="end">{}</text>',
        rows,
    )


def _bars(
    labels: Sequence[str],
    names: tuple[str, ...],
    columns: Sequence[Sequence[int]],
    top: int,
) -> SafeString:
    step = (WIDTH - LEFT) / max(len(labels), 1)
    return format_html_join(
        "",
        '<g><title>{}: {}</title><rect class="hit" x="{}" y="0" width="{}" '
        'height="{}"/>{}{}</g>',
        (
            (
                label,
                _listed(zip(names, column, strict=True)),
                round(LEFT + index * step, 1),
                round(step, 1),
                HEIGHT,
                _stack(names, column, LEFT + index * step, step, top),
                _label(label, LEFT + (index + 0.5) * step, is_shown=index % 2 == 0),
            )
            for index, (label, column) in enumerate(zip(labels, columns, strict=True))
        ),
    )


def _stack(
    names: tuple[str, ...], column: Sequence[int], x: float, step: float, top: int
) -> SafeString:
    y = float(HEIGHT)
    parts = []
    for name, value in zip(names, column, strict=True):
        height = value / top * (HEIGHT - TOP)
        y -= height
        numbers = (x + GAP / 2 * step, y, step * (1 - GAP), height)
        parts.append((name, *(round(number, 1) for number in numbers)))
    return format_html_join(
        "", '<rect class="s-{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"/>', parts
    )


def _label(text: str, x: float, *, is_shown: bool) -> SafeString | str:
    if not is_shown:
        return ""
    place = (round(x, 1), HEIGHT + 15)
    return format_html(
        '<text x="{}" y="{}" text-anchor="middle">{}</text>', *place, text
    )
