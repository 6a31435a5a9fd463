"""How a postback fares, in words and as a strip: for its row and its page."""

from datetime import datetime

from django.utils import dateformat, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    told = _("%(hours)s hours: %(delivered)s delivered, %(failed)s failed")
    words = told % {
        "hours": HOURS,
        "delivered": lately.delivered,
        "failed": lately.failed,
    }
    bars = [
        (_label(hour.starts_at), hour.delivered, hour.failed) for hour in lately.hours
    ]
    return format_html(
        '<span class="lately">{} {}</span>', strip(bars, words), _percent(share, words)
    )


def _label(moment: datetime) -> str:
    return dateformat.format(timezone.localtime(moment), "d M H:00")


def _percent(share: float, words: str) -> SafeString:
    return badge(shortly(share), "bad" if share < HEALTHY else "ok", words)


def shortly(share: float) -> str:
    """Return a share without decimals; what is nearly all is not called all."""
    nearest = round(share)
    if nearest == 100 and share < 100:
        return "> 99 %"
    return f"{nearest} %"


def health(rule: PostbackRule, lately: Lately, now: datetime) -> SafeString | str:
    """Return the last hours, and when it last succeeded and failed."""
    moments = (
        (_("last success"), lately.delivered_at),
        (_("last failure"), lately.failed_at),
    )
    lines = [(words, ago(moment, now)) for words, moment in moments if moment]
    failing = _failing(rule, now)
    if not lines and not failing:
        return last_day(lately)
    return format_html(
        "{} {} {}",
        last_day(lately),
        failing,
        format_html_join(" ", '<small class="quiet">{} {}</small>', lines),
    )


def _failing(rule: PostbackRule, now: datetime) -> SafeString | str:
    """Return a badge while nothing but failures came."""
    known = getattr(rule, "health", None)
    if known is None or not known.failures:
        return ""
    since = _duration(now, known.failing_since)
    title = _("For %(duration)s now. %(message)s")
    words = ngettext(
        "%(count)s failure in a row", "%(count)s failures in a row", known.failures
    )
    return badge(
        words % {"count": known.failures},
        "bad",
        title % {"duration": since, "message": known.last_message},
    )


def ago(moment: datetime, now: datetime) -> SafeString:
    """Return how long ago, with the moment itself in the title."""
    local = f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        local,
        _("%(duration)s ago") % {"duration": _duration(now, moment)},
    )


def _duration(now: datetime, since: datetime) -> str:
    """Return the time between as one number: "3 h", not "3 h 12 min"."""
    words = duration(max((now - since).total_seconds(), 0)).split()
    return " ".join(words[:2])
