"""The names of the fields that mean something to the doors."""

TOKEN_FIELD = "secure"  # noqa: S105 - the name of the field, no secret
PLAIN_FIELDS = frozenset(
    [
        "transaction_id",
        "event_id",
        "event_name",
        "amount",
        "currency",
        "status",
        "goal",
        "order_id",
        "occurred_at",
        "scope",
    ]
)
"""Fields that are a text or a number: a list or an object is refused, not ignored."""

OWN_FIELDS = PLAIN_FIELDS | {"fields"}
"""The fields with a meaning of their own; all others are kept in ``params``."""

PLAIN_PARAMS = frozenset(["event", "device_id", "user_id", "reason", TOKEN_FIELD])
"""Fields that are read and kept in ``params`` or nowhere; plain as well."""
