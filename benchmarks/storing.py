"""Keeps what was measured, with what it was measured on."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("django", "django-q2", "psycopg", "granian", "requests")


def store(
    figures: dict[str, Any],
    missed: Sequence[Any],
    settings: dict[str, Any],
    *,
    prefix: str = "",
) -> None:
    """Write the figures to benchmarks/results/ as JSON with machine and versions."""
    now = datetime.now(UTC)
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    document = {
        "at": now.isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in PACKAGES},
        "settings": settings,
        "figures": figures,
        "missed": missed,
    }
    path = folder / f"{prefix}{now:%Y-%m-%dT%H%M%S}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    print(f"stored in {path}")
