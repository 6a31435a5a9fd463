"""The web server's own program: granian, whose lines are lines of our log.

``python -m postbacks_project.server``; ``manage.py web`` checks the settings before.
"""

import argparse
import logging
import os

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

TARGET = "postbacks_project.wsgi:application"

ADVICE = ("Configuration allows", "Configured number")
"""How lines begin that doubt, on a small machine, that so many threads help."""


def is_no_advice(record: logging.LogRecord) -> bool:
    """Tell whether a line is about what happens, and not about how many we chose."""
    return not record.getMessage().startswith(ADVICE)


def main() -> None:
    """Serve until SIGTERM, and answer what has begun.

    The access log stays off: addresses of postbacks hold tokens.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postbacks_project.settings")
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    for number in ("port", "workers", "threads"):
        parser.add_argument(f"--{number}", type=int, required=True)
    given = parser.parse_args()
    logging.getLogger("_granian").addFilter(is_no_advice)
    Granian(
        TARGET,
        interface=Interfaces.WSGI,
        address=given.host,
        port=given.port,
        workers=given.workers,
        blocking_threads=given.threads,
        # Else one that is killed takes the others with it.
        respawn_failed_workers=True,
        respawn_interval=1,
        websockets=False,
        log_level=LogLevels(settings.LOGGING["root"]["level"].lower()),
        log_dictconfig=settings.LOGGING,
    ).serve()


if __name__ == "__main__":
    main()
