"""What the database demands of a postback's settings about its trigger."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.postbacks.models.kinds import TriggerKind

ABOUT_ITS_TRIGGER = (
    models.CheckConstraint(
        condition=Q(trigger=TriggerKind.EVENT)
        | Q(use_case="", categories=[], event_type=None),
        name="rule_event_settings_need_event_trigger",
        violation_error_message=_(
            "Categories and an event type belong to the trigger Event."
        ),
    ),
    models.CheckConstraint(
        condition=Q(event_type=None) | Q(use_case="", categories=[]),
        name="rule_event_type_replaces_categories",
        violation_error_message=_("Choose one event type or categories, not both."),
    ),
    models.CheckConstraint(
        condition=~Q(trigger=TriggerKind.EVENT) | Q(operations=[]),
        name="rule_operations_need_conversion_trigger",
        violation_error_message=_("Operations belong to conversion triggers."),
    ),
    models.CheckConstraint(
        condition=Q(rejection_reasons=[])
        | Q(
            trigger__in=[
                TriggerKind.CONVERSION_REJECT,
                TriggerKind.CONVERSION_ANY,
            ]
        ),
        name="rule_reasons_need_reject_trigger",
        violation_error_message=_(
            "Reasons belong to the triggers Conversion "
            "Reject and Conversion, any status."
        ),
    ),
)
