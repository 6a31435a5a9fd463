"""The funnel: what people did by category, and how many went on to the next step."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.days import Days, DaysForm, last_week, presets
from apps.console.sums_page import SumsAdmin
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.exporting import csv_lines, csv_response
from apps.core.adminkit.pages import render_page
from apps.core.adminkit.scoping import visible
from apps.core.adminkit.showing import NOTHING
from apps.offers.models import Offer
from apps.reports.funnel import COLUMNS, STEPS, Line, funnel, total_of
from apps.reports.models import EventHour
from apps.tracking.models import Event

MOST_LINES = 100
"""On the page, those with the most events first; the file has all."""
LATER_STEPS = STEPS[1:]
"""Those that have a step before them."""
HEADINGS = (
    _("offer"),
    *(category.label for category in COLUMNS),
    *(
        format_lazy(_("{step}, % of the step before"), step=step.label)
        for step in LATER_STEPS
    ),
    _("Counted before categories were"),
)


@dataclass(frozen=True, slots=True)
class Asked(Days):
    """What the address asks for; no ``offer``: of all."""

    offer: str

    @property
    def query(self) -> dict[str, Any]:
        """Return the parameters of the address."""
        narrowed = {"offer": self.offer} if self.offer else {}
        return {"first": self.first, "last": self.last, **narrowed}


@admin.register(EventHour)
class FunnelAdmin(SumsAdmin):
    """One page of sums in place of a list of hours (R20)."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the offers, those with the most events first."""
        form, asked = self._asked(request)
        lines = self._lines(request, asked)
        page = {
            "template": "console/funnel.html",
            "range_form": form,
            "asked": asked,
            "presets": list(presets(asked)),
            "of_offer": _offer(request, asked),
            "all_url": Asked(asked.first, asked.last, "").url(),
            "lines": [_shown(line, asked) for line in lines[:MOST_LINES]],
            "left_out": max(len(lines) - MOST_LINES, 0),
            "total": _shown(total_of(lines), asked) if lines else None,
            "untold": sum(line.untold for line in lines),
            "export_url": f"export/{asked.url()}",
            **(extra_context or {}),
        }
        return render_page(self, request, page, title=gettext("Funnel"), is_list=True)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the sums as a file."""
        _, asked = self._asked(request)
        rows = (
            [
                line.name,
                *line.counts.values(),
                *(line.share(step) for step in LATER_STEPS),
                line.untold,
            ]
            for line in self._lines(request, asked)
        )
        name = f"funnel-{asked.first}-{asked.last}"
        return csv_response(csv_lines(HEADINGS, rows), name)

    def _asked(self, request: HttpRequest) -> tuple[DaysForm, Asked]:
        """Return the form and what is asked: the last seven days if it is wrong."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        values: dict[str, Any] = dict(last_week())
        given = request.GET.dict()
        form = DaysForm({**values, **given})
        if form.is_valid():
            values.update(form.cleaned_data)
        offer = given.get("offer", "")
        is_key = offer.isdecimal() and len(offer) < 19
        return form, Asked(**values, offer=offer if is_key else "")

    def _lines(self, request: HttpRequest, asked: Asked) -> list[Line]:
        rows = self.get_queryset(request)
        if asked.offer:
            rows = rows.filter(offer=asked.offer)
        return funnel(rows, asked.start, asked.end)


def _offer(request: HttpRequest, asked: Asked) -> Offer | None:
    """Return the offer that the sums are narrowed to."""
    if not asked.offer:
        return None
    found: Offer | None = (
        visible(Offer.objects.all(), request.user).filter(pk=asked.offer).first()
    )
    return found


def _shown(line: Line, asked: Asked) -> dict[str, Any]:
    """Return a line with its links: to the offer's funnel, and to the event log."""
    of_offer = {} if line.key is None else {"offer__id__exact": line.key}
    dates = asked.filters("received_at")
    return {
        "name": line.name or NOTHING,
        "url": "" if line.key is None else asked.url(offer=line.key),
        "untold": _count(line.untold),
        "cells": [
            (
                category.label,
                _count(line.counts[category]),
                _percent(line, category),
                list_url(Event, **dates, **of_offer, category__exact=category.value)
                if line.counts[category] and line.key is not None
                else "",
            )
            for category in COLUMNS
        ],
    }


def _count(number: int) -> str:
    return number_format(number, force_grouping=True)


def _percent(line: Line, category: Any) -> str:
    share = line.share(category)
    return "" if share is None else f"{number_format(share, 1)} %"
