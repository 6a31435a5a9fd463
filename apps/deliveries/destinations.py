"""The rows that stand for where deliveries go."""

from collections.abc import Collection

from apps.deliveries.models import (
    Destination,
)


def destination_ids(keys: Collection[str]) -> dict[str, int]:
    """Return the id of each destination, creating the rows that are missing."""
    known = _ids(keys)
    missing = [Destination(key=key) for key in keys if key not in known]
    if not missing:
        return known
    Destination.objects.bulk_create(missing, ignore_conflicts=True)
    return _ids(keys)


def _ids(keys: Collection[str]) -> dict[str, int]:
    return dict(Destination.objects.filter(key__in=keys).values_list("key", "pk"))
