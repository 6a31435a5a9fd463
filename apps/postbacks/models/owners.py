"""What the database demands of the postbacks of affiliates (ADR 0013)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# An empty affiliate would compare as unknown, which a check lets pass.
ABOUT_ITS_OWNER = models.CheckConstraint(
    condition=Q(owner_affiliate=None)
    | Q(affiliate__isnull=False, affiliate=F("owner_affiliate")),
    name="rule_of_affiliate_is_about_it",
    violation_error_message=_(
        "The postback of an affiliate is about that affiliate's conversions only."
    ),
)
