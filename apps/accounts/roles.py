"""What each role may do: groups of Django permissions, kept in step by a command."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from apps.accounts.models import Role
from apps.core.source_texts import source_text

SETUP_MODELS = (
    "accounts.advertiser",
    "accounts.affiliate",
    "offers.project",
    "offers.offer",
    "offers.offeraffiliate",
    "goals.goal",
    "events.eventtype",
    "events.offerevent",
    "events.offereventfield",
    "events.offereventpayout",
    "events.eventlimit",
    "event_lists.eventlist",
    "event_lists.eventlistitem",
    "event_lists.offereventlist",
    "value_lists.valuelist",
    "value_lists.offervaluelist",
    "connections.connection",
    "deliveries.alertchannel",
    "postbacks.postbackrule",
    "postbacks.rulecap",
    "postbacks.rulecondition",
    "postbacks.rulecustomevent",
    "postbacks.rulewindow",
)
ACTIVITY_MODELS = (
    "events.seeneventname",
    "tracking.click",
    "tracking.lead",
    "tracking.conversion",
    "tracking.conversionchange",
    "tracking.event",
    "attribution.subject",
    "deliveries.delivery",
    "deliveries.attempt",
    "deliveries.destination",
    "deliveries.alert",
    "deliveries.alertnotice",
    "deliveries.replay",
    "deliveries.worker",
    "ingest.refusedrequest",
    "retention.pruning",
    "reports.outcomehour",
    "reports.eventhour",
)
IMPORTS = ("ingest.import",)
"""Many reports at once: for those who set up offers, not for those who call people."""
PERSONAL = ("tracking.lead",)
"""Whose contact data some may see (unmask) and few may erase."""

ACCESS_MODELS = (
    "accounts.user",
    "accounts.apitoken",
    "auditlog.logentry",
    "axes.accessattempt",
)
CONFIGURATION = ("core.configversion",)
"""All of it, as one file: to change it is to import one."""

AFFILIATE_READS = (
    "offers.offer",
    "goals.goal",
    "events.eventtype",
    "tracking.conversion",
    "tracking.event",
    "deliveries.delivery",
    "deliveries.attempt",
)
AFFILIATE_WRITES = (
    "connections.connection",
    "postbacks.postbackrule",
    "postbacks.rulecap",
    "postbacks.rulecustomevent",
    "postbacks.rulewindow",
)

VIEW = ("view",)
EDIT = ("view", "add", "change", "delete")
UNMASK = ("unmask",)
UNMASK_AND_ERASE = ("unmask", "erase")

GRANTS: dict[Role, dict[tuple[str, ...], tuple[str, ...]]] = {
    Role.ADMIN: {
        SETUP_MODELS: EDIT,
        ACTIVITY_MODELS: ("view", "change"),
        ACCESS_MODELS: EDIT,
        IMPORTS: ("view", "add", "change"),
        CONFIGURATION: ("view", "change"),
        PERSONAL: UNMASK_AND_ERASE,
    },
    Role.ACCOUNT_MANAGER: {
        SETUP_MODELS: EDIT,
        ACTIVITY_MODELS: ("view", "change"),
        IMPORTS: ("view", "add", "change"),
    },
    # Operators call people; account managers debug postbacks without knowing them.
    Role.OPERATOR: {
        SETUP_MODELS: VIEW,
        ACTIVITY_MODELS: ("view", "change"),
        IMPORTS: VIEW,
        PERSONAL: UNMASK,
    },
    Role.AFFILIATE: {AFFILIATE_READS: VIEW, AFFILIATE_WRITES: EDIT},
    Role.VIEWER: {SETUP_MODELS: VIEW, ACTIVITY_MODELS: VIEW, IMPORTS: VIEW},
}


SPECIAL: dict[Role, tuple[str, ...]] = {
    Role.ADMIN: ("postbacks.can_remove_suppression",),
    Role.ACCOUNT_MANAGER: ("postbacks.can_remove_suppression",),
}
"""What is no verb on a model: permissions by their own names."""


def group_name(role: Role) -> str:
    """Return the name of the group of ``role``, whatever people see it called."""
    return source_text(role.label)


class RoleBackend(ModelBackend):
    """Django's backend, where the role of a user also counts as a group."""

    def _get_group_permissions(self, user_obj: Any) -> Any:
        return Permission.objects.filter(
            Q(group__user=user_obj) | Q(group__name=group_name(Role(user_obj.role)))
        )


def sync_roles() -> None:
    """Create the five groups and give each exactly its permissions."""
    by_name = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, grants in GRANTS.items():
        group, _ = Group.objects.get_or_create(name=group_name(role))
        wanted = [
            by_name[app_label, f"{verb}_{model}"]
            for names, verbs in grants.items()
            for app_label, model in (name.split(".") for name in names)
            for verb in verbs
        ]
        for name in SPECIAL.get(role, ()):
            app_label, _, codename = name.partition(".")
            wanted.append(by_name[app_label, codename])
        group.permissions.set(wanted)
