"""The states and reasons of deliveries (DESIGN §8)."""

from django.db import models


class DestinationState(models.TextChoices):
    """Whether deliveries may go there."""

    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"


class TriggerType(models.TextChoices):
    """Which table the trigger of a delivery is in."""

    EVENT = "event", "Event"
    CONVERSION_CHANGE = "conversion_change", "Conversion change"


class DeliveryKind(models.TextChoices):
    """Why a delivery exists."""

    LIVE = "live", "Live"
    TEST = "test", "Test"
    REPLAY = "replay", "Replay"


class DeliveryState(models.TextChoices):
    """The states of DESIGN §8."""

    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    RETRYING = "retrying", "Retrying"
    HELD = "held", "Held"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    SUPPRESSED = "suppressed", "Suppressed"
    CANCELLED = "cancelled", "Cancelled"


TERMINAL_STATES = (
    DeliveryState.DELIVERED,
    DeliveryState.FAILED,
    DeliveryState.SUPPRESSED,
    DeliveryState.CANCELLED,
)


class HeldReason(models.TextChoices):
    """Why a delivery waits for a person."""

    RULE_PAUSED = "rule_paused", "The postback is disabled"
    CONNECTION_AUTH = "connection_auth", "The provider refused the credentials"
    DESTINATION_PAUSED = "destination_paused", "The destination is paused"
    AMBIGUOUS = "ambiguous", "It may have been sent, and must not be sent twice"


class SuppressedReason(models.TextChoices):
    """Why what matched is not sent; a cap names its period: ``cap:day``."""

    SAMPLE = "sample", "Not in the postback's sample"
    CONSENT = "consent", "The person gave no consent"
    CAP_HOUR = "cap:hour", "Over the postback's cap per hour"
    CAP_DAY = "cap:day", "Over the postback's cap per day"
    CAP_WEEK = "cap:week", "Over the postback's cap per week"
    CAP_MONTH = "cap:month", "Over the postback's cap per month"
    CAP_TOTAL = "cap:total", "Over the postback's cap in total"


class AttemptOutcome(models.TextChoices):
    """What came of one try."""

    SUCCESS = "success", "Success"
    SKIPPED = "skipped", "Nothing to send"
    RETRY = "retry", "Not accepted yet"
    AMBIGUOUS = "ambiguous", "May have been accepted"
    PERMANENT = "permanent", "Refused for good"
    AUTH = "auth", "Credentials refused"
    UNKNOWN = "unknown", "The worker died"
