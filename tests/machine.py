"""What a machine may lack: tests that need it are left out, and that is said loudly."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PLAYWRIGHT_BROWSERS = Path.home() / ".cache" / "ms-playwright"


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, the system's before Playwright's."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    downloaded = sorted(PLAYWRIGHT_BROWSERS.glob("chromium-*/chrome-linux*/chrome"))
    return str(downloaded[-1]) if downloaded else None


@dataclass(frozen=True)
class Need:
    """Something outside Python that tests with the marker ``marker`` need."""

    marker: str
    name: str
    find: Callable[[], str | None]
    remedy: str


NEEDS = (
    Need(
        marker="browser",
        name="Chromium",
        find=find_chromium,
        remedy="apt-get install chromium   or   .venv/bin/playwright install chromium",
    ),
)


def is_continuous_integration() -> bool:
    """Tell whether nothing may be left out (``CI=true``)."""
    return os.environ.get("CI", "").lower() == "true"
