"""A strip of tiny bars for a row of a list, drawn by the server like the charts."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

STEP = 4
BAR = 3
HEIGHT = 18
LEAST = 2
"""Even one of many stays visible."""

Bar = tuple[str, int, int]
"""What the bar is about, how many went well, how many went wrong."""


def strip(bars: Sequence[Bar], words: str) -> SafeString:
    """Return ``bars`` as SVG; ``words`` say the same to who cannot see it."""
    top = max((good + bad for _, good, bad in bars), default=0)
    return format_html(
        '<svg class="strip" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        STEP * len(bars),
        HEIGHT,
        words,
        format_html_join("", "{}", ((_bar(n, b, top),) for n, b in enumerate(bars))),
    )


def _bar(place: int, bar: Bar, top: int) -> SafeString:
    label, good, bad = bar
    if not good + bad:
        shape = f"M{place * STEP} {HEIGHT - 1}h{BAR}v1h-{BAR}z"
        return format_html('<path class="s-none" d="{}"/>', shape)
    parts = [("s-failed", _height(bad, top)), ("s-delivered", _height(good, top))]
    y, rows = HEIGHT, []
    for name, height in parts:
        y -= height
        if height:
            rows.append((name, place * STEP, y, BAR, height))
    return format_html(
        "<g><title>{}</title>{}</g>",
        _("%(hour)s: %(good)s delivered, %(bad)s failed")
        % {"hour": label, "good": good, "bad": bad},
        format_html_join(
            "", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', rows
        ),
    )


def _height(count: int, top: int) -> int:
    """Return the height of ``count``; two parts of the highest bar fill the strip."""
    if not count:
        return 0
    return max(LEAST, round(count / top * (HEIGHT - LEAST)))
