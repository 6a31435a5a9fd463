"""The days that a report is asked for: its form, its address, the usual ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

PRESETS = (
    (_("Today"), 0, 0),
    (_("Yesterday"), 1, 1),
    (_("7 days"), 6, 0),
    (_("30 days"), 29, 0),
)


class DaysForm(forms.Form):
    """Which days."""

    most_days = 92

    first = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Until, inclusive"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins, or is too long."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            raise forms.ValidationError(gettext("The range ends before it begins."))
        if first and last and (last - first).days >= self.most_days:
            raise forms.ValidationError(
                gettext("Choose %(days)s days at the most.") % {"days": self.most_days}
            )
        return cleaned


@dataclass(frozen=True, slots=True)
class Days:
    """The days from ``first`` to ``last``, in the time zone of who asks."""

    first: date
    last: date

    @property
    def query(self) -> dict[str, Any]:
        """Return the parameters of the address."""
        return {"first": self.first, "last": self.last}

    @property
    def start(self) -> datetime:
        """The first moment."""
        return timezone.make_aware(datetime.combine(self.first, time()))

    @property
    def end(self) -> datetime:
        """The moment after the last."""
        day_after = self.last + timedelta(days=1)
        return timezone.make_aware(datetime.combine(day_after, time()))

    def url(self, **changes: Any) -> str:
        """Return the address of the same question with ``changes``."""
        return f"?{urlencode({**self.query, **changes})}"

    def filters(self, field: str) -> dict[str, str]:
        """Return the filters of a list that leave what has ``field`` in the range."""
        start, end = (
            timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
            for at in (self.start, self.end)
        )
        return {f"{field}__gte": start, f"{field}__lt": end}


def last_week() -> dict[str, date]:
    """Return the days that are shown unless others are asked for."""
    today = timezone.localdate()
    return {"first": today - timedelta(days=6), "last": today}


def presets(asked: Days) -> Iterator[tuple[StrOrPromise, str, bool]]:
    """Yield label and address of the usual ranges, and whether it is shown."""
    today = timezone.localdate()
    for label, from_days, to_days in PRESETS:
        first = today - timedelta(days=from_days)
        last = today - timedelta(days=to_days)
        is_current = (first, last) == (asked.first, asked.last)
        yield label, asked.url(first=first, last=last), is_current
