"""The states and reasons of deliveries (DESIGN §8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DestinationState(models.TextChoices):
    """Whether deliveries may go there."""

    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"


class BreakerState(models.TextChoices):
    """Whether a destination answers."""

    CLOSED = "closed", "Closed: it answers"
    OPEN = "open", "Open: it does not answer"
    HALF_OPEN = "half_open", "Half open: one request tries"


class TriggerType(models.TextChoices):
    """Which table the trigger of a delivery is in."""

    EVENT = "event", "Event"
    CONVERSION_CHANGE = "conversion_change", "Conversion change"
    FACT = "fact", _("Attribution fact")
    RETRACTION = "fact_retraction", _("Retracted attribution fact")


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


RARE_STATES = (
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.SUPPRESSED,
    DeliveryState.CANCELLED,
)
"""Few deliveries are in one of these: an index of their own finds them."""
RESENDABLE = (
    DeliveryState.HELD,
    DeliveryState.FAILED,
    DeliveryState.RETRYING,
    DeliveryState.DELIVERED,
    DeliveryState.CANCELLED,
)
"""What a person can have sent again; what is on its way cannot."""


class HeldReason(models.TextChoices):
    """Why a delivery waits for a person."""

    RULE_PAUSED = "rule_paused", "The postback is disabled"
    CONNECTION_AUTH = "connection_auth", "The provider refused the credentials"
    CONNECTION_DISABLED = "connection_disabled", "The connection is disabled"
    DESTINATION_PAUSED = "destination_paused", "The destination is paused"
    AMBIGUOUS = "ambiguous", "It may have been sent, and must not be sent twice"
    REPLAY_PAUSED = "replay_paused", "Its replay is paused"


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


EXHAUSTED = (AttemptOutcome.RETRY, AttemptOutcome.AMBIGUOUS, AttemptOutcome.UNKNOWN)
"""Outcomes that are tried again; a failed delivery with one has used up its retries."""


class ReplayKind(models.TextChoices):
    """What a replay does."""

    RESEND = "resend", "Send again"
    BACKFILL = "backfill", "Send what already happened"


class ReplayState(models.TextChoices):
    """How far a replay is; a draft waits for its confirmation."""

    DRAFT = "draft", "Not confirmed"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class AlertKind(models.TextChoices):
    """What an alert is about."""

    RULE_FAILING = "rule_failing", "A postback fails"
    RULE_PAUSED = "rule_paused", "A postback was disabled"
    CONNECTION_AUTH = "connection_auth", "Credentials were refused"
    DESTINATION_DOWN = "destination_down", "A destination does not answer"
    BACKLOG = "backlog", "Deliveries wait for too long"
    WORKER_DEAD = "worker_dead", "A worker died"
    EXHAUSTED = "exhausted", "Deliveries failed for good"
    UNEXPLAINED = "unexplained", "Something is unexplained"


class ChannelKind(models.TextChoices):
    """How alerts are told."""

    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"


class NoticeState(models.TextChoices):
    """Whether an alert was told."""

    PENDING = "pending", "Pending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
