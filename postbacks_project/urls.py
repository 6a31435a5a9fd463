"""Every URL of the product."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from apps.core.csp import icons_in_styles
from apps.ingest.views import unknown_address
from apps.reports.views import metrics, readyz

urlpatterns = [
    # First, because they are asked for most.
    path("", include("apps.ingest.urls")),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/v1/docs",
        icons_in_styles(
            SpectacularSwaggerSplitView.as_view(
                url_name="api-schema", template_name="api/docs.html"
            )
        ),
        name="api-docs",
    ),
    # Last, or it would hide those above. An expression has no end: a path with a
    # line feed is answered too.
    re_path("^api/v1/", unknown_address),
]
