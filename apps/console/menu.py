"""The menu by task: which screens it holds, in which order, under which words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

# Name of the model, and the word for its screen where it is not the model's plural.
Entry = tuple[str, StrOrPromise]

# Key and name of each group, and its entries.
MENU: tuple[tuple[str, StrOrPromise, tuple[Entry, ...]], ...] = (
    (
        "setup",
        _("Setup"),
        (
            ("Offer", ""),
            ("PostbackRule", ""),
            ("EventType", ""),
            ("OfferEvent", ""),
            ("EventList", ""),
            ("ValueList", _("Value lists")),
            ("Goal", ""),
            ("Connection", ""),
            ("Affiliate", ""),
            ("Advertiser", ""),
            ("Project", ""),
            ("ConfigVersion", _("Configuration")),
        ),
    ),
    (
        "activity",
        _("Activity"),
        (
            ("Event", _("Event log")),
            ("Delivery", ""),
            ("Conversion", ""),
            ("Lead", ""),
            ("Click", ""),
            ("Subject", _("Devices & users")),
            ("RefusedRequest", ""),
            ("SeenEventName", _("Received names")),
        ),
    ),
    (
        "operations",
        _("Operations"),
        (
            ("Alert", ""),
            ("AlertChannel", ""),
            ("Destination", ""),
            ("Replay", ""),
            ("Import", ""),
            ("Worker", ""),
            ("Pruning", _("Retention")),
        ),
    ),
    (
        "access",
        _("Access"),
        (
            ("User", ""),
            ("AccessAttempt", _("Failed sign-ins")),
            ("ApiToken", ""),
            ("LogEntry", _("Audit log")),
        ),
    ),
)

REPORTS = ("OutcomeHour", "EventHour")
"""Beside the overview: the reconciliation and the funnel."""


def menu(apps: list[Any]) -> list[dict[str, Any]]:
    """Return Django's list of apps as the menu by task, the overview first."""
    models = {model["object_name"]: model for app in apps for model in app["models"]}
    reports = [models[name] for name in REPORTS if name in models]
    groups = [_group("reports", gettext("Reports"), [_overview(), *reports])]
    for key, name, entries in MENU:
        found = [
            {**models[model], "name": label or models[model]["name"]}
            for model, label in entries
            if model in models
        ]
        if found:
            groups.append(_group(key, name, found))
    return groups


def _group(key: str, name: StrOrPromise, models: list[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "app_label": key,
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }


def _overview() -> dict[str, Any]:
    return {
        "name": gettext("Overview"),
        "object_name": "Overview",
        "admin_url": reverse("admin:index"),
        "add_url": None,
        "view_only": True,
        "perms": {},
    }
