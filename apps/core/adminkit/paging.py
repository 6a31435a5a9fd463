"""Lists of millions: what must not be counted or sorted to be shown."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib.admin import ChoicesFieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.core.adminkit.ranges import RangeFilter, moment_of
from apps.core.ids import uuid7_from

MAX_COUNT = 10_000
LOOKED_AT = 20_000
LOOKED_AT_NOTE = format_lazy(
    _(
        "Looked at are the newest {count} rows that match the dates and the offer. "
        "Choose dates to look further back."
    ),
    count=f"{LOOKED_AT:,}",
)
SLACK = timedelta(days=1)
"""How far an id's time may be from the time it is filtered by; a clock may be wrong."""


class CappedPaginator(Paginator[Any]):
    """Counts at most ``MAX_COUNT`` rows; nobody pages further."""

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, up to the cap."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MAX_COUNT].count())

    def page(self, number: int | str) -> Page[Any]:
        """Return a page. What lies before it is passed by key, not row by row."""
        number = self.validate_number(number)
        if number == 1:
            return super().page(number)
        rows: Any = self.object_list
        first = (number - 1) * self.per_page
        keys = rows.values_list("pk", flat=True)[first : first + self.per_page]
        return Page(rows.filter(pk__in=list(keys)), number, self)


class LogChangeList(ChangeList):
    """Keeps the list's own order: any other would sort the whole table."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Return the order of the screen, whatever the address asks for."""
        return list(self.model_admin.get_ordering(request))


class LogChoicesFilter(ChoicesFieldListFilter):
    """A choice that no index leads to: looked for among the newest rows only."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list without reading all of it."""
        if any(self.used_parameters.values()):
            queryset = newest_of(queryset)
        found = super().queryset(request, queryset)
        return queryset if found is None else found


def newest_of(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the newest ``LOOKED_AT`` rows of ``queryset``, whose ids sort by time."""
    keys = queryset.prefetch_related(None).order_by("-pk").values_list("pk", flat=True)
    last = keys[LOOKED_AT - 1 : LOOKED_AT].first()
    return queryset if last is None else queryset.filter(pk__gte=last)


class LogRangeFilter(RangeFilter):
    """A range of time in a log whose ids sort by time: only that part is read."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list by the time, and by the ids that can be of that time."""
        start, end = (moment_of(text) for text in self.values)
        if start:
            queryset = queryset.filter(pk__gte=uuid7_from(start - SLACK))
        if end:
            queryset = queryset.filter(pk__lt=uuid7_from(end + SLACK))
        return super().queryset(request, queryset)
