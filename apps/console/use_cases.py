"""Which categories suit which goal: advice on the form of a postback (R18)."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.events.categories import EffectiveCategory
from apps.postbacks.models import USE_CASE_CATEGORIES, UseCase

_VIEWS, _ENGAGEMENT, _PROGRESS, _CONVERSIONS, _PARTIAL, _ = EffectiveCategory

GOALS: tuple[tuple[str, tuple[EffectiveCategory, ...]], ...] = (
    ("Completed sales only", (_CONVERSIONS,)),
    ("Full-funnel audiences", (_VIEWS, _ENGAGEMENT, _CONVERSIONS)),
    ("The whole journey", tuple(EffectiveCategory)),
    ("Trial sign-ups and partial orders", (_CONVERSIONS, _PARTIAL)),
    ("Abandonment", (_ENGAGEMENT, _PROGRESS)),
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
        '<details class="advice"><summary>Which categories suit which goal?</summary>'
        "<dl>{}</dl><h3>Use cases</h3><dl>{}</dl></details>",
        _rows(goals),
        _rows(use_cases),
    )


def _rows(rows: Iterable[tuple[str, str, Iterable[str]]]) -> SafeString:
    return format_html_join(
        "",
        ROW,
        (
            (
                ",".join(map(str, categories)),
                use_case,
                label,
                ", ".join(EffectiveCategory(one).label for one in categories),
            )
            for label, use_case, categories in rows
        ),
    )
