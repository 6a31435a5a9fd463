"""The menu by task: which screens it holds, in which order, under which words."""

from typing import Any

from django.urls import reverse

# Name of the model, and the word for its screen where it is not the model's plural.
Entry = tuple[str, str]

MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Setup",
        (
            ("Offer", ""),
            ("PostbackRule", ""),
            ("EventType", ""),
            ("OfferEvent", ""),
            ("EventList", ""),
            ("ValueList", "Value lists"),
            ("Goal", ""),
            ("Connection", ""),
            ("Affiliate", ""),
            ("Advertiser", ""),
            ("Project", ""),
        ),
    ),
    (
        "Activity",
        (
            ("Event", "Event log"),
            ("Delivery", ""),
            ("Conversion", ""),
            ("Lead", ""),
            ("Click", ""),
            ("Subject", "Devices & users"),
            ("RefusedRequest", ""),
            ("SeenEventName", "Received names"),
        ),
    ),
    (
        "Operations",
        (
            ("Alert", ""),
            ("AlertChannel", ""),
            ("Destination", ""),
            ("Replay", ""),
        ),
    ),
    (
        "Access",
        (
            ("User", ""),
            ("AccessAttempt", "Failed sign-ins"),
            ("ApiToken", ""),
            ("LogEntry", "Audit log"),
        ),
    ),
)


def menu(apps: list[Any]) -> list[dict[str, Any]]:
    """Return Django's list of apps as the menu by task, the overview first."""
    models = {model["object_name"]: model for app in apps for model in app["models"]}
    reports = [models["OutcomeHour"]] if "OutcomeHour" in models else []
    groups = [_group("Reports", [_overview(), *reports])]
    for name, entries in MENU:
        found = [
            {**models[key], "name": label or models[key]["name"]}
            for key, label in entries
            if key in models
        ]
        if found:
            groups.append(_group(name, found))
    return groups


def _group(name: str, models: list[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "app_label": name.lower(),
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }


def _overview() -> dict[str, Any]:
    return {
        "name": "Overview",
        "object_name": "Overview",
        "admin_url": reverse("admin:index"),
        "add_url": None,
        "view_only": True,
        "perms": {},
    }
