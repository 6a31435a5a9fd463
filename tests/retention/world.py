"""A log of several years for the tests of retention."""

from datetime import UTC, datetime, timedelta
from typing import Any

from apps.attribution.models import Fact, Period, Subject, SubjectEvent, Touch
from apps.deliveries.clock import Clock
from apps.deliveries.models import Attempt, Delivery
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Click, ConversionChange, Event, Lead
from tests.factories import (
    make_affiliate,
    make_click,
    make_conversion,
    make_delivery,
    make_event,
)
from tests.moments import id_at

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
OLD = NOW - 500 * DAY
YOUNG = NOW - 10 * DAY


def clock_at(moment: datetime) -> Clock:
    return lambda: moment


def click_at(offer: Offer, moment: datetime, transaction_id: str) -> Click:
    return make_click(
        offer,
        transaction_id,
        id=id_at(moment),
        clicked_at=moment,
        expires_at=moment + 30 * DAY,
    )


def event_at(offer: Offer, moment: datetime, **fields: Any) -> Event:
    return make_event(
        offer, id=id_at(moment), occurred_at=moment, received_at=moment, **fields
    )


def delivery_at(
    rule: PostbackRule, event: Event, moment: datetime, state: str, **fields: Any
) -> Delivery:
    """Return a delivery that was planned at ``moment`` and is in ``state``."""
    if state in ("delivered", "failed", "suppressed", "cancelled"):
        fields.setdefault("finished_at", moment)
    if state in ("held", "suppressed"):
        fields.setdefault("reason", "ambiguous")
    if state == "sending":
        fields |= {"lease_until": NOW, "lease_token": id_at(NOW)}
    return make_delivery(
        rule,
        event,
        id=id_at(moment),
        trigger_id=id_at(moment),
        state=state,
        created_at=moment,
        **fields,
    )


def attempt_at(delivery: Delivery, moment: datetime, number: int = 1) -> Attempt:
    return Attempt.objects.create(
        delivery=delivery, number=number, started_at=moment, outcome="success"
    )


def refused_at(moment: datetime, **fields: Any) -> RefusedRequest:
    return RefusedRequest.objects.create(
        id=id_at(moment),
        received_at=moment,
        result="refused",
        reason="bad_token",
        **fields,
    )


def money_at(offer: Offer, moment: datetime, transaction_id: str) -> Event:
    """Return the event that made a conversion, with its click and change."""
    click = click_at(offer, moment, transaction_id)
    conversion = make_conversion(offer, transaction_id=transaction_id, click=click)
    event = event_at(
        offer, moment, transaction_id=transaction_id, click=click, conversion=conversion
    )
    ConversionChange.objects.create(
        conversion=conversion,
        number=1,
        operation="create",
        new_status="approved",
        source="url",
        event=event,
        changed_at=moment,
    )
    return event


def lead_at(offer: Offer, moment: datetime, transaction_id: str) -> Lead:
    return Lead.objects.create(
        offer=offer,
        click=click_at(offer, moment, transaction_id),
        transaction_id=transaction_id,
        submitted_at=moment,
    )


def device_at(
    offer: Offer, name: str, first: datetime, last: datetime, event: Event
) -> Subject:
    """Return a device with one event in its story, a touch, a period and a fact."""
    subject = Subject.objects.create(
        kind="device",
        offer=offer,
        external_id=name,
        last_activity_at=last,
        created_at=first,
    )
    click = click_at(offer, first, f"touch-{subject.pk}")
    Touch.objects.create(
        subject=subject, click=click, affiliate=make_affiliate(), touched_at=first
    )
    SubjectEvent.objects.create(
        subject=subject,
        event=event,
        occurred_at=event.occurred_at,
        kind="install",
        is_activity=True,
        inactivity_days=30,
        takes_organic=False,
        takes_visits=False,
        state="counted",
    )
    period = Period.objects.create(
        subject=subject, opened_by=event, cause="first", started_at=first
    )
    Fact.objects.create(
        subject=subject,
        kind="install",
        event=event,
        slot="lifetime",
        period=period,
        state="announced",
        decided_at=first,
    )
    return subject
