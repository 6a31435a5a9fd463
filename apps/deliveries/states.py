"""The states and reasons of deliveries (DESIGN §8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DestinationState(models.TextChoices):
    """Whether deliveries may go there."""

    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")


class BreakerState(models.TextChoices):
    """Whether a destination answers."""

    CLOSED = "closed", _("Closed: it answers")
    OPEN = "open", _("Open: it does not answer")
    HALF_OPEN = "half_open", _("Half open: one request tries")


class TriggerType(models.TextChoices):
    """Which table the trigger of a delivery is in."""

    EVENT = "event", _("Event")
    CONVERSION_CHANGE = "conversion_change", _("Conversion change")
    FACT = "fact", _("Attribution fact")
    RETRACTION = "fact_retraction", _("Retracted attribution fact")


class DeliveryKind(models.TextChoices):
    """Why a delivery exists."""

    LIVE = "live", _("Live")
    TEST = "test", _("Test")
    REPLAY = "replay", _("Replay")


class DeliveryState(models.TextChoices):
    """The states of DESIGN §8."""

    PENDING = "pending", _("Pending")
    SENDING = "sending", _("Sending")
    RETRYING = "retrying", _("Retrying")
    HELD = "held", _("Held")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    SUPPRESSED = "suppressed", _("Suppressed")
    CANCELLED = "cancelled", _("Cancelled")


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


MAY_BE_UNDERWAY = (
    DeliveryState.SENDING,
    DeliveryState.RETRYING,
    DeliveryState.HELD,
    DeliveryState.CANCELLED,
)
"""Where the provider may have it and not have told the result. One that was cancelled
and is sent again is asked for, not sent."""


class HeldReason(models.TextChoices):
    """Why a delivery waits for a person."""

    RULE_PAUSED = "rule_paused", _("The postback is disabled")
    CONNECTION_AUTH = "connection_auth", _("The provider refused the credentials")
    CONNECTION_DISABLED = "connection_disabled", _("The connection is disabled")
    DESTINATION_PAUSED = "destination_paused", _("The destination is paused")
    AMBIGUOUS = "ambiguous", _("It may have been sent, and must not be sent twice")
    REPLAY_PAUSED = "replay_paused", _("Its replay is paused")


class SuppressedReason(models.TextChoices):
    """Why what matched is not sent; a cap names its period: ``cap:day``."""

    SAMPLE = "sample", _("Not in the postback's sample")
    CONSENT = "consent", _("The person gave no consent")
    CAP_HOUR = "cap:hour", _("Over the postback's cap per hour")
    CAP_DAY = "cap:day", _("Over the postback's cap per day")
    CAP_WEEK = "cap:week", _("Over the postback's cap per week")
    CAP_MONTH = "cap:month", _("Over the postback's cap per month")
    CAP_TOTAL = "cap:total", _("Over the postback's cap in total")


class AttemptOutcome(models.TextChoices):
    """What came of one try."""

    SUCCESS = "success", _("Success")
    SKIPPED = "skipped", _("Nothing to send")
    RETRY = "retry", _("Not accepted yet")
    AMBIGUOUS = "ambiguous", _("May have been accepted")
    PERMANENT = "permanent", _("Refused for good")
    AUTH = "auth", _("Credentials refused")
    UNKNOWN = "unknown", _("The worker died")
    UNDERWAY = "underway", _("Taken, its result is open")


EXHAUSTED = (AttemptOutcome.RETRY, AttemptOutcome.AMBIGUOUS, AttemptOutcome.UNKNOWN)
"""Outcomes that are tried again; a failed delivery with one has used up its retries."""


class ReplayKind(models.TextChoices):
    """What a replay does."""

    RESEND = "resend", _("Send again")
    BACKFILL = "backfill", _("Send what already happened")


class ReplayState(models.TextChoices):
    """How far a replay is; a draft waits for its confirmation."""

    DRAFT = "draft", _("Not confirmed")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class AlertKind(models.TextChoices):
    """What an alert is about."""

    RULE_FAILING = "rule_failing", _("A postback fails")
    RULE_PAUSED = "rule_paused", _("A postback was disabled")
    CONNECTION_AUTH = "connection_auth", _("Credentials were refused")
    DESTINATION_DOWN = "destination_down", _("A destination does not answer")
    BACKLOG = "backlog", _("Deliveries wait for too long")
    WORKER_DEAD = "worker_dead", _("A worker died")
    EXHAUSTED = "exhausted", _("Deliveries failed for good")
    UNEXPLAINED = "unexplained", _("Something is unexplained")


class ChannelKind(models.TextChoices):
    """How alerts are told."""

    EMAIL = "email", _("E-mail")
    SLACK = "slack", _("Slack")


class NoticeState(models.TextChoices):
    """Whether an alert was told."""

    PENDING = "pending", _("Pending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
