"""The reconciliation: what matched, and what became of every match, must agree."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.accounts.models import Advertiser, Affiliate
from apps.console.days import Days, DaysForm, last_week, presets
from apps.console.sums_page import SumsAdmin
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.exporting import csv_lines, csv_response
from apps.core.adminkit.pages import render_page
from apps.core.adminkit.scoping import visible
from apps.core.adminkit.showing import NOTHING
from apps.deliveries.models import Delivery, Finding
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.reports.fact_counts import FactLine, fact_lines
from apps.reports.models import OutcomeHour
from apps.reports.reconciliation import (
    COLUMNS,
    SUPPRESSED,
    Line,
    reconcile,
    sums_between,
    total_of,
)

MOST_LINES = 100
"""On the page, what is unexplained first; the file has all."""
LABELS: dict[str, StrOrPromise] = {
    "rule": _("Postbacks"),
    "affiliate": _("Affiliates"),
    "advertiser": _("Advertisers"),
    "offer": _("Offers"),
}
HEADINGS: dict[str, StrOrPromise] = {
    "rule": _("postback"),
    "affiliate": _("affiliate"),
    "advertiser": _("advertiser"),
    "offer": _("offer"),
}
"""What the first column of the file is called."""
NARROWED: dict[str, tuple[type[Any], str]] = {
    "affiliate": (Affiliate, "affiliate"),
    "advertiser": (Advertiser, "offer__advertiser"),
    "offer": (Offer, "offer"),
}
NOBODY = "none"
"""In the address: of no affiliate."""
LINKED = {"failed": "failed", "held": "held", "retrying": "retrying"}
"""Columns that lead to the deliveries they count, by their state."""


class RangeForm(DaysForm):
    """Which days, and by what."""

    by = forms.ChoiceField(
        choices=list(LABELS.items()), widget=forms.HiddenInput, required=False
    )


@dataclass(frozen=True, slots=True)
class Asked(Days):
    """What the address asks for."""

    by: str
    of: dict[str, str]

    @property
    def query(self) -> dict[str, Any]:
        """Return the parameters of the address."""
        return {"first": self.first, "last": self.last, "by": self.by, **self.of}

    def deliveries_url(self, rule_id: int | None, **filters: str) -> str:
        """Return the address of the deliveries of a postback in the range."""
        dates = self.filters("created_at")
        return list_url(Delivery, **dates, rule__id__exact=rule_id, **filters)


@admin.register(OutcomeHour)
class ReconciliationAdmin(SumsAdmin):
    """One page of sums in place of a list of hours."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the sums, what is unexplained first."""
        form, asked = self._asked(request)
        lines = self._lines(request, asked)
        page = {
            "template": "console/reconciliation.html",
            "range_form": form,
            "asked": asked,
            "presets": list(presets(asked)),
            "tabs_by": [(label, asked.url(by=by), by) for by, label in LABELS.items()],
            "narrowed": self._narrowed(request, asked),
            "lines": [_shown(line, asked) for line in lines[:MOST_LINES]],
            "count": len(lines),
            "left_out": max(len(lines) - MOST_LINES, 0),
            "total": _shown(total_of(lines), asked) if lines else None,
            "wrong": sum(not line.is_right for line in lines),
            "findings": visible(Finding.objects.order_by("what"), request.user),
            "fact_lines": _fact_lines(request, asked),
            "export_url": f"export/{asked.url()}",
            **(extra_context or {}),
        }
        return render_page(
            self, request, page, title=gettext("Reconciliation"), is_list=True
        )

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the sums as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        _, asked = self._asked(request)
        lines = self._lines(request, asked)
        headings = [
            HEADINGS[asked.by],
            gettext("of"),
            *COLUMNS.values(),
            gettext("Unexplained"),
        ]
        rows = (
            [line.name, line.of, *line.sums.values(), line.unexplained]
            for line in lines
        )
        name = f"reconciliation-{asked.first}-{asked.last}"
        return csv_response(csv_lines(headings, rows), name)

    def _asked(self, request: HttpRequest) -> tuple[RangeForm, Asked]:
        """Return the form and what is asked: the last seven days if it is wrong."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        values: dict[str, Any] = {**last_week(), "by": "rule"}
        given = request.GET.dict()
        form = RangeForm({**values, **given})
        if form.is_valid():
            values.update({k: v for k, v in form.cleaned_data.items() if v})
        of = {name: given[name] for name in NARROWED if _is_key(given.get(name, ""))}
        return form, Asked(**values, of=of)

    def _lines(self, request: HttpRequest, asked: Asked) -> list[Line]:
        rows: QuerySet[Any] = self.get_queryset(request)
        for name, key in asked.of.items():
            rows = rows.filter(**{NARROWED[name][1]: None if key == NOBODY else key})
        return reconcile(sums_between(rows, asked.start, asked.end), asked.by)

    def _narrowed(self, request: HttpRequest, asked: Asked) -> list[tuple[str, str]]:
        """Return what the sums are narrowed to: its name, and the way back."""
        found = []
        for name, key in asked.of.items():
            model = NARROWED[name][0]
            rows = visible(model.objects.all(), request.user)
            row = None if key == NOBODY else rows.filter(pk=key).first()
            rest = {other: k for other, k in asked.of.items() if other != name}
            back = Asked(asked.first, asked.last, name, rest).url()
            found.append((str(row or gettext("organic")), back))
        return found


def _fact_lines(request: HttpRequest, asked: Asked) -> list[FactLine]:
    """Return what happened beside what was told (R160), for postbacks only."""
    if asked.by != "rule":
        return []
    rules = visible(PostbackRule.objects.unarchived(), request.user)
    listening = rules.filter(trigger=TriggerKind.ATTRIBUTION)
    return fact_lines(list(listening), asked.start, asked.end)


def _is_key(text: str) -> bool:
    return text == NOBODY or (text.isdecimal() and len(text) < 19)


def _shown(line: Line, asked: Asked) -> dict[str, Any]:
    """Return a line with its links: to deliveries, or to the partner's postbacks."""
    is_rule = asked.by == "rule" and line.key is not None
    name = line.name or (gettext("organic") if asked.by == "affiliate" else NOTHING)
    key = NOBODY if line.key is None else line.key
    narrower = asked.url(**{"by": "rule", asked.by: key})
    return {
        "line": line,
        "name": name,
        "url": asked.deliveries_url(line.key) if is_rule else narrower,
        "lost_url": asked.deliveries_url(line.key, explained="no")
        if is_rule
        else narrower,
        "cells": [
            (
                COLUMNS[column],
                line.sums[column],
                asked.deliveries_url(line.key, state__exact=LINKED[column])
                if is_rule and column in LINKED and line.sums[column]
                else "",
            )
            for column in COLUMNS
            if column not in SUPPRESSED
        ],
        "suppressed": [
            (label, line.sums[column])
            for column, label in SUPPRESSED.items()
            if line.sums[column]
        ],
    }
