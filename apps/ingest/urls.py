"""The doors of ingestion (DESIGN §5)."""

from django.urls import path

from apps.ingest import views
from apps.ingest.rest import entering, reads, replays, reporting, value_lists

urlpatterns = [
    path("postback", views.postback, name="postback"),
    path("", views.root, name="root"),
    path(
        "postback/<str:offer_token>/<str:event_id>",
        views.postback,
        name="dedicated-postback",
    ),
    path("click/<str:offer_token>", views.click, name="click"),
    path("api/v1/clicks", entering.RecordClick.as_view(), name="api-clicks"),
    path("api/v1/leads", reads.Leads.as_view(), name="api-leads"),
    path("api/v1/leads/<str:key>", reads.OneLead.as_view(), name="api-lead"),
    path(
        "api/v1/leads/<str:public_id>/trigger-event",
        entering.TriggerEvent.as_view(),
        name="api-trigger",
    ),
    path("api/v1/events", reads.Events.as_view(), name="api-events"),
    path("api/v1/events/batch", reporting.ReportBatch.as_view(), name="api-batch"),
    path("api/v1/events/<uuid:key>", reads.OneEvent.as_view(), name="api-event"),
    path("api/v1/conversions", reads.Conversions.as_view(), name="api-conversions"),
    path(
        "api/v1/conversions/<uuid:key>",
        reads.OneConversion.as_view(),
        name="api-conversion",
    ),
    path("api/v1/deliveries", reads.Deliveries.as_view(), name="api-deliveries"),
    path(
        "api/v1/deliveries/<uuid:key>", reads.OneDelivery.as_view(), name="api-delivery"
    ),
    path(
        "api/v1/deliveries/<uuid:key>/resend",
        replays.Resend.as_view(),
        name="api-resend",
    ),
    path("api/v1/replays", replays.Replays.as_view(), name="api-replays"),
    path("api/v1/replays/<uuid:key>", replays.OneReplay.as_view(), name="api-replay"),
    path(
        "api/v1/replays/<uuid:key>/<str:step>",
        replays.ReplayStep.as_view(),
        name="api-replay-step",
    ),
    path("api/v1/offers", reads.Offers.as_view(), name="api-offers"),
    path("api/v1/offers/<int:key>", reads.OneOffer.as_view(), name="api-offer"),
    path("api/v1/event-types", reads.EventTypes.as_view(), name="api-event-types"),
    path(
        "api/v1/event-types/<int:key>",
        reads.OneEventType.as_view(),
        name="api-event-type",
    ),
    path("api/v1/rules", reads.Rules.as_view(), name="api-rules"),
    path("api/v1/rules/<int:key>", reads.OneRule.as_view(), name="api-rule"),
    path(
        "api/v1/lists/<str:reference>/values",
        value_lists.Values.as_view(),
        name="api-list-values",
    ),
    path("healthz", views.healthz, name="healthz"),
]
