"""The database refuses nonsense in what happened."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.core.ids import uuid7
from apps.core.models import ConfigVersion
from apps.deliveries.models import Attempt, Delivery
from apps.ingest.models import RefusedRequest
from apps.reports.models import DeliveryHour, EventHour
from apps.tracking.models import Click, ConversionChange, Event, Lead
from tests.constraints.refusing import refused_by
from tests.factories import (
    NOON,
    make_click,
    make_conversion,
    make_delivery,
    make_event,
    make_event_type,
    make_offer,
    make_rule,
)

pytestmark = pytest.mark.django_db


def test_clicks_and_leads_begin_one_transaction() -> None:
    offer = make_offer()
    make_click(offer)
    Lead.objects.create(
        public_id="l", offer=offer, transaction_id="t", submitted_at=NOON
    )

    with refused_by("click_transaction_unique"):
        make_click(offer)
    with refused_by("click_has_a_transaction_id"):
        make_click(offer, "")
    with refused_by("click_expires_after_it_happened"):
        Click.objects.create(
            offer=offer, transaction_id="x", clicked_at=NOON, expires_at=NOON
        )
    with refused_by("lead_public_id_unique"):
        Lead.objects.create(
            public_id="l", offer=offer, transaction_id="u", submitted_at=NOON
        )
    with refused_by("lead_one_per_transaction"):
        Lead.objects.create(
            public_id="m", offer=offer, transaction_id="t", submitted_at=NOON
        )


def test_an_erased_lead_never_holds_contact_data_again() -> None:
    lead = Lead.objects.create(
        offer=make_offer(), transaction_id="t", submitted_at=NOON, erased_at=NOON
    )

    for column in ("sealed_contact", "email_hash", "phone_hash"):
        with refused_by("lead_erased_has_no_contact"):
            Lead.objects.filter(pk=lead.pk).update(**{column: "x"})


def test_conversions_are_one_per_outcome() -> None:
    offer = make_offer()
    event_type = make_event_type()
    make_conversion(offer)
    make_conversion(offer, event_type=event_type, order_id="o")

    with refused_by("conversion_one_base_per_transaction"):
        make_conversion(offer, order_id="another")
    with refused_by("conversion_one_per_event_and_order"):
        make_conversion(offer, event_type=event_type, order_id="o")
    with refused_by("conversion_status_is_known"):
        make_conversion(offer, transaction_id="t2", status="paid")
    with refused_by("conversion_hold_ends_only_when_on_hold"):
        make_conversion(offer, transaction_id="t2", hold_until=NOON)


def test_changes_are_edges_that_begin_with_create() -> None:
    """R105: writing the same status again is no change."""
    conversion = make_conversion(make_offer())

    def change(**fields: Any) -> None:
        ConversionChange.objects.create(
            conversion=conversion, source="url", changed_at=NOON, **fields
        )

    change(number=1, operation="create", new_status="pending")
    with refused_by("conversion_change_number_unique"):
        change(number=1, operation="create", new_status="pending")
    with refused_by("conversion_change_is_an_edge"):
        change(number=2, operation="update", old_status="hold", new_status="hold")
    with refused_by("conversion_change_create_comes_first"):
        change(number=2, operation="create", new_status="approved")


def test_events_are_deduplicated_named_and_frozen() -> None:
    """DESIGN §4.2, §4.5."""
    offer = make_offer()
    event = make_event(offer, dedupe_key="k", order_key="o", payout=1)

    with refused_by("event_dedupe_key_unique"):
        make_event(offer, dedupe_key="k")
    with refused_by("event_order_key_unique"):
        make_event(offer, order_key="o")
    with refused_by("event_of_a_type_has_a_name"):
        make_event(offer, event_type=make_event_type())
    with pytest.raises(IntegrityError, match="accepted event"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(payout=2)
    with pytest.raises(IntegrityError, match="accepted event"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(order_key=None)
    Event.objects.filter(pk=event.pk).update(params={})


def test_deliveries_are_one_per_rule_and_trigger_with_coherent_states() -> None:
    """DESIGN §4.2, §4.3."""
    offer = make_offer()
    rule = make_rule(offer)
    event = make_event(offer)
    delivery = make_delivery(rule, event)
    one = Delivery.objects.filter(pk=delivery.pk)
    Attempt.objects.create(
        delivery=delivery, number=1, started_at=NOON, outcome="success"
    )

    with refused_by("delivery_one_live_per_rule_and_trigger"):
        make_delivery(rule, event)
    with refused_by("delivery_lease_only_while_sending"):
        one.update(state="sending")
    with refused_by("delivery_lease_only_while_sending"):
        one.update(lease_until=NOON, lease_token=uuid7())
    with refused_by("delivery_finished_when_terminal"):
        one.update(state="delivered")
    with refused_by("delivery_finished_when_terminal"):
        one.update(finished_at=NOON)
    with refused_by("delivery_held_or_suppressed_has_a_reason"):
        one.update(state="held")
    # attempt_number_unique; each partition has it under a name of its own.
    with refused_by("delivery_id_number_started_at"):
        Attempt.objects.create(
            delivery=delivery, number=1, started_at=NOON, outcome="success"
        )
    with refused_by("delivery_one_live_per_rule_and_trigger"):
        make_delivery(rule, event, kind="replay")
    make_delivery(rule, event, kind="test")


def test_only_what_a_provider_has_taken_has_a_ticket() -> None:
    """ADR 15."""
    offer = make_offer()
    delivery = make_delivery(make_rule(offer), make_event(offer))

    with refused_by("delivery_ticket_of_what_is_open"):
        Delivery.objects.filter(pk=delivery.pk).update(ticket="W_1")


def test_figures_and_refusals_and_the_version_are_guarded() -> None:
    offer = make_offer()
    rule = make_rule(offer)
    hour = NOON - timedelta(hours=1)
    EventHour.objects.create(hour=hour, offer=offer, accepted=1)
    figures = {"planned": 1, "delivered": 1, "failed": 0, "held": 0}
    DeliveryHour.objects.create(hour=hour, rule=rule, **figures)

    with refused_by("event_hour_unique"):
        EventHour.objects.create(hour=hour, offer=offer, accepted=1)
    with refused_by("delivery_hour_unique"):
        DeliveryHour.objects.create(hour=hour, rule=rule, **figures)
    with refused_by("refused_request_was_not_accepted"):
        RefusedRequest.objects.create(received_at=NOON, result="accepted", reason="x")
    with refused_by("config_version_has_a_single_row"):
        ConfigVersion.objects.create(id=2)
