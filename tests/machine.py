"""What a machine may lack: tests that need it are left out, and that is said loudly."""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NAMESPACE_COMMANDS = (
    "unshare --mount --net",
    "unshare --map-root-user --mount --net",
)
HARMLESS_MOUNT = "mount --bind /dev/null /etc/resolv.conf"
PLAYWRIGHT_BROWSERS = Path.home() / ".cache" / "ms-playwright"


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, the system's before Playwright's."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    downloaded = sorted(PLAYWRIGHT_BROWSERS.glob("chromium-*/chrome-linux*/chrome"))
    return str(downloaded[-1]) if downloaded else None


def find_namespaces() -> str | None:
    """Return the command that gives a program a network and mounts of its own.

    As root, or as anybody where the kernel allows that.
    """
    for command in NAMESPACE_COMMANDS:
        arguments = [*command.split(), *HARMLESS_MOUNT.split()]
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(arguments, check=True, capture_output=True, timeout=5)
            return command
    return None


@dataclass(frozen=True)
class Need:
    """Something outside Python that tests with the marker ``marker`` need.

    What is not ``is_installable`` is a right of the machine's owner to give.
    """

    marker: str
    name: str
    find: Callable[[], str | None]
    remedy: str
    is_installable: bool = True


NEEDS = (
    Need(
        marker="namespaces",
        name="a network and mounts of its own (Linux namespaces)",
        find=find_namespaces,
        remedy="run as root, or   sysctl -w kernel.unprivileged_userns_clone=1   (in a "
        "container:   docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN)",
        is_installable=False,
    ),
    Need(
        marker="browser",
        name="Chromium",
        find=find_chromium,
        remedy="apt-get install chromium   or   .venv/bin/playwright install chromium",
    ),
    Need(
        marker="nginx",
        name="nginx",
        find=lambda: shutil.which("nginx"),
        remedy="apt-get install nginx-light",
    ),
    Need(
        marker="promtool",
        name="promtool",
        find=lambda: shutil.which("promtool"),
        remedy="apt-get install prometheus   (which also starts a Prometheus; .ci/run "
        "takes promtool alone)",
    ),
    Need(
        marker="curl",
        name="curl",
        find=lambda: shutil.which("curl"),
        remedy="apt-get install curl",
    ),
    Need(
        marker="redis",
        name="Redis",
        find=lambda: shutil.which("redis-server"),
        remedy="apt-get install redis-server",
    ),
)


def is_continuous_integration() -> bool:
    """Tell whether nothing may be left out (``CI=true``)."""
    return os.environ.get("CI", "").lower() == "true"
