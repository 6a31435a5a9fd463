"""The unsubscribe lists of E-Delivery (Phonexa): who must get no more messages.

What is known: support.phonexa.com/event-tracking-type-e-delivery-unsubscribe-list (read
2026-11-20), an address or a number is added to a list or removed. Its API is shown to
customers only: see ``list_calls``.
"""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.actions.base import Group
from apps.actions.list_contacts import ContactListAction, ContactRuleForm
from apps.actions.list_forms import (
    PathField,
    absent_field,
    list_id_field,
    operation_field,
)
from apps.actions.registry import register


class EDeliveryUnsubForm(ContactRuleForm):
    """Who is unsubscribed, or no longer so."""

    operation = operation_field()
    list_id = list_id_field()
    absent_pattern = absent_field()
    path_add_email = PathField(
        label=_("Path of adding an address"), initial="/{list_id}/emails-add"
    )
    path_add_phone = PathField(
        label=_("Path of adding a number"), initial="/{list_id}/phones-add"
    )
    path_remove_email = PathField(
        label=_("Path of removing an address"), initial="/{list_id}/emails-delete"
    )
    path_remove_phone = PathField(
        label=_("Path of removing a number"), initial="/{list_id}/phones-delete"
    )

    field_order = ("operation", "list_id")


@register
class EDeliveryUnsub(ContactListAction):
    """Address and number of one contact, a call each."""

    kind: ClassVar = "edelivery_unsub"
    label: ClassVar = _("E-Delivery unsubscribe list")
    group: ClassVar = Group.LISTS
    help: ClassVar = _("Add a lead to an unsubscribe list of E-Delivery, or remove it")
    docs_url: ClassVar = (
        "https://support.phonexa.com/event-tracking-type-e-delivery-unsubscribe-list"
    )
    keeper: ClassVar = "E-Delivery"

    RuleForm = EDeliveryUnsubForm
