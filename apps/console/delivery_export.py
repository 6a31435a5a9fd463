"""What the CSV file of deliveries holds."""

from apps.console.delivery_words import transaction_of
from apps.core.adminkit.exporting import Column

EXPORTED: tuple[Column, ...] = (
    ("planned", lambda one: one.created_at),
    ("delivery id", lambda one: one.pk),
    ("postback", lambda one: one.rule_id),
    ("postback name", lambda one: one.rule.name),
    ("kind", lambda one: one.get_kind_display()),
    ("transaction", transaction_of),
    ("event id", lambda one: one.event_id),
    ("campaign", lambda one: one.offer.name),
    ("state", lambda one: one.get_state_display()),
    ("reason", lambda one: one.reason),
    ("last outcome", lambda one: one.outcome),
    ("response code", lambda one: one.response_status),
    ("attempts", lambda one: one.attempts),
    ("due", lambda one: one.due_at),
    ("finished", lambda one: one.finished_at),
)
"""No messages: partners repeat personal data in them."""
