"""A date range filter with native inputs, and presets as links."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.core.ids import uuid7_from

ID_IS_MADE_WITHIN = timedelta(minutes=1)
"""Of the moment that is stored with the row."""
PRESETS = (
    ("Last hour", 1),
    ("Last 24 hours", 24),
    ("Last 7 days", 168),
    ("Last 30 days", 720),
)


class RangeFilter(admin.FieldListFilter):
    """From and to of a point in time."""

    template = "console/range_filter.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        field_path = kwargs["field_path"]
        self.names = [f"{field_path}__gte", f"{field_path}__lt"]
        super().__init__(*args, **kwargs)
        self.values = [self._given(name) for name in self.names]
        self.inputs: list[dict[str, str]] = []
        self.hidden: list[tuple[str, Any]] = []

    def _given(self, name: str) -> str:
        value = self.used_parameters.pop(name, "")
        return str(value[-1] if isinstance(value, list) else value)

    def expected_parameters(self) -> list[str | None]:
        """Return the query parameters of this filter."""
        return list(self.names)

    def has_output(self) -> bool:
        """Show the filter always."""
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list; what is no date is ignored."""
        found = {
            name: moment
            for name, text in zip(self.names, self.values, strict=True)
            if (moment := _moment(text))
        }
        return queryset.filter(**found)

    @property
    def summary(self) -> str:
        """The range in words, e.g. "from 2026-03-01 12:00"."""
        words = [
            f"{word} {text.replace('T', ' ')}"
            for word, text in zip(("from", "to"), self.values, strict=True)
            if text
        ]
        return " ".join(words)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the presets as links."""
        self.inputs = [
            {"name": name, "label": label, "value": value}
            for name, label, value in zip(
                self.names, ("From", "To"), self.values, strict=True
            )
        ]
        self.hidden = _other_parameters(changelist, self.names)
        yield {
            "selected": not any(self.values),
            "query_string": changelist.get_query_string(remove=self.names),
            "display": "Any time",
        }
        now = timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)
        for label, hours in PRESETS:
            start = (now - timedelta(hours=hours)).isoformat(timespec="minutes")
            yield {
                "selected": self.values == [start, ""],
                "query_string": changelist.get_query_string(
                    {self.names[0]: start}, [self.names[1]]
                ),
                "display": label,
            }


class LogRangeFilter(RangeFilter):
    """From and to of the moment at which the row, and so its id, was made.

    The ids of logs begin with that moment, so the range is one of the primary key,
    which is also the order of the list: only the rows that are shown are read.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list by the moment, and by the ids of that time."""
        start, end = (_moment(text) for text in self.values)
        if start:
            queryset = queryset.filter(pk__gte=uuid7_from(start - ID_IS_MADE_WITHIN))
        if end:
            queryset = queryset.filter(pk__lt=uuid7_from(end + ID_IS_MADE_WITHIN))
        return super().queryset(request, queryset)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None:
        return None
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _other_parameters(changelist: Any, names: list[str]) -> list[tuple[str, Any]]:
    found = [
        (name, value)
        for name, values in changelist.filter_params.items()
        if name not in names
        for value in (values if isinstance(values, list) else [values])
    ]
    return [*found, ("q", changelist.query)] if changelist.query else found
