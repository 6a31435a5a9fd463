"""Every address there is, from Django's own table: a new screen cannot be forgotten."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import URLResolver, get_resolver, reverse

from apps.deliveries.models import Delivery, Replay
from apps.events.models import EventType
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Conversion, Event, Lead
from apps.value_lists.models import ValueList

DOORS = {
    "postback",
    "root",
    "dedicated-postback",
    "click",
    "healthz",
    "readyz",
    "metrics",
}
"""For programs, with a token if any: nobody is signed in there."""
ENDS_SESSION = {"admin:login", "admin:logout"}
KEYS: dict[str, tuple[Any, str]] = {
    "api-lead": (Lead, "public_id"),
    "api-trigger": (Lead, "public_id"),
    "api-event": (Event, "pk"),
    "api-conversion": (Conversion, "pk"),
    "api-delivery": (Delivery, "pk"),
    "api-resend": (Delivery, "pk"),
    "api-replay": (Replay, "pk"),
    "api-replay-step": (Replay, "pk"),
    "api-offer": (Offer, "pk"),
    "api-event-type": (EventType, "pk"),
    "api-rule": (PostbackRule, "pk"),
    "api-list-values": (ValueList, "reference"),
}
"""Whose rows an address of the API names, and by what."""

Address = tuple[str, str, Any]
"""Name of the route, address, and the row it names, if any."""


def every_address() -> list[Address]:
    """Return every address of the admin and the API, for every row that is stored."""
    return [
        address
        for name, arguments in _routes(get_resolver())
        if name not in DOORS | ENDS_SESSION
        for address in _filled(name, arguments)
    ]


def _routes(resolver: Any, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            space = f"{found.namespace}:" if found.namespace else ""
            yield from _routes(found, prefix + space)
        elif found.name:
            pattern: Any = found.pattern
            named = getattr(pattern, "converters", None) or pattern.regex.groupindex
            yield prefix + found.name, list(named)


def _filled(name: str, arguments: list[str]) -> Iterator[Address]:
    if not arguments:
        yield name, reverse(name), None
    elif name == "admin:app_list":
        for app in ("accounts", "postbacks"):
            yield name, reverse(name, args=[app]), None
    elif name == "admin:view_on_site":
        for row in _rows():
            type_ = ContentType.objects.get_for_model(row)
            yield name, reverse(name, args=[type_.pk, row.pk]), row
    else:
        model, key = _model(name)
        for row in model._base_manager.all():
            given = [getattr(row, key), "start"][: len(arguments)]
            yield name, reverse(name, args=given), row


def _model(name: str) -> tuple[Any, str]:
    """Return whose rows the route named ``name`` shows, and by which column."""
    if name in KEYS:
        return KEYS[name]
    if name == "admin:auth_user_password_change":
        return apps.get_model("accounts", "user"), "pk"
    for model in apps.get_models():
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        if name.startswith(stem):
            return model, "pk"
    raise AssertionError(f"Say in KEYS whose rows «{name}» shows.")


def _rows() -> Iterator[Any]:
    for model in apps.get_models():
        if model.__module__.startswith("apps."):
            yield from model._base_manager.all()
