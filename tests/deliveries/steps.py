"""Steps of the tests of the engine."""

from datetime import UTC, datetime
from typing import Any

from apps.deliveries.claiming import claim_due
from apps.deliveries.models import (
    Delivery,
)
from apps.deliveries.recording import record
from apps.deliveries.sending import attempt, load_revisions
from apps.offers.models import (
    Offer,
)
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import set_rule_status
from tests.factories import (
    make_click,
    make_conversion,
    make_delivery,
    make_event,
    make_rule,
)
from tests.sink import Sink


def make_due(offer: Offer, sink: Sink, **settings: Any) -> Delivery:
    """Return a due delivery to the sink."""
    url = f"{sink.url}/pb?tid={{transaction_id}}&s={{sub1}}&p={{payout}}"
    rule = make_rule(offer, url=url, settings=settings)
    click = make_click(offer)
    conversion = make_conversion(offer, click=click)
    event = make_event(offer, click=click, conversion=conversion, payout=5)
    return make_delivery(rule, event)


def one_attempt() -> None:
    """Make the attempts that are due now and no retry of them."""
    rows = claim_due(limit=10, now=datetime.now(UTC))
    load_revisions({row.revision_id for row in rows})
    record([attempt(row, {}) for row in rows])


def switch(rule: PostbackRule, status: str) -> None:
    set_rule_status(
        rule_id=rule.pk, status=status, reason="", author=None, now=datetime.now(UTC)
    )
