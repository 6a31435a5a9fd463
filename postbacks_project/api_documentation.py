"""How the REST API behaves, and how it documents itself (drf-spectacular)."""

from typing import Any

API: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.ingest.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "apps.ingest.rest.errors.exception_handler",
}
API_DOCUMENTATION: dict[str, Any] = {
    "TITLE": "Postbacks API",
    "DESCRIPTION": "Report events and read what became of them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ConversionStatusEnum": "apps.tracking.statuses.ConversionStatus",
        "OfferStatusEnum": "apps.offers.models.OfferStatus",
        "RuleStatusEnum": "apps.postbacks.models.RuleStatus",
        "OfferKindEnum": "apps.offers.models.OfferKind",
        "DeliveryStateEnum": "apps.deliveries.states.DeliveryState",
        "ReplayKindEnum": "apps.deliveries.states.ReplayKind",
        "ReplayStateEnum": "apps.deliveries.states.ReplayState",
        "DeliveryKindEnum": "apps.deliveries.states.DeliveryKind",
        "CategoryEnum": "apps.events.categories.Category",
        "EffectiveCategoryEnum": "apps.events.categories.EffectiveCategory",
        "RateTypeEnum": "apps.offers.terms.RateType",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.ingest.rest.url_doors.add_url_doors",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
