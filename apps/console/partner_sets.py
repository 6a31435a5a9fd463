"""What an affiliate is told of facts on an offer, as one thing with one mode (R111).

The set is what the offer has of staff's postbacks on facts for the affiliate, of
devices. Nothing else remembers it, so postbacks added by hand belong to it too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate, User
from apps.actions import registry
from apps.actions.presets import PRESET_ACTION, Preset
from apps.attribution.catalogue import FactKind, SubjectKind, facts_of
from apps.connections.models import Connection
from apps.console.fact_rules import READY_MADE
from apps.console.rule_bulk import switch_one
from apps.core import secret_box
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleStatus, SendingMode, TriggerKind
from apps.postbacks.services import record_revision

OFF = "off"
MODES = (
    (SendingMode.ATTRIBUTED.value, _("Send attributed: the partner's own facts")),
    (SendingMode.ALL.value, _("Send all: everybody's facts, organic ones included")),
    (OFF, _("Send nothing: the postbacks stay, disabled")),
)


@dataclass(frozen=True, slots=True)
class Partner:
    """An affiliate on an offer, and its postbacks on facts as they are."""

    offer: Offer
    affiliate: Affiliate
    preset: Preset
    rules: list[PostbackRule]

    @property
    def missing(self) -> list[FactKind]:
        """The usual facts that none of its postbacks listens to."""
        known = {fact for rule in self.rules for fact in rule.facts}
        allowed = facts_of(self.offer.platform)
        return [one for one in READY_MADE if one in allowed and one not in known]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The mode of a set, and the request of the postbacks that are made for it."""

    mode: str
    values: Mapping[str, Any]
    connection: Connection | None


def partner_of(offer: Offer, affiliate: Affiliate, preset: Preset) -> Partner:
    """Return the set of ``affiliate`` on ``offer`` as it is."""
    rules = (
        PostbackRule.objects.unarchived()
        .filter(
            offer=offer,
            affiliate=affiliate,
            owner_affiliate=None,
            trigger=TriggerKind.ATTRIBUTION,
            subject_kind=SubjectKind.DEVICE,
        )
        .order_by("pk")
    )
    return Partner(offer, affiliate, preset, list(rules))


def _status_of(mode: str) -> str:
    return RuleStatus.DISABLED.value if mode == OFF else RuleStatus.ACTIVE.value


def plan(partner: Partner, mode: str) -> Iterator[str]:
    """Yield a sentence for each postback: made, switched or left as it is."""
    to = str(dict(MODES)[mode])
    for fact in partner.missing:
        yield gettext("New: %(fact)s. %(mode)s.") % {"fact": fact.label, "mode": to}
    for rule in partner.rules:
        names = {"rule": f"#{rule.pk} {rule}", "mode": to}
        if _mode_of(rule) == mode:
            yield gettext("%(rule)s stays as it is.") % names
        elif rule.status == RuleStatus.AUTO_DISABLED and mode != OFF:
            yield (
                gettext(
                    "%(rule)s is disabled after failures: look into it, then switch "
                    "it on. %(mode)s."
                )
                % names
            )
        else:
            yield gettext("%(rule)s is switched. %(mode)s.") % names


def _mode_of(rule: PostbackRule) -> str:
    return OFF if rule.status == RuleStatus.DISABLED else str(rule.sending_mode)


@transaction.atomic
def apply(partner: Partner, wanted: Wanted, user: User) -> tuple[int, int]:
    """Make what is missing, switch the rest; return how many were made and switched."""
    for fact in partner.missing:
        _make(partner, fact, wanted, user)
    switched = [rule for rule in partner.rules if _switch(rule, wanted.mode, user)]
    return len(partner.missing), len(switched)


def _make(partner: Partner, fact: FactKind, wanted: Wanted, user: User) -> None:
    """Store a postback on one fact, and its first revision."""
    mode, values = wanted.mode, wanted.values
    secret = registry.get(PRESET_ACTION).rule_secret_names()
    rule = PostbackRule(
        name=f"{partner.preset.label}: {fact.label}",
        offer=partner.offer,
        trigger=TriggerKind.ATTRIBUTION,
        facts=[fact.value],
        subject_kind=SubjectKind.DEVICE,
        affiliate=partner.affiliate,
        sending_mode=SendingMode.ATTRIBUTED if mode == OFF else mode,
        status=_status_of(mode),
        action=PRESET_ACTION,
        connection=wanted.connection,
        settings={n: v for n, v in values.items() if n not in secret},
        sealed_secrets=secret_box.seal({n: values[n] for n in secret if values.get(n)}),
        author=user,
    )
    rule.full_clean()
    rule.save()
    record_revision(rule=rule, author=user, now=timezone.now())


def _switch(rule: PostbackRule, mode: str, user: User) -> bool:
    """Give ``rule`` the mode; tell whether anything changed.

    Off only disables, so that the mode it had is known. One that is disabled after
    failures stays so: they want a look first.
    """
    if _mode_of(rule) == mode:
        return False
    if mode not in (OFF, rule.sending_mode):
        PostbackRule.objects.filter(pk=rule.pk).update(sending_mode=mode)
        record_revision(rule=rule, author=user, now=timezone.now())
    if mode == OFF or rule.status == RuleStatus.DISABLED:
        switch_one(rule, _status_of(mode), "", user)
    return True
