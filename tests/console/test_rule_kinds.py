"""Every kind of action makes sense on every page of its postback."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.adminkit.addresses import change_url, page_url
from apps.deliveries.models import Delivery
from apps.postbacks.models import PostbackRule
from tests.conformance.case import Case
from tests.conformance.conftest import CASES
from tests.conformance.world import lead, plant
from tests.console.test_flows import NO_INLINES
from tests.console.test_send_test import press
from tests.factories import make_click, make_event, make_offer, make_rule
from tests.fakes.server import Fakes, running_fakes
from tests.lists.making import make_value_list

pytestmark = pytest.mark.django_db

LIST = "admin:postbacks_postbackrule_changelist"


@pytest.fixture(scope="module")
def fakes() -> Iterator[Fakes]:
    """Serve the fakes of all providers."""
    with running_fakes() as served:
        yield served


def as_shown(client: Client, rule: PostbackRule) -> dict[str, Any]:
    """Return what the form of ``rule`` would post, unchanged."""
    form = client.get(change_url(rule)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in values.items() if value not in (None, False)}
    return {**kept, **NO_INLINES, "_about": "T-9001", "fragment": "1"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_what_it_sends_is_shown_before_and_after(
    staff: Client, fakes: Fakes, case: Case
) -> None:
    """R70, R95: list, form, preview, dry run, send test, delivery and trace."""
    planted = plant(case, fakes)
    rule = planted.rule
    live = lead(planted)
    address = reverse("admin:postbacks_postbackrule_preview", args=[rule.pk])

    preview = staff.post(address, as_shown(staff, rule)).content.decode()
    rehearsed = staff.post(page_url(rule, "dry-run"), {"transaction_id": "T-9001"})
    tested = press(staff, rule, live.trigger_id)
    delivery = Delivery.objects.get(rule=rule, kind="test")
    pages = {
        "list": staff.get(reverse(LIST)).content.decode(),
        "form": staff.get(change_url(rule)).content.decode(),
        "preview": preview,
        "dry run": rehearsed.content.decode(),
        "send test": tested,
        "delivery": staff.get(change_url(delivery)).content.decode(),
        "trace": staff.get(change_url(live.event)).content.decode(),
    }

    method = "SMTP" if case.kind == "smtp" else "<pre>"
    for name in ("preview", "dry run", "send test", "delivery"):
        assert method in pages[name], name
        assert "Cannot be sent" not in pages[name], name
    assert "None None" not in "".join(pages.values())
    for name, html in pages.items():
        assert "canary-" not in html, name


def test_a_list_kept_here_is_changed_without_a_request(staff: Client) -> None:
    """Nobody is asked, and no page says that an answer is missing."""
    offer = make_offer()
    kept = make_value_list(field="phone", normalization="none")
    rule = make_rule(
        offer,
        trigger="event",
        categories=["conversions"],
        action="dnpl",
        settings={
            "backend": "local",
            "operation": "add",
            "local_list": kept.reference,
            "value": "{transaction_id}",
        },
    )
    make_event(offer, click=make_click(offer), transaction_id="tx-1")

    rehearsed = staff.get(page_url(rule, "dry-run")).content.decode()
    tested = press(staff, rule)
    delivery = staff.get(change_url(Delivery.objects.get())).content.decode()

    assert f"<dt>List</dt><dd>{kept.reference}</dd>" in rehearsed
    for page in (tested, delivery):
        assert "Added to the list" in page
        assert "It was done here" in page
        assert "No answer came" not in page
        assert "Nothing was sent" not in page
