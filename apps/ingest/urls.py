"""The doors of ingestion (DESIGN §5)."""

from django.urls import path

from apps.ingest import api, views

urlpatterns = [
    path("postback", views.postback, name="postback"),
    path("", views.root, name="root"),
    path(
        "postback/<str:offer_token>/<str:event_id>",
        views.postback,
        name="dedicated-postback",
    ),
    path("click/<str:offer_token>", views.click, name="click"),
    path("api/v1/events", api.EventView.as_view(), name="api-events"),
    path("healthz", views.healthz, name="healthz"),
]
