"""Production does not start with keys that everybody knows, without keys, or in DEBUG."""

import sys

import pytest

from postbacks_project.production import (
    DEVELOPMENT_SECRET_BOX_KEY,
    DEVELOPMENT_SECRET_KEY,
)
from tests.operations.installation import production, run

UNUSED = "postgres://nobody@localhost:1/none"
UNFIT = {
    "no key": ({"SECRET_KEY": ""}, "SECRET_KEY is missing."),
    "short key": ({"SECRET_KEY": "k" * 49}, "SECRET_KEY is shorter than 50"),
    "monotonous key": ({"SECRET_KEY": "k" * 80}, "SECRET_KEY is shorter than 50"),
    "known key": (
        {"SECRET_KEY": DEVELOPMENT_SECRET_KEY},
        "SECRET_KEY is one that everybody knows.",
    ),
    "Django's key": (
        {"SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz-_ABC"},
        "SECRET_KEY is one that everybody knows.",
    ),
    "no box key": ({"SECRET_BOX_KEYS": ""}, "SECRET_BOX_KEYS is missing."),
    "known box key": (
        {"SECRET_BOX_KEYS": DEVELOPMENT_SECRET_BOX_KEY},
        "Key 1 of SECRET_BOX_KEYS is known to everybody.",
    ),
    "bad box key": (
        {"SECRET_BOX_KEYS": "abc"},
        "Key 1 of SECRET_BOX_KEYS is no Fernet key.",
    ),
    "no hosts": ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing."),
    "every host": ({"ALLOWED_HOSTS": "a.example,*"}, "ALLOWED_HOSTS allows every host"),
    "no database": ({"DATABASE_URL": ""}, "DATABASE_URL is missing."),
    "DEBUG": ({"DEBUG": "true"}, "DEBUG is true"),
    "log": ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'"),
    "networks": ({"METRICS_NETWORKS": "here"}, "METRICS_NETWORKS holds “here”"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_the_web_server_ends_with_a_sentence(name: str) -> None:
    variables, told = UNFIT[name]

    done = run(
        [sys.executable, "manage.py", "web", "--port", "1"],
        production(UNUSED, **variables),
    )

    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worker_ends_with_a_sentence_that_names_everything_at_once() -> None:
    done = run(
        [sys.executable, "manage.py", "worker"],
        production(UNUSED, SECRET_KEY="", ALLOWED_HOSTS="*"),
    )

    assert done.returncode == 1
    assert "SECRET_KEY is missing." in done.stderr
    assert "ALLOWED_HOSTS allows every host" in done.stderr
    assert ".env.example" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--workers", "0"], "--workers is 0; choose a number from 1 to 64."),
        (["--threads", "300"], "--threads is 300; choose a number from 1 to 256."),
    ],
)
def test_a_size_that_makes_no_sense_is_refused(arguments: list[str], told: str) -> None:
    done = run([sys.executable, "manage.py", "web", *arguments], production(UNUSED))

    assert done.returncode == 1
    assert told in done.stderr
