"""Lists of values: who may be presented to partners, and who may not."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import Offer
from apps.value_lists.comparing import VALUE_MAX_LENGTH, Hashing, Normalization

REFERENCE_PATTERN = r"^[a-z0-9][a-z0-9_-]*$"
FIELD_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
REFERENCE_WORDS = _(
    "Use small letters, digits, - and _, beginning with a letter or digit."
)
FIELD_WORDS = _("Use the name of a field: letters, digits, _, . and -.")


class ListKind(models.TextChoices):
    """What being on a list means."""

    DO_NOT_PRESENT = "do_not_present", _("Do not present: values on it are refused")
    PRESENT = "present", _("Present: only values on it are accepted")


class ValueSource(models.TextChoices):
    """Where a listed value came from."""

    MANUAL = "manual", _("By hand")
    IMPORT = "import", _("Import")
    API = "api", _("API")
    POSTBACK = "postback", _("Postback")


class ValueList(TimeStamped):
    """A list of values of one field.

    Its reference, its normalization and its hashing never change (a trigger of the
    database sees to it): postbacks and programs name the one, and the values are
    stored in the form of the others.
    """

    name = models.CharField(_("name"), max_length=120)
    reference = models.CharField(
        _("reference"),
        max_length=60,
        validators=[RegexValidator(REFERENCE_PATTERN, REFERENCE_WORDS)],
        help_text=_(
            "How postbacks and the API name the list, e.g. opt-outs. It cannot "
            "be changed later."
        ),
    )
    kind = models.CharField(
        _("kind"),
        max_length=14,
        choices=ListKind.choices,
        default=ListKind.DO_NOT_PRESENT,
    )
    field = models.CharField(
        _("field"),
        max_length=60,
        validators=[RegexValidator(FIELD_PATTERN, FIELD_WORDS)],
        help_text=_(
            "Which value of an event or lead is looked up: a contact field "
            "(email, phone, zip, …) or any other field that senders report."
        ),
    )
    normalization = models.CharField(
        _("normalization"),
        max_length=6,
        choices=Normalization.choices,
        default=Normalization.NONE,
        help_text=_(
            "Applied to what is added and to what is looked up. It cannot be "
            "changed later."
        ),
    )
    hashing = models.CharField(
        _("hashing"),
        max_length=6,
        choices=Hashing.choices,
        default=Hashing.NONE,
        help_text=_(
            "What is stored of a value. Values that already are such hashes are "
            "taken as they are. It cannot be changed later."
        ),
    )
    allows_api = models.BooleanField(
        _("Allow API Access"),
        default=False,
        help_text=_(
            "Programs may look up, add and remove values with a token of the account."
        ),
    )
    is_archived = models.BooleanField(
        _("archived"),
        default=False,
        help_text=_(
            "No offer consults it any more. Lists are never deleted: deliveries "
            "and postbacks name them."
        ),
    )
    offers = models.ManyToManyField(
        Offer,
        through="OfferValueList",
        related_name="value_lists",
        verbose_name=_("offers"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("value list")
        verbose_name_plural = _("value lists")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="value_list_name_unique",
                violation_error_message=_("A list of this name exists already."),
            ),
            models.UniqueConstraint(
                fields=["reference"],
                name="value_list_reference_unique",
                violation_error_message=_("A list with this reference exists already."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="value_list_has_a_name",
                violation_error_message=_("A list needs a name."),
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=REFERENCE_PATTERN),
                name="value_list_reference_format",
                violation_error_message=REFERENCE_WORDS,
            ),
            models.CheckConstraint(
                condition=Q(field__regex=FIELD_PATTERN),
                name="value_list_field_format",
                violation_error_message=FIELD_WORDS,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ListKind.values),
                name="value_list_kind_known",
                violation_error_message=_(
                    "A list is a present or a do-not-present list."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    normalization__in=Normalization.values, hashing__in=Hashing.values
                ),
                name="value_list_form_known",
                violation_error_message=_(
                    "This normalization or hashing is not known."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListedValue(models.Model):
    """A value on a list, in the form that is compared."""

    value_list = models.ForeignKey(
        ValueList,
        on_delete=models.PROTECT,
        related_name="listed_values",
        db_index=False,
        verbose_name=_("value list"),
    )
    value = models.CharField(_("value"), max_length=VALUE_MAX_LENGTH)
    added_at = models.DateTimeField(_("added at"))
    source = models.CharField(_("source"), max_length=8, choices=ValueSource.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("listed value")
        verbose_name_plural = _("listed values")
        constraints = [
            # Also the index of the look-up at ingestion, of export and of counting.
            models.UniqueConstraint(
                fields=["value_list", "value"],
                name="listed_value_unique",
                violation_error_message=_("This value is on the list already."),
            ),
            models.CheckConstraint(
                condition=~Q(value=""),
                name="listed_value_not_empty",
                violation_error_message=_("An empty value cannot be listed."),
            ),
            models.CheckConstraint(
                condition=Q(source__in=ValueSource.values),
                name="listed_value_source_known",
                violation_error_message=_("This source is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"A value of {self.value_list_id}"


class OfferValueList(models.Model):
    """A list that an offer consults when something is reported."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, verbose_name=_("offer"))
    value_list = models.ForeignKey(
        ValueList, on_delete=models.PROTECT, verbose_name=_("value list")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer that consults a list")
        verbose_name_plural = _("offers that consult a list")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "value_list"],
                name="offer_value_list_unique",
                violation_error_message=_("The offer consults this list already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} / {self.value_list}"
