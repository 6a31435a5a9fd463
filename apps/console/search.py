"""The search box of the header: a transaction, a postback, a lead, an offer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet, UUIDField
from django.http import HttpRequest

from apps.core.adminkit.addresses import change_url
from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Click, Conversion, Event, Lead

SEARCHED: tuple[type[Model], ...] = (
    PostbackRule,
    Offer,
    Lead,
    Event,
    Conversion,
    Click,
    Delivery,
)
HITS = 10
MAX_DIGITS = 19  # What the database takes for a number.


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found among the rows of one model: address and name of each."""

    name: str
    rows: tuple[tuple[str, str], ...]


def find(
    registry: dict[type[Model], ModelAdmin[Any]], request: HttpRequest, text: str
) -> list[Hits]:
    """Return what ``text`` names among the rows the user may see."""
    found = []
    for model in SEARCHED:
        model_admin = registry.get(model)
        if model_admin is None or not model_admin.has_view_permission(request):
            continue
        rows = _rows(model_admin, request, text)
        if rows:
            opts = model_admin.opts
            links = tuple((change_url(row), str(row)) for row in rows)
            found.append(Hits(str(opts.verbose_name_plural), links))
    return found


def _rows(model_admin: ModelAdmin[Any], request: HttpRequest, text: str) -> list[Model]:
    queryset = model_admin.get_queryset(request)
    if text.startswith("#"):
        is_rule = queryset.model is PostbackRule
        return _of_key(queryset, text[1:]) if is_rule else []
    if _is_uuid(text):
        has_uuids = isinstance(queryset.model._meta.pk, UUIDField)  # noqa: SLF001
        return _of_key(queryset, text) if has_uuids else []
    matching, _ = model_admin.get_search_results(request, queryset, text)
    return list(matching[:HITS])


def _of_key(queryset: QuerySet[Any], text: str) -> list[Model]:
    is_key = _is_uuid(text) or (text.isdecimal() and len(text) < MAX_DIGITS)
    return list(queryset.filter(pk=text)) if is_key else []


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
