"""Postbacks on facts are tried on facts: dry run, preview, test, simulation."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.adminkit.addresses import add_url, change_url, page_url
from apps.deliveries.models import Delivery
from apps.postbacks.models import PostbackRule, Simulation
from apps.postbacks.simulating import simulate_slice
from apps.tracking.models import Event, Lead
from tests.attribution.test_accepting import WORKED, play
from tests.attribution.world import App
from tests.console.conftest import sign_in, staff
from tests.console.test_flows import ping_values
from tests.factories import make_rule, make_user
from tests.sink import Sink, running_sink

__all__ = ["sign_in", "staff"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

QUERY = "?tid={transaction_id}&fact={fact}&op={operation}&by={affiliate_name}"


@pytest.fixture
def app(client: Client) -> Iterator[App]:
    """Return an app whose device lived through the worked example."""
    cache.clear()
    found = App()
    found.click("click-a", 0, "A")
    found.click("click-b40", 40, "B")
    found.click("click-b71", 71, "B")
    play(found, client, WORKED)
    yield found
    cache.clear()


def listen(
    app: App, *facts: str, host: str = "https://t.example", **fields: Any
) -> PostbackRule:
    """Return a postback on facts of devices."""
    return make_rule(
        app.offer,
        trigger="attribution",
        facts=list(facts),
        subject_kind="device",
        url=f"{host}/pb{QUERY}",
        **fields,
    )


def test_a_dry_run_takes_the_newest_fact_the_postback_listens_to(
    app: App, staff: Client
) -> None:
    """Its click is the partner's own, though the event is of another transaction."""
    rule = listen(app, "re_engagement", "first_purchase_ca")

    page = staff.get(page_url(rule, "dry-run")).content.decode()
    of_click = staff.post(page_url(rule, "dry-run"), {"transaction_id": "click-b71"})

    assert "It would fire" in page
    assert "Fact: First purchase CA (Device)" in page
    assert "fact=first_purchase_ca&amp;op=create" in page
    shown = of_click.content.decode()
    assert "?tid=click-b71&amp;fact=re_engagement&amp;op=create&amp;by=B" in shown
    assert Delivery.objects.count() == 0


def test_a_dry_run_without_a_fact_of_that_kind_shows_example_values(
    app: App, staff: Client
) -> None:
    rule = listen(app, "registration")

    page = staff.get(page_url(rule, "dry-run")).content.decode()

    assert "There is nothing to try it on." in page
    assert "The request with example values" in page


def test_an_affiliate_tries_its_postback_on_facts_told_to_it(
    app: App, sign_in: Callable[[User], Client]
) -> None:
    """Those of others, and of other affiliates' transactions, it does not see."""
    owner = make_user("partner", role="affiliate", affiliate=app.affiliate("B"))
    rule = listen(app, "install", "re_engagement", author=owner)

    page = sign_in(owner).get(page_url(rule, "dry-run")).content.decode()

    assert "Fact: Re-engagement (Device)" in page
    assert "click-b71" in page
    assert "click-a" not in page


def test_the_form_previews_a_fact_of_the_chosen_transaction(
    app: App, staff: Client
) -> None:
    """One that is ticked, else another one of it."""
    asked = {"trigger": "attribution", "action": "ping_url", "offer": app.offer.pk}
    url = add_url(PostbackRule, **asked)
    form = ping_values(
        staff,
        url,
        cfg_url=f"https://t.example/pb{QUERY}",
        subject_kind="device",
        facts=["install"],
        _about="click-a",
        fragment="1",
    )
    preview = reverse("admin:postbacks_postbackrule_preview_new")
    address = f"{preview}?{url.partition('?')[2]}"

    page = staff.get(url).content.decode()
    install = staff.post(address, form).content.decode()
    other = staff.post(address, {**form, "facts": ["new_user"]}).content.decode()

    assert "click-a · Fact: Install (Device)" in page
    assert "tid=click-a&amp;fact=install&amp;op=create&amp;by=A" in install
    assert "tid=click-a&amp;fact=install" in other


def test_a_test_sends_about_a_fact(app: App, staff: Client) -> None:
    """R185: with the values that the partner would get."""
    with running_sink() as sink:
        rule = listen(app, "re_engagement", host=sink.url)
        form = staff.get(page_url(rule, "send-test")).context["form"]
        ((about, label),) = form.fields["about"].choices

        staff.post(page_url(rule, "send-test"), {"about": about})

        assert _paths(sink) == ["/pb?tid=click-b71&fact=re_engagement&op=create&by=B"]
    assert label.startswith("click-b71 · Fact: Re-engagement (Device) · ")
    delivery = Delivery.objects.get()
    assert (delivery.trigger_type, delivery.kind) == ("fact", "test")


def _paths(sink: Sink) -> list[str]:
    return [path for _, path, _ in sink.received]


def test_a_simulation_counts_facts(app: App) -> None:
    rule = listen(app, "purchase_ca", "install")
    received = Event.objects.latest("received_at").received_at
    simulation = Simulation.objects.create(
        rule=rule,
        revision=rule.revisions.get(),
        author=rule.author,
        starts_at=received - timedelta(days=1),
        ends_at=received + timedelta(days=1),
    )

    simulate_slice(simulation.pk)

    simulation.refresh_from_db()
    assert simulation.fired == 5
    assert simulation.examined == 15


def test_the_story_of_a_lead_lists_what_was_told_of_facts(
    staff: Client, client: Client
) -> None:
    """And of retractions, each by its name."""
    app = App()
    app.click("click-b", 50, "B")
    rule = make_rule(
        app.offer,
        name="Returns",
        trigger="attribution",
        facts=["re_engagement"],
        subject_kind="device",
        operations=["create", "delete"],
    )
    app.send(client, 0, "launch")
    app.send(client, 50, "launch", transaction_id="click-b")
    app.send(client, 25, "launch")
    lead = Lead.objects.create(
        public_id="L-1",
        offer=app.offer,
        transaction_id="click-b",
        submitted_at=app.start,
    )

    page = staff.get(change_url(lead)).content.decode()

    assert page.count(f"#{rule.pk} Returns") == 2
    assert "Re-engagement, retracted" in page
