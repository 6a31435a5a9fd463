"""Small things on screens: moments, badges, chips, links, money."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from apps.core.adminkit.addresses import change_url

NOTHING = "\N{EN DASH}"


def moment(value: datetime | None) -> SafeString | str:
    """Return a point in time that sorts and reads the same everywhere."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        f"UTC{local.isoformat()[-6:]}",
        f"{local:%Y-%m-%d %H:%M:%S}",
    )


def moment_column(name: str, label: StrOrPromise) -> Callable[[Any], SafeString | str]:
    """Return a column of a list that shows the time field ``name``."""

    def column(obj: Any) -> SafeString | str:
        return moment(getattr(obj, name))

    column.__name__ = name  # Django makes the cell's CSS class of it.
    return admin.display(description=label, ordering=name)(column)


def badge(text: StrOrPromise, colour: str = "", title: StrOrPromise = "") -> SafeString:
    """Return ``text`` as a badge; ``colour`` is ok, bad, wait or off."""
    if not title:
        return format_html('<span class="badge {}">{}</span>', colour, text)
    return format_html(
        '<span class="badge {}" title="{}">{}</span>', colour, title, text
    )


def chips(pairs: Iterable[tuple[StrOrPromise, StrOrPromise]]) -> SafeString:
    """Return pairs of name and value as chips."""
    return format_html_join(
        " ", '<span class="chip"><b>{}</b> {}</span>', ((n, v) for n, v in pairs)
    )


def link(obj: Any, user: Any, text: str = "") -> SafeString | str:
    """Return a link to the screen of ``obj``, or its name where there is none."""
    if obj is None:
        return NOTHING
    label = text or str(obj)
    opts = obj._meta  # noqa: SLF001 - Django's documented model API
    if not user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
        return label
    try:
        return format_html('<a href="{}">{}</a>', change_url(obj), label)
    except NoReverseMatch:
        return label


def money(amount: Decimal | None, currency: str) -> str:
    """Return an amount with at least two decimals, e.g. "2.00 USD"."""
    if amount is None:
        return NOTHING
    plain = amount.normalize()
    exponent = plain.as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{amount:.{decimals}f} {currency}".strip()


def duration(seconds: float) -> str:
    """Return a length of time in words, e.g. "3 h 20 min"; days alone."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _("%(number)s d") % {"number": days}
    named = [
        (hours, _("%(number)s h")),
        (minutes, _("%(number)s min")),
        (rest, _("%(number)s s")),
    ]
    parts = [text % {"number": number} for number, text in named if number]
    return " ".join(parts[:2]) or _("%(number)s s") % {"number": 0}
