"""A date range filter with native inputs, and presets as links."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PRESETS = (
    (_("Last hour"), 1),
    (_("Last 24 hours"), 24),
    (_("Last 7 days"), 168),
    (_("Last 30 days"), 720),
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
            if (moment := moment_of(text))
        }
        return queryset.filter(**found)

    @property
    def summary(self) -> str:
        """The range in words, e.g. "from 2026-03-01 12:00"."""
        start, end = (text.replace("T", " ") for text in self.values)
        if start and end:
            return gettext("from %(start)s to %(end)s") % {"start": start, "end": end}
        if start:
            return gettext("from %(start)s") % {"start": start}
        return gettext("to %(end)s") % {"end": end} if end else ""

    @property
    def zone(self) -> str:
        """The zone in which the range is read: the user's."""
        return timezone.get_current_timezone_name()

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the presets as links."""
        self.inputs = [
            {"name": name, "label": label, "value": value}
            for name, label, value in zip(
                self.names, (gettext("From"), gettext("To")), self.values, strict=True
            )
        ]
        self.hidden = _other_parameters(changelist, self.names)
        yield {
            "selected": not any(self.values),
            "query_string": changelist.get_query_string(remove=self.names),
            "display": gettext("Any time"),
        }
        now = timezone.now()
        for label, hours in PRESETS:
            # Hours that passed: a day has 23 or 25 of them when the clocks change.
            since = timezone.make_naive(now - timedelta(hours=hours))
            start = since.isoformat(timespec="minutes")
            yield {
                "selected": self.values == [start, ""],
                "query_string": changelist.get_query_string(
                    {self.names[0]: start}, [self.names[1]]
                ),
                "display": label,
            }


def moment_of(text: str) -> datetime | None:
    """Return the moment somebody typed, ``None`` when it is none."""
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
