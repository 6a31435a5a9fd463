"""An event on its way into the stories of a device and a user."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from apps.attribution.algorithm import BASE, CUSTOM, PRIORITY, Moment, Touch
from apps.attribution.catalogue import SubjectKind
from apps.offers.models import Offer, Platform, Project

DEVICE, USER = SubjectKind.DEVICE.value, SubjectKind.USER.value
DEFAULTS = Project()
"""The settings of offers without a project."""


class AttributionRules(NamedTuple):
    """The settings of an offer's project, as they are in force."""

    offer_id: int
    project_id: int | None
    advertiser_id: int
    platform: str
    inactivity_days: int
    takes_organic: bool
    takes_visits: bool
    lookback: timedelta
    settle: timedelta
    max_lateness: timedelta


class Who(NamedTuple):
    """A subject by its name: whose id it is, and the id."""

    kind: str
    offer_id: int | None
    project_id: int | None
    advertiser_id: int | None
    external_id: str

    @property
    def scope(self) -> str:
        """What the database calls the offer, project or advertiser."""
        if self.offer_id is not None:
            return f"o{self.offer_id}"
        if self.project_id is not None:
            return f"p{self.project_id}"
        return f"a{self.advertiser_id}"


class Touched(NamedTuple):
    """A touch, and when it was."""

    touch: Touch
    at: datetime


class Sighting(NamedTuple):
    """Whom an event was seen of, and what decides about it.

    ``who`` is in the order in which subjects are locked everywhere: the device first.
    ``own`` is the click of the event's own transaction, if an affiliate's.
    """

    event: UUID
    who: tuple[Who, ...]
    at: datetime
    received_at: datetime
    kind: str
    is_activity: bool
    own: Touched | None
    rules: AttributionRules
    is_history: bool = False

    @property
    def touched_since(self) -> datetime:
        """The earliest touch that counts."""
        return self.at - self.rules.lookback

    @property
    def is_too_late(self) -> bool:
        """Tell whether it happened too long ago to change facts."""
        lateness = self.received_at - self.at
        return not self.is_history and lateness > self.rules.max_lateness

    @property
    def settles_at(self) -> datetime | None:
        """When its facts are decided, ``None`` for at once."""
        due = self.at + self.rules.settle
        return None if self.is_history or due <= self.received_at else due

    def as_moment(self, found: Touched | None) -> Moment:
        """Return the event for the algorithm; ``found`` is a touch known otherwise."""
        known = [one for one in (self.own, found) if one and self._counts(one)]
        last = max(known, key=lambda one: one.at) if known else None
        return Moment(
            event=self.event,
            at=self.at,
            kind=self.kind,
            is_activity=self.is_activity,
            touch=last.touch if last else None,
            window=timedelta(days=self.rules.inactivity_days),
            takes_organic=self.rules.takes_organic,
            takes_visits=self.rules.takes_visits and self.kind == "visit",
        )

    def _counts(self, one: Touched) -> bool:
        return self.touched_since <= one.at <= self.at


def rules_of(offer: Offer) -> AttributionRules:
    """Return how ``offer`` attributes; its project must be loaded."""
    project = offer.project or DEFAULTS
    return AttributionRules(
        offer_id=offer.pk,
        project_id=offer.project_id,
        advertiser_id=offer.advertiser_id,
        platform=offer.platform,
        inactivity_days=project.inactivity_window_days,
        takes_organic=project.reattribution_to_organic,
        takes_visits=project.web_last_visit and offer.platform == Platform.WEB,
        lookback=timedelta(days=project.click_lookback_days),
        settle=timedelta(seconds=project.settle_seconds),
        max_lateness=timedelta(days=project.max_lateness_days),
    )


def kind_of(standard_kind: str, *, has_name: bool) -> str:
    """Return the algorithm's kind of an event; invites and level-ups are custom."""
    if not has_name:
        return BASE
    return standard_kind if standard_kind in PRIORITY else CUSTOM


def subjects_of(
    rules: AttributionRules, device_id: str, user_id: str
) -> tuple[Who, ...]:
    """Return whom the ids of an event or click name, in the order of locking."""
    found = []
    if device_id:
        found.append(Who(DEVICE, rules.offer_id, None, None, device_id))
    if user_id:
        project = rules.project_id
        advertiser = rules.advertiser_id if project is None else None
        found.append(Who(USER, None, project, advertiser, user_id))
    return tuple(found)
