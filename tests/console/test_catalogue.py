"""An installation speaks the language of the catalogue it brings."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from tests.factories import SECRET, make_offer, make_token

pytestmark = pytest.mark.django_db

CATALOGUES = "django.utils.translation.trans_real"
MAGIC, HEADER_BYTES, ENTRY_BYTES = 0x950412DE, 28, 8
GERMAN = {
    "": "Content-Type: text/plain; charset=UTF-8\n",
    "Find a transaction, #postback, offer, lead": "Etwas finden",
    "Copy": "Kopieren",
}


def catalogue(texts: Mapping[str, str]) -> bytes:
    """Return a compiled catalogue.

    Source: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
    """
    pairs = sorted((key.encode(), value.encode()) for key, value in texts.items())
    tables = len(pairs) * ENTRY_BYTES
    head = struct.pack(
        "<7I", MAGIC, 0, len(pairs), HEADER_BYTES, HEADER_BYTES + tables, 0, 0
    )
    place, rows, words = HEADER_BYTES + 2 * tables, b"", b""
    for column in zip(*pairs, strict=True):
        for text in column:
            rows += struct.pack("<2I", len(text), place + len(words))
            words += text + b"\0"
    return head + rows + words


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a catalogue as LANGUAGE_CODE and LOCALE_PATHS do."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(catalogue(GERMAN))
    monkeypatch.setattr(f"{CATALOGUES}._translations", {})
    monkeypatch.setattr(f"{CATALOGUES}._default", None)
    translation.deactivate()
    with override_settings(LANGUAGE_CODE="de", LOCALE_PATHS=[str(tmp_path)]):
        yield
    translation.deactivate()


@pytest.mark.usefixtures("german")
def test_the_admin_speaks_the_language_of_the_installation(staff: Client) -> None:
    """Our words from its catalogue, Django's from Django's, the rest in English."""
    html = staff.get(reverse("admin:index")).content.decode()

    assert '<html lang="de"' in html
    assert 'placeholder="Etwas finden"' in html
    assert 'data-copy="Kopieren"' in html
    assert "Abmelden" in html
    assert ">Menu</button>" in html


@pytest.mark.usefixtures("german")
def test_the_name_of_a_file_stays_english(staff: Client) -> None:
    url = reverse("admin:deliveries_delivery_export")

    response = staff.get(url)

    assert response["Content-Disposition"].startswith('attachment; filename="deliver')


@pytest.mark.usefixtures("german")
def test_programs_are_answered_in_english(client: Client) -> None:
    """Also in the words that come from Django REST framework."""
    make_token(make_offer())

    answer = client.patch(
        "/api/v1/events", headers={"authorization": f"Bearer {SECRET}"}
    )

    assert answer.status_code == 405
    assert answer.json()["detail"] == 'Method "PATCH" not allowed.'
