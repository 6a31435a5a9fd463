"""What the browser is told in production: settings as they are without DEBUG."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from tests.house.tree import ROOT

NAMES = (
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_AGE",
    "SESSION_MAX_SECONDS",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "AXES_ENABLED",
    "AXES_FAILURE_LIMIT",
    "REQUIRE_TWO_STEP",
)
PRINT = (
    "import json; from django.conf import settings; import django; django.setup();"
    f"print(json.dumps({{n: getattr(settings, n) for n in {NAMES!r}}}))"
)


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with an environment like that of production."""
    database = connection.settings_dict
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "postbacks_project.settings",
        "DEBUG": "false",
        "SECRET_KEY": "k3" * 40 + "-_ABCdef0123456789",
        "SECRET_BOX_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "postbacks.example",
        # Nothing connects to it; without one a PostgreSQL of our own would start.
        "DATABASE_URL": f"postgres://nobody@localhost:1/{database['NAME']}",
        **variables,
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def production(**variables: str) -> dict[str, Any]:
    """Return the settings of production."""
    done = run("-c", PRINT, **variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_cookies_are_closed_and_browsers_insist_on_https_by_default() -> None:
    assert production() == {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_AGE": 8 * 3600,
        "SESSION_MAX_SECONDS": 24 * 3600,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "AXES_ENABLED": True,
        "AXES_FAILURE_LIMIT": 10,
        "REQUIRE_TWO_STEP": False,
    }


def test_the_environment_changes_what_it_names() -> None:
    found = production(
        SESSION_IDLE_HOURS="0.5",
        SESSION_MAX_HOURS="10",
        LOGIN_FAILURE_LIMIT="5",
        REQUIRE_TWO_STEP="true",
        HSTS_SECONDS="3600",
    )

    assert found["SESSION_COOKIE_AGE"] == 1_800
    assert found["SESSION_MAX_SECONDS"] == 36_000
    assert found["AXES_FAILURE_LIMIT"] == 5
    assert found["REQUIRE_TWO_STEP"] is True
    assert found["SECURE_HSTS_SECONDS"] == 3_600


def test_djangos_check_of_a_deployment_finds_nothing() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("weak", ["short-one-1", "123456789012345", "password1234"])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak)


def test_a_long_phrase_is_a_good_password() -> None:
    validate_password("correct horse battery")
