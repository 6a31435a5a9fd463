"""A lead, a connection and settings for the actions that change lists."""

from typing import Any

from apps.actions.base import Action
from tests.actions.making import VALUES, make_settings

KEY = "s3cr3t+list/key"
LEAD = {
    **VALUES,
    "lead:email": "John.Smith@Example.com",
    "lead:phone": "(415) 555-2671",
    "lead:first_name": "John",
    "lead:last_name": "Smith",
    "lead:zip": "10001",
}
NOBODY = {**VALUES, "lead:email": "", "lead:phone": ""}


def connection_to(base_url: str, **changes: str) -> dict[str, Any]:
    """Return what the connection form makes of its initial values and ``changes``."""
    return {
        "base_url": base_url,
        "api_key": KEY,
        "auth_style": "header",
        "key_header": "X-API-KEY",
        "key_field": "apiKey",
        "body_format": "form",
        **changes,
    }


def settings_of(action: Action, **changes: Any) -> dict[str, Any]:
    """Return cleaned settings, with a list's id where the form asks for one."""
    if "list_id" in action.RuleForm.base_fields:
        changes.setdefault("list_id", "55")
    return make_settings(action, **changes)
