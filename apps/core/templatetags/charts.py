"""Bars drawn by the server: no script, no inline style, so the strict CSP holds."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

WIDTH = 640
HEIGHT = 160
GAP = 3


@register.simple_tag
def bars(labels: Sequence[str], title: str, **series: Sequence[int]) -> SafeString:
    """Return stacked bars as SVG; one CSS class for each series, a title per bar."""
    columns = list(zip(*series.values(), strict=True))
    top = max((sum(column) for column in columns), default=0) or 1
    step = WIDTH / max(len(labels), 1)
    groups = format_html_join(
        "",
        "{}",
        (
            (_bar(label, tuple(series), column, index * step, step, top),)
            for index, (label, column) in enumerate(zip(labels, columns, strict=True))
        ),
    )
    return format_html(
        '<figure class="chart"><figcaption>{} <small>max {}</small></figcaption>'
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></figure>',
        title,
        top,
        WIDTH,
        HEIGHT + 18,
        title,
        groups,
    )


def _bar(
    label: str,
    names: tuple[str, ...],
    column: Sequence[int],
    x: float,
    step: float,
    top: int,
) -> SafeString:
    y = float(HEIGHT)
    parts = []
    for name, value in zip(names, column, strict=True):
        height = value / top * (HEIGHT - 8)
        y -= height
        numbers = (x + GAP, y, step - 2 * GAP, height)
        parts.append((name, *(round(number, 1) for number in numbers)))
    rects = format_html_join(
        "", '<rect class="s-{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', parts
    )
    told = ", ".join(f"{n} {v}" for n, v in zip(names, column, strict=True))
    return format_html(
        '<g><title>{}: {}</title><rect class="hit" x="{}" y="0" width="{}" '
        'height="{}"/>{}<text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        label,
        told,
        round(x, 1),
        round(step, 1),
        HEIGHT,
        rects,
        round(x + step / 2, 1),
        HEIGHT + 14,
        label,
    )
