"""A file of authorities that cannot be used is found before the first request."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from tests.http.certificates import Authority


def errors() -> list[tuple[str, str]]:
    """Return id and sentence of what the system checks say about outbound requests."""
    found = (error for error in run_checks() if str(error.id).startswith("core."))
    return [(str(error.id), str(error.msg)) for error in found]


def test_no_file_is_needed(settings: Settings) -> None:
    settings.OUTBOUND_CA_FILE = ""

    assert errors() == []


def test_a_file_with_several_authorities_is_fine(
    tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "authorities.pem"
    file.write_text(Authority("One").own_pem() + Authority("Two").own_pem())
    settings.OUTBOUND_CA_FILE = str(file)

    assert errors() == []


def test_a_missing_file_is_an_error(tmp_path: Path, settings: Settings) -> None:
    settings.OUTBOUND_CA_FILE = str(tmp_path / "gone.pem")

    problem = f"OUTBOUND_CA_FILE ({tmp_path}/gone.pem) cannot be read: "
    assert errors() == [("core.E001", f"{problem}No such file or directory.")]


def test_a_file_that_cannot_be_read_is_an_error(
    tmp_path: Path, settings: Settings
) -> None:
    # A folder: permissions do not keep the superuser out.
    settings.OUTBOUND_CA_FILE = str(tmp_path)

    problem = f"OUTBOUND_CA_FILE ({tmp_path}) cannot be read: Is a directory."
    assert errors() == [("core.E001", problem)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ],
)
def test_a_file_without_a_certificate_is_an_error(
    text: str, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "authorities.pem"
    file.write_text(text)
    settings.OUTBOUND_CA_FILE = str(file)

    problem = f"OUTBOUND_CA_FILE ({file}) holds no certificate that can be read."
    assert errors() == [("core.E002", problem)]
