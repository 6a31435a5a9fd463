"""The database refuses nonsense in imports."""

import pytest

from apps.ingest.models import Import, ImportChunk
from apps.offers.models import Project
from tests.constraints.refusing import refused_by
from tests.factories import NOON, make_offer
from tests.imports.making import make_import

pytestmark = pytest.mark.django_db


def test_an_import_counts_each_of_its_rows_once() -> None:
    one = Import.objects.filter(pk=make_import("a\n1\n2\n").pk)

    with refused_by("import_counts_each_row_once"):
        one.update(examined=1)
    with refused_by("import_counts_each_row_once"):
        one.update(examined=3, accepted=3)
    one.update(examined=2, accepted=1, refused=1)


def test_an_import_has_one_scope() -> None:
    offer, project = make_offer(), Project.objects.create(name="P")
    one = Import.objects.filter(pk=make_import("a\n1\n").pk)

    with refused_by("import_has_one_scope"):
        one.update(offer=offer, project=project)
    with refused_by("import_has_one_scope"):
        one.update(offer=offer, advertiser=offer.advertiser)
    one.update(offer=offer)


def test_an_import_says_when_it_began_and_ended() -> None:
    one = Import.objects.filter(pk=make_import("a\n1\n").pk)

    with refused_by("import_started_unless_prepared"):
        one.update(started_at=NOON)
    with refused_by("import_started_unless_prepared"):
        one.update(state="running")
    with refused_by("import_finished_when_over"):
        one.update(state="done", started_at=NOON)
    with refused_by("import_finished_when_over"):
        one.update(finished_at=NOON)
    one.update(state="cancelled", finished_at=NOON)


def test_chunks_are_numbered_and_of_a_thousand_rows_at_most() -> None:
    [chunk] = make_import("a\n1\n").chunks.all()
    one = ImportChunk.objects.filter(pk=chunk.pk)

    with refused_by("import_chunk_number_unique"):
        ImportChunk.objects.create(of_import=chunk.of_import, number=1, rows=1)
    for rows in (0, 1_001):
        with refused_by("import_chunk_has_up_to_1000_rows"):
            one.update(rows=rows)
