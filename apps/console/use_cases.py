"""Which categories suit which goal: advice on the form of a postback (R18)."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.events.categories import EffectiveCategory
from apps.postbacks.models import USE_CASE_CATEGORIES, UseCase

_VIEWS, _ENGAGEMENT, _PROGRESS, _CONVERSIONS, _PARTIAL, _REST = EffectiveCategory

GOALS: tuple[tuple[StrOrPromise, tuple[EffectiveCategory, ...]], ...] = (
    (_("Completed sales only"), (_CONVERSIONS,)),
    (_("Full-funnel audiences"), (_VIEWS, _ENGAGEMENT, _CONVERSIONS)),
    (_("The whole journey"), tuple(EffectiveCategory)),
    (_("Trial sign-ups and partial orders"), (_CONVERSIONS, _PARTIAL)),
    (_("Abandonment"), (_ENGAGEMENT, _PROGRESS)),
)
ROW = '<dt data-categories="{}" data-use-case="{}">{}</dt><dd><small>{}</small></dd>'


def advice() -> SafeString:
    """Return goals and use cases with their categories, to read or to click."""
    use_cases = (
        (UseCase(one).label, one, categories)
        for one, categories in USE_CASE_CATEGORIES.items()
    )
    goals = ((goal, "", categories) for goal, categories in GOALS)
    return format_html(
        '<details class="advice"><summary>{}</summary>'
        "<dl>{}</dl><h3>{}</h3><dl>{}</dl></details>",
        gettext("Which categories suit which goal?"),
        _rows(goals),
        gettext("Use cases"),
        _rows(use_cases),
    )


def _rows(rows: Iterable[tuple[StrOrPromise, str, Iterable[str]]]) -> SafeString:
    return format_html_join(
        "",
        ROW,
        (
            (
                ",".join(map(str, categories)),
                use_case,
                label,
                ", ".join(str(EffectiveCategory(one).label) for one in categories),
            )
            for label, use_case, categories in rows
        ),
    )
