"""Counting that stops: a list of millions must not be counted to be shown."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

MAX_COUNT = 10_000


class CappedPaginator(Paginator[Any]):
    """Counts at most ``MAX_COUNT`` rows; nobody pages further."""

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, up to the cap."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MAX_COUNT].count())
