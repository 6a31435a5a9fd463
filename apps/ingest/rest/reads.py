"""The lists and single views of the REST API."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryState
from apps.events.categories import Category
from apps.events.models import EventType
from apps.ingest.rest.changing import ChangeStatus
from apps.ingest.rest.documented import reading_answers
from apps.ingest.rest.entering import SubmitLead
from apps.ingest.rest.listing import (
    PAGE_SIZE,
    PAGE_SIZE_MAX,
    Filter,
    Listing,
    Single,
    by_choice,
    by_number,
    by_text,
    by_time,
    by_uuid,
)
from apps.ingest.rest.reporting import ReportEvent
from apps.ingest.rest.shapes import (
    ConversionOut,
    DeliveryOut,
    DeliveryWithAttemptsOut,
    EventOut,
    EventTypeOut,
    LeadOut,
    OfferOut,
    RuleOut,
    Shape,
)
from apps.offers.models import Offer, OfferStatus
from apps.postbacks.models import PostbackRule, RuleStatus, TriggerKind
from apps.tracking.models import Conversion, Event, Lead
from apps.tracking.statuses import ConversionStatus

OFFER = by_number("offer", "offer_id", "The number of an offer.")
TRANSACTION = by_text("transaction_id", "transaction_id", "A transaction id.")


def documented_list(name: str, shape: type[Shape], filters: tuple[Filter, ...]) -> Any:
    """Describe a list to the API's documentation."""
    page = inline_serializer(
        f"{shape.__name__}Page",
        {
            "next": serializers.CharField(allow_null=True, help_text="Next page."),
            "results": shape(many=True),
        },
    )
    parameters = [
        *(
            OpenApiParameter(known.name, str, description=known.what)
            for known in filters
        ),
        OpenApiParameter(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX},
            description=f"{PAGE_SIZE} unless told.",
        ),
        OpenApiParameter("cursor", str, description="As «next» gives it."),
    ]
    described = extend_schema(
        operation_id=f"list_{name}",
        parameters=parameters,
        responses=reading_answers(page),
    )
    return extend_schema_view(get=described)


def documented_single(name: str, shape: type[Shape]) -> Any:
    """Describe a single view to the API's documentation."""
    described = extend_schema(
        operation_id=f"read_{name}", responses=reading_answers(shape)
    )
    return extend_schema_view(get=described)


EVENT_FILTERS = (
    OFFER,
    by_number("event_type", "event_type_id", "The number of an event type."),
    TRANSACTION,
    *by_time("received", "received_at"),
)


@documented_list("events", EventOut, EVENT_FILTERS)
class Events(Listing, ReportEvent):
    """Accepted events; report one."""

    rows = Event.objects.select_related("goal").all
    shape = EventOut
    filters = EVENT_FILTERS


@documented_single("event", EventOut)
class OneEvent(Single):
    """One event."""

    rows = Event.objects.select_related("goal").all
    shape = EventOut


LEAD_FILTERS = (OFFER, TRANSACTION)


@documented_list("leads", LeadOut, LEAD_FILTERS)
class Leads(Listing, SubmitLead):
    """Leads; submit one."""

    rows = Lead.objects.all
    shape = LeadOut
    filters = LEAD_FILTERS


@documented_single("lead", LeadOut)
class OneLead(Single):
    """One lead by its public id."""

    rows = Lead.objects.all
    shape = LeadOut
    key = "public_id"


CONVERSION_FILTERS = (
    OFFER,
    by_choice("status", "status", ConversionStatus.values),
    TRANSACTION,
    *by_time("created", "created_at"),
)


@documented_list("conversions", ConversionOut, CONVERSION_FILTERS)
class Conversions(Listing):
    """Conversions."""

    rows = Conversion.objects.select_related("goal").all
    shape = ConversionOut
    filters = CONVERSION_FILTERS


@documented_single("conversion", ConversionOut)
class OneConversion(Single, ChangeStatus):
    """One conversion; change its status."""

    rows = Conversion.objects.select_related("goal").all
    shape = ConversionOut


DELIVERY_FILTERS = (
    by_number("rule", "rule_id", "The number of a rule."),
    by_choice("state", "state", [DeliveryState.FAILED.value, DeliveryState.HELD.value]),
    by_uuid("event", "event_id", "The id of an event."),
    by_text("transaction_id", "event__transaction_id", "A transaction id."),
    *by_time("created", "created_at"),
)


@documented_list("deliveries", DeliveryOut, DELIVERY_FILTERS)
class Deliveries(Listing):
    """Deliveries."""

    rows = Delivery.objects.all
    shape = DeliveryOut
    filters = DELIVERY_FILTERS
    is_about_partners = True


@documented_single("delivery", DeliveryWithAttemptsOut)
class OneDelivery(Single):
    """One delivery with its tries."""

    rows = Delivery.objects.all
    shape = DeliveryWithAttemptsOut
    is_about_partners = True


OFFER_FILTERS = (
    by_choice("status", "status", OfferStatus.values),
    by_number("advertiser", "advertiser_id", "The number of an advertiser."),
)


@documented_list("offers", OfferOut, OFFER_FILTERS)
class Offers(Listing):
    """Offers."""

    rows = Offer.objects.all
    shape = OfferOut
    filters = OFFER_FILTERS
    offer_path = ""


@documented_single("offer", OfferOut)
class OneOffer(Single):
    """One offer."""

    rows = Offer.objects.all
    shape = OfferOut
    offer_path = ""


EVENT_TYPE_FILTERS = (
    by_text("name", "name", "An exact name."),
    by_choice("category", "category", Category.values),
)


@documented_list("event_types", EventTypeOut, EVENT_TYPE_FILTERS)
class EventTypes(Listing):
    """The vocabulary of events, which everybody may read."""

    rows = EventType.objects.all
    shape = EventTypeOut
    filters = EVENT_TYPE_FILTERS
    offer_path = None


@documented_single("event_type", EventTypeOut)
class OneEventType(Single):
    """One event type."""

    rows = EventType.objects.all
    shape = EventTypeOut
    offer_path = None


RULE_FILTERS = (
    OFFER,
    by_choice("status", "status", RuleStatus.values),
    by_choice("trigger", "trigger", TriggerKind.values),
)


@documented_list("rules", RuleOut, RULE_FILTERS)
class Rules(Listing):
    """Postback rules that are not archived."""

    rows = PostbackRule.objects.filter(archived_at=None).select_related("goal").all
    shape = RuleOut
    filters = RULE_FILTERS
    is_about_partners = True


@documented_single("rule", RuleOut)
class OneRule(Single):
    """One rule."""

    rows = PostbackRule.objects.filter(archived_at=None).select_related("goal").all
    shape = RuleOut
    is_about_partners = True
