"""Reading what a provider answered."""

import json
from typing import Any

from apps.core.http import Response


def json_object(response: Response) -> dict[str, Any]:
    """Return the JSON object of the body; empty when there is none."""
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
