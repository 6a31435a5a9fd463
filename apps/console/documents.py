"""Stored documents as text for people."""

import json
from typing import Any


def as_text(document: Any) -> str:
    """Return a JSON document indented, or nothing when it is empty."""
    if not document:
        return ""
    return json.dumps(document, indent=2, ensure_ascii=False)
