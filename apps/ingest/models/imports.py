"""Files of reports: what is in them, how they are read, and how far they are."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Advertiser
from apps.core.ids import uuid7
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import Offer, Project


class ImportKind(models.TextChoices):
    """What the rows of a file report."""

    CONVERSIONS = "conversions", _("Conversions")
    EVENTS = "events", _("Events, also offline conversions")
    STATUSES = "statuses", _("Changes of status")
    CLICKS = "clicks", _("Clicks")


class ImportState(models.TextChoices):
    """How far an import is."""

    DRAFT = "draft", _("Columns to be named")
    REHEARSING = "rehearsing", _("Rehearsing")
    REHEARSED = "rehearsed", _("Rehearsed")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


PREPARED = (ImportState.DRAFT, ImportState.REHEARSING, ImportState.REHEARSED)
"""The states in which nothing was imported yet."""
OVER = (ImportState.DONE, ImportState.CANCELLED)


class DateOrder(models.TextChoices):
    """How dates are written that are not in ISO 8601."""

    ISO = "iso", _("2026-01-31 (ISO 8601)")
    DAY_FIRST = "day", _("31.01.2026 or 31/01/2026")
    MONTH_FIRST = "month", _("01/31/2026")


class DecimalMark(models.TextChoices):
    """What stands before the cents."""

    POINT = ".", _("a point: 1,234.50")
    COMMA = ",", _("a comma: 1.234,50")


class Import(TimeStamped):
    """A file of reports, taken in chunk by chunk.

    ``columns`` says in which column a field stands (from 0), ``fixed`` holds the values
    that are the same for all rows, ``kept`` the columns that are kept as parameters.
    The counts are those of the rehearsal until it is started, and then its own.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=11, choices=ImportKind.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("author"),
    )
    file_name = models.CharField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    encoding = models.CharField(_("encoding"), max_length=20)
    delimiter = models.CharField(_("delimiter"), max_length=1)
    headings = models.JSONField(_("headings"), default=list)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("project"),
    )
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("offer"),
    )
    advertiser = models.ForeignKey(
        Advertiser,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("advertiser"),
    )
    columns = models.JSONField(_("columns"), default=dict)
    fixed = models.JSONField(_("same for all rows"), default=dict)
    kept = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        verbose_name=_("kept as parameters"),
    )
    time_zone = models.CharField(_("time zone"), max_length=63, default="UTC")
    date_order = models.CharField(
        _("dates"), max_length=5, choices=DateOrder.choices, default=DateOrder.ISO
    )
    decimal_mark = models.CharField(
        _("decimal mark"),
        max_length=1,
        choices=DecimalMark.choices,
        default=DecimalMark.POINT,
    )
    is_history = models.BooleanField(_("history: tell nobody"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default="draft"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    examined = models.PositiveIntegerField(_("examined"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    duplicate = models.PositiveIntegerField(_("duplicates"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    planned = models.PositiveIntegerField(_("deliveries planned"), default=0)
    reasons = models.JSONField(_("reasons"), default=dict)
    rehearsed = models.JSONField(_("counts of the rehearsal"), default=dict)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    forgotten_at = models.DateTimeField(
        _("rows deleted at"),
        null=True,
        help_text=_("When the last rows of the file were deleted here."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(examined=F("accepted") + F("duplicate") + F("refused"))
                & Q(examined__lte=F("rows")),
                name="import_counts_each_row_once",
            ),
            models.CheckConstraint(
                condition=Q(project=None, offer=None)
                | Q(project=None, advertiser=None)
                | Q(offer=None, advertiser=None),
                name="import_has_one_scope",
                violation_error_message=_(
                    "Choose an offer, a project or an advertiser, not several."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state__in=PREPARED, started_at=None)
                | Q(state=ImportState.CANCELLED)
                | Q(
                    state__in=(
                        ImportState.RUNNING,
                        ImportState.PAUSED,
                        ImportState.DONE,
                    ),
                    started_at__isnull=False,
                ),
                name="import_started_unless_prepared",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, finished_at__isnull=False)
                | (~Q(state__in=OVER) & Q(finished_at=None)),
                name="import_finished_when_over",
            ),
        ]
        indexes = [
            # What the sweep looks for: work to go on with, and rows to be deleted.
            models.Index(fields=["state", "id"], name="import_by_state"),
            models.Index(
                fields=["updated_at"],
                condition=Q(forgotten_at=None),
                name="import_that_holds_rows",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportChunk(models.Model):
    """Some rows of a file: to be examined, or what became of them.

    ``sealed_rows`` holds the rows until they are imported, then those that were
    refused; ``results`` has line, result, reason and detail of each that was not
    accepted. ``made`` are hashes of the transactions that got a conversion in the
    rehearsal: rows of later chunks may stand on them.
    """

    of_import = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="chunks",
        db_index=False,
        verbose_name=_("import"),
    )
    number = models.PositiveIntegerField(_("number"))
    rows = models.PositiveSmallIntegerField(_("rows"))
    sealed_rows = models.TextField(_("sealed rows"), editable=False)
    is_done = models.BooleanField(_("done"), default=False)
    results = models.JSONField(_("results"), default=list)
    made = ArrayField(
        models.BigIntegerField(), default=list, verbose_name=_("conversions made")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("chunk of an import")
        verbose_name_plural = _("chunks of imports")
        constraints = [
            models.UniqueConstraint(
                fields=["of_import", "number"], name="import_chunk_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(rows__gte=1, rows__lte=1_000),
                name="import_chunk_has_up_to_1000_rows",
            ),
        ]
        indexes = [
            # The next chunk of an import.
            models.Index(
                fields=["of_import", "number"],
                condition=Q(is_done=False),
                name="import_chunk_to_do",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_import_id} {self.number}"
