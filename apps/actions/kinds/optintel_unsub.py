"""The opt-out lists of Opt-Intel (Phonexa), to add to and to remove from.

Source: support.phonexa.com/phone-number/email-lists-api (read 2026-11-20): POST to the
link of a list with ``/emails-add`` or ``/phones-add`` at its end, with an API key. That
contacts can be removed is public, the paths for it are not: see ``list_calls``.
"""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.actions.base import Group
from apps.actions.list_contacts import (
    ContactListAction,
    ContactRuleForm,
    EmailHashForm,
)
from apps.actions.list_forms import PathField, absent_field, operation_field
from apps.actions.registry import register


class OptIntelUnsubForm(EmailHashForm, ContactRuleForm):
    """Who opted out, or in again."""

    operation = operation_field()
    absent_pattern = absent_field()
    path_add_email = PathField(
        label=_("Path of adding an address"), initial="/emails-add"
    )
    path_add_phone = PathField(
        label=_("Path of adding a number"), initial="/phones-add"
    )
    path_remove_email = PathField(
        label=_("Path of removing an address"), initial="/emails-delete"
    )
    path_remove_phone = PathField(
        label=_("Path of removing a number"), initial="/phones-delete"
    )

    field_order = ("operation",)


@register
class OptIntelUnsub(ContactListAction):
    """Address and number of one lead, a call each, for the list of the connection."""

    kind: ClassVar = "optintel_unsub"
    label: ClassVar = _("Opt-Intel unsubscribe list")
    group: ClassVar = Group.LISTS
    help: ClassVar = _("Add a lead to an opt-out list of Opt-Intel, or remove it")
    docs_url: ClassVar = "https://support.phonexa.com/phone-number/email-lists-api"
    keeper: ClassVar = "Opt-Intel"

    RuleForm = OptIntelUnsubForm
