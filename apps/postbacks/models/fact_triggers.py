"""What a rule that listens to attribution facts sets."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.attribution.catalogue import FactKind, SubjectKind
from apps.postbacks.models.kinds import TriggerKind


class ListensToFacts(models.Model):
    """The facts a rule is told of, and whose: devices' or users'."""

    facts = ArrayField(
        models.CharField(max_length=25, choices=FactKind.choices),
        default=list,
        blank=True,
        verbose_name=_("facts"),
    )
    subject_kind = models.CharField(
        _("facts of"),
        max_length=6,
        choices=SubjectKind.choices,
        blank=True,
        help_text=_(
            "Devices and users are followed independently: a person with two phones "
            "is two devices and one user."
        ),
    )

    class Meta:
        abstract = True


CONSTRAINTS = [
    models.CheckConstraint(
        condition=Q(trigger=TriggerKind.ATTRIBUTION, facts__len__gte=1)
        & Q(subject_kind__in=SubjectKind.values)
        | ~Q(trigger=TriggerKind.ATTRIBUTION) & Q(facts=[], subject_kind=""),
        name="rule_facts_belong_to_attribution",
        violation_error_message=_(
            "The trigger Attribution fact needs at least one fact and whether it is "
            "about devices or users; other triggers have neither."
        ),
    ),
]
