"""What the CSV file of deliveries holds."""

from django.utils.translation import gettext_lazy as _

from apps.console.delivery_words import transaction_of
from apps.core.adminkit.exporting import Column

EXPORTED: tuple[Column, ...] = (
    (_("planned"), lambda one: one.created_at),
    (_("delivery id"), lambda one: one.pk),
    (_("postback"), lambda one: one.rule_id),
    (_("postback name"), lambda one: one.rule.name),
    (_("kind"), lambda one: one.get_kind_display()),
    (_("transaction"), transaction_of),
    (_("event id"), lambda one: one.event_id),
    (_("campaign"), lambda one: one.offer.name),
    (_("state"), lambda one: one.get_state_display()),
    (_("reason"), lambda one: one.reason),
    (_("last outcome"), lambda one: one.outcome),
    (_("response code"), lambda one: one.response_status),
    (_("attempts"), lambda one: one.attempts),
    (_("due"), lambda one: one.due_at),
    (_("finished"), lambda one: one.finished_at),
)
"""No messages: partners repeat personal data in them."""
