"""The twenty attribution facts, who they are about, and where they may be used."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.offers.models import Platform


class SubjectKind(models.TextChoices):
    """Who a fact is about; both are followed independently of each other."""

    DEVICE = "device", _("Device")
    USER = "user", _("User")


class FactKind(models.TextChoices):
    """The catalogue (R150); there is neither more nor less."""

    INSTALL = "install", _("Install")
    NEW_USER = "new_user", _("New user")
    RE_ENGAGEMENT = "re_engagement", _("Re-engagement")
    RE_INSTALL = "re_install", _("Re-install")
    FIRST_PURCHASE = "first_purchase", _("First purchase")
    FIRST_PURCHASE_CA = "first_purchase_ca", _("First purchase CA")
    PURCHASE = "purchase", _("Purchase")
    PURCHASE_CA = "purchase_ca", _("Purchase CA")
    FIRST_CUSTOM_REVENUE = "first_custom_revenue", _("First custom revenue")
    FIRST_CUSTOM_REVENUE_CA = "first_custom_revenue_ca", _("First custom revenue CA")
    CUSTOM_REVENUE = "custom_revenue", _("Custom revenue")
    CUSTOM_REVENUE_CA = "custom_revenue_ca", _("Custom revenue CA")
    FIRST_REGISTRATION = "first_registration", _("First registration")
    REGISTRATION = "registration", _("Registration")
    REGISTRATION_CA = "registration_ca", _("Registration CA")
    FIRST_AUTHORIZATION = "first_authorization", _("First authorization")
    AUTHORIZATION = "authorization", _("Authorization")
    AUTHORIZATION_CA = "authorization_ca", _("Authorization CA")
    CUSTOM_EVENT = "custom_event", _("Custom event")
    CUSTOM_EVENT_CA = "custom_event_ca", _("Custom event CA")


class Guidance(NamedTuple):
    """What a fact is, and what a postback on it is good for (R158, R159)."""

    meaning: str | Promise
    use: str | Promise


_OF_DEVICE = frozenset({SubjectKind.DEVICE})
_OF_USER = frozenset({SubjectKind.USER})
_OF_BOTH = frozenset(SubjectKind)

ABOUT: Mapping[FactKind, frozenset[SubjectKind]] = {
    FactKind.INSTALL: _OF_DEVICE,
    FactKind.NEW_USER: _OF_USER,
    FactKind.RE_ENGAGEMENT: _OF_BOTH,
    FactKind.RE_INSTALL: _OF_DEVICE,
    FactKind.FIRST_PURCHASE: _OF_BOTH,
    FactKind.FIRST_PURCHASE_CA: _OF_BOTH,
    FactKind.PURCHASE: _OF_BOTH,
    FactKind.PURCHASE_CA: _OF_BOTH,
    FactKind.FIRST_CUSTOM_REVENUE: _OF_BOTH,
    FactKind.FIRST_CUSTOM_REVENUE_CA: _OF_BOTH,
    FactKind.CUSTOM_REVENUE: _OF_BOTH,
    FactKind.CUSTOM_REVENUE_CA: _OF_BOTH,
    FactKind.FIRST_REGISTRATION: _OF_DEVICE,
    FactKind.REGISTRATION: _OF_DEVICE,
    FactKind.REGISTRATION_CA: _OF_DEVICE,
    FactKind.FIRST_AUTHORIZATION: _OF_DEVICE,
    FactKind.AUTHORIZATION: _OF_DEVICE,
    FactKind.AUTHORIZATION_CA: _OF_DEVICE,
    FactKind.CUSTOM_EVENT: _OF_BOTH,
    FactKind.CUSTOM_EVENT_CA: _OF_BOTH,
}
"""Which subjects a fact exists for (R118, R123, R127, R143, R147)."""

OF_WEB = frozenset(
    {
        FactKind.NEW_USER,
        FactKind.RE_ENGAGEMENT,
        FactKind.FIRST_REGISTRATION,
        FactKind.REGISTRATION,
        FactKind.REGISTRATION_CA,
        FactKind.FIRST_AUTHORIZATION,
        FactKind.AUTHORIZATION,
        FactKind.AUTHORIZATION_CA,
        FactKind.FIRST_CUSTOM_REVENUE,
        FactKind.FIRST_CUSTOM_REVENUE_CA,
        FactKind.CUSTOM_REVENUE,
        FactKind.CUSTOM_REVENUE_CA,
    }
)
"""What a web app may tell of (R115)."""


def facts_of(platform: str) -> frozenset[FactKind]:
    """Return the facts that postbacks of a platform may tell (R113, R114, R115)."""
    if platform == Platform.VK_MINI_APP:
        return frozenset()
    return OF_WEB if platform == Platform.WEB else frozenset(FactKind)


GUIDANCE: Mapping[FactKind, Guidance] = {
    FactKind.INSTALL: Guidance(
        _("The device's first event is an install. Once per device."),
        _("Pay per install (CPI)."),
    ),
    FactKind.NEW_USER: Guidance(
        _(
            "The first event with this user id in the project. Once per user, whatever "
            "devices and platforms they use."
        ),
        _("Count people instead of devices: pay for real new customers."),
    ),
    FactKind.RE_ENGAGEMENT: Guidance(
        _("Activity after a pause longer than the inactivity window. Repeats."),
        _("Pay for those whom remarketing brought back."),
    ),
    FactKind.RE_INSTALL: Guidance(
        _(
            "Installed again after a pause longer than the inactivity window. Repeats; "
            "an install without such a pause is activity only."
        ),
        _("Pay for installs that remarketing brought back."),
    ),
    FactKind.FIRST_PURCHASE: Guidance(
        _("The first purchase ever. Once."),
        _("Pay for turning a person into a paying one (CPA)."),
    ),
    FactKind.FIRST_PURCHASE_CA: Guidance(
        _(
            "The first purchase since the current attribution began. Once per "
            "attribution."
        ),
        _("Remarketing: pay for turning somebody into a paying person again."),
    ),
    FactKind.PURCHASE: Guidance(
        _("Any purchase; told to the source of the first appearance."),
        _("Pay a percentage of the income from a new audience."),
    ),
    FactKind.PURCHASE_CA: Guidance(
        _(
            "Any purchase; told to the source of the current attribution, until the "
            "next one begins."
        ),
        _("Remarketing: pay a percentage of the income."),
    ),
    FactKind.FIRST_CUSTOM_REVENUE: Guidance(
        _("The first custom revenue ever. Once."),
        _(
            "Pay for turning a person into a paying one (CPA), where payments are "
            "reported as custom revenue."
        ),
    ),
    FactKind.FIRST_CUSTOM_REVENUE_CA: Guidance(
        _(
            "The first custom revenue since the current attribution began. Once per "
            "attribution."
        ),
        _("Remarketing: pay for turning somebody into a paying person again."),
    ),
    FactKind.CUSTOM_REVENUE: Guidance(
        _("Any custom revenue; told to the source of the first appearance."),
        _("Pay a percentage of the income from a new audience."),
    ),
    FactKind.CUSTOM_REVENUE_CA: Guidance(
        _(
            "Any custom revenue; told to the source of the current attribution, until "
            "the next one begins."
        ),
        _("Remarketing: pay a percentage of the income."),
    ),
    FactKind.FIRST_REGISTRATION: Guidance(
        _("The device's first registration. Once per device, however many accounts."),
        _("Pay per registration without paying twice for one device."),
    ),
    FactKind.REGISTRATION: Guidance(
        _("Any registration on the device."),
        _("Together with Install: tell a partner how good its traffic is."),
    ),
    FactKind.REGISTRATION_CA: Guidance(
        _("Any registration on the device during the current attribution."),
        _("Remarketing: tell the partner what its audience did."),
    ),
    FactKind.FIRST_AUTHORIZATION: Guidance(
        _(
            "The device's first authorization, also of somebody known from elsewhere. "
            "Once per device."
        ),
        _("Pay for a sign-in on a new device."),
    ),
    FactKind.AUTHORIZATION: Guidance(
        _("Any authorization on the device."),
        _("Together with Install: tell a partner how good its traffic is."),
    ),
    FactKind.AUTHORIZATION_CA: Guidance(
        _("Any authorization on the device during the current attribution."),
        _("Remarketing: tell the partner what its audience did."),
    ),
    FactKind.CUSTOM_EVENT: Guidance(
        _(
            "Any event of your own; told to the source of the first appearance. Equals "
            "«Events» in reports."
        ),
        _(
            "Tell a partner what its new audience does, e.g. a tutorial that was "
            "finished."
        ),
    ),
    FactKind.CUSTOM_EVENT_CA: Guidance(
        _(
            "Any event of your own during the current attribution. Equals «Events CA» "
            "in reports."
        ),
        _("Fill remarketing lists, e.g. of Google Ads."),
    ),
}
