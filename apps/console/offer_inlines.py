"""What offers and their events share on screen: terms, and the rows of an offer."""

from django.utils.translation import gettext_lazy as _

from apps.core.adminkit.scoping import ScopedInline
from apps.event_lists.models import OfferEventList
from apps.events.models import EventLimit
from apps.goals.models import Goal
from apps.offers.models import OfferAffiliate
from apps.value_lists.models import OfferValueList

RATES = (
    ("revenue_type", "revenue_value"),
    ("payout_type", "payout_value", "percent_of"),
)
"""The fields of an offer and of its events that say what they earn and pay."""


class GoalInline(ScopedInline):
    """The milestones of the offer."""

    model = Goal
    extra = 0
    can_delete = False  # Goals are archived: postbacks remember them (R108).
    fields = ("name", "alias", "ref", "is_private", "status")


class OfferAffiliateInline(ScopedInline):
    """Who promotes the offer."""

    model = OfferAffiliate
    extra = 0
    autocomplete_fields = ("affiliate",)
    verbose_name = _("affiliate")
    verbose_name_plural = _("Affiliates")


class EventLimitInline(ScopedInline):
    """How many events the offer takes; what exceeds it is counted and filtered."""

    model = EventLimit
    extra = 0
    autocomplete_fields = ("event_type",)
    verbose_name = _("limit")
    verbose_name_plural = _("Limits")


class OfferEventListInline(ScopedInline):
    """The event lists attached to the offer (R195)."""

    model = OfferEventList
    extra = 0
    autocomplete_fields = ("event_list",)
    verbose_name = _("event list")
    verbose_name_plural = _("Event lists")


class OfferValueListInline(ScopedInline):
    """The lists of values that the offer consults."""

    model = OfferValueList
    extra = 0
    autocomplete_fields = ("value_list",)
    verbose_name = _("value list")
    verbose_name_plural = _("Value lists")
