"""Values for a do-not-present list (DNPL): leads with a listed value are not presented.

A list is kept by this installation, or by Phonexa, where it holds the values of one
field and has to allow access by API. Source: support.phonexa.com/
present-do-not-present-lists (read 2026-11-20). Phonexa's API is shown to customers
only: see ``list_calls``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import rendering
from apps.actions.base import (
    AttemptResult,
    Group,
    Job,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.contract import ListChange
from apps.actions.fields import LineTemplateField, ListNameField
from apps.actions.http_action import UNSENDABLE
from apps.actions.identities import digest
from apps.actions.list_calls import ListAction
from apps.actions.list_contacts import HASHES, PHONE_FORMATS, phone_as
from apps.actions.list_forms import (
    REMOVE,
    AnswerForm,
    FieldNameField,
    PathField,
    absent_field,
    list_id_field,
    operation_field,
)
from apps.actions.registry import register
from apps.core.http import OutboundRequest

LOCAL: Final = "local"
NEEDED: Final = {LOCAL: "local_list", "remote": "list_id"}


class DnplForm(AnswerForm):
    """The list, and the value it gets or loses."""

    backend = forms.ChoiceField(
        label=_("The list is kept"),
        choices=[(LOCAL, _("Here")), ("remote", _("By Phonexa, over its API"))],
        initial=LOCAL,
        help_text=_("Phonexa's lists need a connection."),
    )
    operation = operation_field()
    local_list = ListNameField(
        label=_("List kept here"), required=False, help_text=_("From “Value lists”.")
    )
    list_id = list_id_field(required=False)
    value = LineTemplateField(
        label=_("Value"),
        initial="{lead:phone}",
        help_text=_("A list that is kept here writes it in the form of its values."),
    )
    normalize = forms.ChoiceField(
        label=_("Form of Phonexa's values"),
        choices=[("none", _("As it is")), ("lower", _("Lower case")), *PHONE_FORMATS],
        initial="last10",
        help_text=_("A number without country code is read as one of the US."),
    )
    value_hash = forms.ChoiceField(
        label=_("Hash of Phonexa's values"), choices=HASHES, initial="none"
    )
    value_field = FieldNameField(label=_("Name of the value's field"), initial="value")
    absent_pattern = absent_field()
    path_add = PathField(
        label=_("Path of adding"), initial="/lists/{list_id}/values-add"
    )
    path_remove = PathField(
        label=_("Path of removing"), initial="/lists/{list_id}/values-delete"
    )

    field_order = (
        *("backend", "operation", "local_list", "list_id"),
        *("value", "normalize", "value_hash"),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the list of the chosen keeper."""
        cleaned = super().clean()
        name = NEEDED.get(cleaned.get("backend", ""), "")
        if name and not cleaned.get(name) and name not in self.errors:
            self.add_error(name, gettext("Say which list."))
        return cleaned


@register
class Dnpl(ListAction):
    """One value, added to a list or removed from it."""

    kind: ClassVar = "dnpl"
    label: ClassVar = _("Add to DNPL")
    group: ClassVar = Group.LISTS
    help: ClassVar = _("Add a value to a do-not-present list, or remove it")
    docs_url: ClassVar = "https://support.phonexa.com/present-do-not-present-lists"
    keeper: ClassVar = "Phonexa"
    requires_connection: ClassVar = False

    RuleForm = DnplForm

    def needs_connection(self, settings: Mapping[str, Any]) -> bool:
        """A list that is kept here needs none."""
        return settings.get("backend") == "remote"

    def build_all(self, job: Job) -> Sequence[OutboundRequest]:
        """Return the one call that changes Phonexa's list."""
        settings = job.settings
        path = settings[f"path_{settings['operation']}"]
        return [self.call(job, path, {settings["value_field"]: _sent_value(job)})]

    def run(self, job: Job) -> AttemptResult:
        """Hand a change of a list that is kept here to the engine; else make a call."""
        if job.settings["backend"] != LOCAL:
            return super().run(job)
        try:
            change = _change(job)
        except UNSENDABLE as error:
            return AttemptResult(self.refusal(error, job))
        verb = "Removed from" if change.is_removal else "Added to"
        message = f"{verb} the list {change.list_name}."
        return AttemptResult(Judgement(Outcome.SUCCESS, message, list_change=change))

    def preview(self, job: Job) -> dict[str, Any]:
        """Return the change of a list that is kept here, or the request."""
        if job.settings["backend"] != LOCAL:
            return super().preview(job)
        try:
            change = _change(job)
        except SkipDeliveryError as error:
            return {"skipped": str(error)}
        except UNSENDABLE as error:
            return {"error": str(error)}
        operation = job.settings["operation"]
        return {
            "list": change.list_name,
            "operation": operation,
            "value": change.value,
        }

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return operation, list and value."""
        is_removal = settings["operation"] == REMOVE
        list_name = settings[NEEDED[settings["backend"]]]
        words = (
            gettext("Remove from %(list)s: %(what)s")
            if is_removal
            else gettext("Add to %(list)s: %(what)s")
        )
        return words % {"list": list_name, "what": settings["value"]}

    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        """Return Phonexa's address, or a key for all lists that are kept here.

        A postback that lacks its connection cannot be sent; it goes by that key too.
        """
        if settings["backend"] == LOCAL or not connection:
            return "local:lists"
        return super().destination(settings, connection)


def _change(job: Job) -> ListChange:
    is_removal = job.settings["operation"] == REMOVE
    return ListChange(job.settings["local_list"], _value(job), is_removal)


def _value(job: Job) -> str:
    value = rendering.text(job, "value")
    if not value:
        raise SkipDeliveryError("There is no value for the list.")
    return value


def _sent_value(job: Job) -> str:
    """Return the value in the form of Phonexa's list; raises when it has none."""
    written, form = _value(job), job.settings["normalize"]
    value = written if form == "none" else _normalized(form, written)
    if not value:
        raise PermanentError(
            "The value is no telephone number. Correct the lead, or choose another "
            "form of the value."
        )
    algorithm = job.settings["value_hash"]
    return value if algorithm == "none" else digest(algorithm, value)


def _normalized(form: str, written: str) -> str:
    return written.lower() if form == "lower" else phone_as(form, written)
