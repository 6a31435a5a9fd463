"""An app whose events carry device and user ids, and senders of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from apps.accounts.models import Affiliate
from apps.attribution.models import Fact
from apps.events.categories import RepeatPolicy
from apps.events.models import EventType
from apps.offers.models import Offer, OfferAffiliate, Platform, Project
from tests.factories import (
    SECRET,
    make_affiliate,
    make_click,
    make_event_type,
    make_offer,
    make_offer_event,
    make_token,
)

DAY = timedelta(days=1)
KINDS = ("install", "launch", "visit", "purchase", "custom_revenue", "registration")


class App:
    """An offer of a project, with events of the standard kinds and one of its own.

    Events happen so many days after ``start``, which is 150 days ago.
    """

    def __init__(self, *, platform: str = Platform.ANDROID, **project: Any) -> None:
        self.start = datetime.now(UTC).replace(microsecond=0) - 150 * DAY
        settings = {"max_lateness_days": 365, **project}
        self.project = Project.objects.create(name=f"Games {platform}", **settings)
        self.offer: Offer = make_offer(
            f"Game {platform}", project=self.project, platform=platform
        )
        make_token(self.offer)
        for kind in KINDS:
            self.add_event(f"{kind}_event", kind)
        self.add_event("tutorial", "")
        self.organic = self.click("organic", 0)

    def add_event(self, name: str, kind: str) -> EventType:
        """Define an event that may happen at any time, any number of times."""
        found = make_event_type(
            name,
            standard_kind=kind,
            repeat_policy=RepeatPolicy.UNLIMITED,
            needs_conversion=False,
        )
        make_offer_event(self.offer, found)
        return found

    def click(self, transaction: str, day: float, name: str = "") -> str:
        """Store a click of an affiliate, or an organic one; return its transaction."""
        at = self.start + day * DAY
        affiliate = self.affiliate(name) if name else None
        click = make_click(
            self.offer, transaction, clicked_at=at, expires_at=at + 30 * DAY
        )
        click.affiliate = affiliate
        click.save()
        return transaction

    def affiliate(self, name: str) -> Affiliate:
        """Return an affiliate that is on the offer."""
        found = make_affiliate(name)
        OfferAffiliate.objects.get_or_create(offer=self.offer, affiliate=found)
        return found

    def send(self, client: Client, day: float, kind: str, **fields: Any) -> Any:
        """Report an event of the device D-1 unless told otherwise; return the answer.

        It is checked that the event was accepted.
        """
        at = self.start + day * DAY
        given = {
            "transaction_id": self.organic,
            "event_name": kind if kind == "tutorial" else f"{kind}_event",
            "device_id": "D-1",
            "occurred_at": at.isoformat(),
            **fields,
        }
        answer = client.get("/postback", {"secure": SECRET, **given})
        assert answer.json()["result"] == "accepted", answer.json()
        return answer.json()


def make_worked_app() -> App:
    """Return an app with the clicks of the worked example."""
    found = App()
    found.click("click-a", 0, "A")
    found.click("click-b40", 40, "B")
    found.click("click-b71", 71, "B")
    return found


def ledger(**which: Any) -> list[str]:
    """Return the ledger as «kind→source», by time and name; what was not told is marked."""
    marks = {"announced": "", "retracted": " retracted", "suppressed": " suppressed"}
    return [
        f"{one.kind}→{one.affiliate or 'organic'}{marks[one.state]}"
        for one in Fact.objects.filter(**which)
        .select_related("affiliate")
        .order_by("event__occurred_at", "event", "kind")
    ]
