"""``manage.py import_csv`` and the example of the documentation."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.ingest.models import Import
from apps.offers.models import Offer
from apps.tracking.models import Event
from tests.factories import make_event_type, make_offer_event
from tests.imports.making import make_author

pytestmark = pytest.mark.django_db

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "importing.md"


@pytest.fixture
def file(tmp_path: Path, offer: Offer) -> Path:
    """Return the file of the documentation."""
    make_author()
    make_offer_event(offer, make_event_type("purchase", needs_conversion=False))
    found = re.search(r"```csv\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    path = tmp_path / "march.csv"
    path.write_text(found[1])
    return path


def run_command(*args: Any, **options: Any) -> None:
    call_command("import_csv", *map(str, args), user="manager", **options)


def test_the_example_of_the_documentation_is_rehearsed_then_imported(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command("events", file, dry_run=True)
    dry = capsys.readouterr().out
    rehearsed = Event.objects.count()
    run_command("events", file)

    refused = file.with_name("march.refused.csv").read_text("utf-8-sig").splitlines()
    assert "Rehearsed, not imported: 2 accepted, 0 duplicates, 1 refused" in dry
    assert "Imported: 2 accepted, 0 duplicates, 1 refused" in capsys.readouterr().out
    assert (rehearsed, Event.objects.count()) == (0, 2)
    assert refused[1].startswith("4,unknown_transaction,")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"map": ["amount=Total"]}, "no column «Total»"),
        ({"map": ["sum=amount"]}, "--map takes FIELD"),
        ({"offer": 999_999}, "no offer #999999"),
        ({"time_zone": "Mars"}, "no time zone «Mars»"),
    ],
)
def test_a_mistake_is_named_and_nothing_stays(
    file: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run_command("events", file, **options)

    assert Import.objects.count() == Event.objects.count() == 0


def test_a_file_that_is_not_there_is_named(offer: Offer) -> None:
    make_author()

    with pytest.raises(CommandError, match=r"none\.csv cannot be read"):
        run_command("events", "none.csv")
