"""The doors of ingestion (DESIGN §5)."""

from django.urls import path

from apps.ingest import views
from apps.ingest.rest import changing, entering, reporting

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
    path("api/v1/leads", entering.SubmitLead.as_view(), name="api-leads"),
    path(
        "api/v1/leads/<str:public_id>/trigger-event",
        entering.TriggerEvent.as_view(),
        name="api-trigger",
    ),
    path("api/v1/events", reporting.ReportEvent.as_view(), name="api-events"),
    path("api/v1/events/batch", reporting.ReportBatch.as_view(), name="api-batch"),
    path(
        "api/v1/conversions/<uuid:pk>",
        changing.ChangeStatus.as_view(),
        name="api-conversion",
    ),
    path("healthz", views.healthz, name="healthz"),
]
