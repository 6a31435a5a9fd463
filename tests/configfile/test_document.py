"""The document of the configuration file keeps its word."""

import re

import pytest

from apps.configfile.nodes import MAX_BYTES
from apps.configfile.shapes import SECTIONS
from apps.configfile.writing import export_text
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.configfile.world import imported
from tests.house.tree import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

PAGE = (ROOT / "docs" / "configuration.md").read_text()


def test_the_example_can_be_imported_and_is_exported_as_it_stands() -> None:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    example = found[1]

    report = imported(example)

    assert [str(problem) for problem in report.problems] == []
    assert report.awaited == [("connection «Tracker key»", ["token"])]
    assert Offer.objects.get().goals.get().name == "Sale"
    assert PostbackRule.objects.get().caps.get().maximum == 500
    exported = export_text()
    for section in example.split("\n\n")[1:]:
        if not section.startswith("event_types"):
            assert section.strip() in exported


def test_every_section_is_explained_and_the_limit_is_right() -> None:
    missing = [one.section for one in SECTIONS if f"`{one.section}`" not in PAGE]

    assert missing == []
    assert f"at most {MAX_BYTES // 1024**2} MB" in PAGE
