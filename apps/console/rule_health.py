"""How a postback fares, in words and as a strip: for its row and its page."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.adminkit.showing import NOTHING, badge, duration
from apps.core.adminkit.strips import strip
from apps.postbacks.models import PostbackRule
from apps.reports.rule_hours import HOURS, Lately

HEALTHY = 90.0
"""So many percent of what ended arrived, or the row is red."""


def last_day(lately: Lately) -> SafeString | str:
    """Return the strip of the last hours, with the share that arrived."""
    share = lately.share
    if share is None:
        return NOTHING
    words = f"{HOURS} hours: {lately.delivered} delivered, {lately.failed} failed"
    bars = [
        (
            f"{timezone.localtime(hour.starts_at):%d %b %H:00}",
            hour.delivered,
            hour.failed,
        )
        for hour in lately.hours
    ]
    return format_html(
        '<span class="lately">{} {}</span>', strip(bars, words), _percent(share, words)
    )


def _label(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d %b %H:00}"


def _percent(share: float, words: str) -> SafeString:
    return badge(shortly(share), "bad" if share < HEALTHY else "ok", words)


def shortly(share: float) -> str:
    """Return a share without decimals; what is nearly all is not called all."""
    nearest = round(share)
    if nearest == 100 and share < 100:
        return "> 99 %"
    return f"{nearest} %"


def last_failure(rule: PostbackRule, lately: Lately, now: datetime) -> SafeString | str:
    """Return how long ago something failed; a row of failures is going on."""
    health = getattr(rule, "health", None)
    if health is not None and health.failures:
        failing = badge(
            f"failing for {_duration(now, health.failing_since)}",
            "bad",
            health.last_message,
        )
        return format_html("{} {}", failing, ago(lately.failed_at, now, ""))
    return ago(lately.failed_at, now)


def ago(
    moment: datetime | None, now: datetime, otherwise: str = NOTHING
) -> SafeString | str:
    """Return how long ago, with the moment itself in the title."""
    if moment is None:
        return otherwise
    local = f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    return format_html(
        '<time datetime="{}" title="{}">{} ago</time>',
        moment.isoformat(),
        local,
        _duration(now, moment),
    )


def _duration(now: datetime, since: datetime) -> str:
    """Return the time between as one number: "3 h", not "3 h 12 min"."""
    words = duration(max((now - since).total_seconds(), 0)).split()
    return " ".join(words[:2])
