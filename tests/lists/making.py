"""Value lists for tests."""

from typing import Any

from apps.offers.models import Offer
from apps.value_lists.models import ListedValue, ValueList, ValueSource
from apps.value_lists.services import add_values
from tests.factories import NOON


def make_value_list(
    *values: str, offer: Offer | None = None, **fields: Any
) -> ValueList:
    """Return a do-not-present list of e-mail addresses that ``offer`` consults."""
    defaults: dict[str, Any] = {
        "name": "Opt-outs",
        "reference": "opt-outs",
        "field": "email",
        "normalization": "lower",
    }
    found = ValueList.objects.create(**{**defaults, **fields})
    add_values(found, values, ValueSource.MANUAL, NOON)
    if offer is not None:
        found.offers.add(offer)
    return found


def listed(value_list: ValueList) -> list[str]:
    """Return what is on a list."""
    rows = ListedValue.objects.filter(value_list=value_list).order_by("value")
    return list(rows.values_list("value", flat=True))
