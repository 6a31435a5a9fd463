"""What the form of a postback checks across its fields."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from apps.actions.base import Action, Group
from apps.actions.fields import HeadersField, SecretTextarea, TextTemplateField
from apps.actions.list_forms import REMOVE
from apps.actions.presets import PRESET_ACTION, Preset, left_in
from apps.console.action_forms import PREFIX, SettingsForm
from apps.console.rule_conditions import drop_foreign_conditions
from apps.events.categories import EffectiveCategory
from apps.offers.models import Offer
from apps.postbacks.fact_demands import fact_errors
from apps.postbacks.models import USE_CASE_CATEGORIES, TriggerKind
from apps.postbacks.staff_macros import staff_macros_in

MAY_REMOVE = "postbacks.can_remove_suppression"
REPLACE = "replace_categories"
"""The box that confirms that a use case replaces hand-made categories."""
NO_EVENTS: dict[str, Any] = {"use_case": "", "categories": [], "event_type": None}


class RuleSettingsForm(SettingsForm):
    """The rule's own fields and those of ``action``; made by ``form_with``."""

    action: ClassVar[Action]
    preset: ClassVar[Preset | None]
    started_trigger: ClassVar[str]
    offer: ClassVar[Offer | None]
    is_for_affiliate: ClassVar[bool]
    may_remove: ClassVar[bool]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_to_replace = False
        for name, field in self.declared.base_fields.items():
            if isinstance(field, (TextTemplateField, HeadersField)):
                # The script of the form lets people insert macros there.
                self.fields[PREFIX + name].widget.attrs["data-macros"] = ""
        for name, text in (self.preset.settings if self.preset else {}).items():
            widget = self.fields[PREFIX + name].widget
            if isinstance(widget, SecretTextarea):
                widget.public_text = str(text)
        if self.is_for_affiliate:
            self._suggest_no_staff_macros()

    def clean(self) -> dict[str, Any] | None:
        """Keep events and trigger in step; ask for what the action needs."""
        cleaned = super().clean() or self.cleaned_data
        trigger = cleaned.get("trigger", self.started_trigger)
        drop_foreign_conditions(trigger, cleaned)
        for name, text in fact_errors(trigger, cleaned, self.offer):
            self.add_error(name, text)
        if trigger == TriggerKind.EVENT:
            self._apply_use_case(cleaned)
        else:
            self._drop_events(cleaned)
        if "connection" in self.fields and not cleaned.get("connection"):
            self._ask_for_connection()
        if not self.may_remove:
            self._refuse_removal()
        if self.action.kind == PRESET_ACTION:
            self._refuse_placeholders()
        if self.is_for_affiliate:
            self._refuse_staff_macros()
        return cleaned

    def _apply_use_case(self, cleaned: dict[str, Any]) -> None:
        """Let a newly chosen use case set the categories (R2, R7), else follow them.

        What somebody ticked by hand is replaced only when that is confirmed.
        """
        use_case = cleaned.get("use_case")
        if not use_case:
            return
        preset = USE_CASE_CATEGORIES[use_case]
        ticked = cleaned.get("categories") or preset
        if _are_same(ticked, preset):
            cleaned["categories"] = [str(category) for category in preset]
        elif "use_case" not in self.changed_data:
            cleaned["use_case"] = ""
        elif REPLACE in self.data or _are_same(ticked, self._preset_before()):
            cleaned["categories"] = [str(category) for category in preset]
        else:
            self.asks_to_replace = True
            self.add_error("use_case", _would_replace(ticked, preset))

    def _preset_before(self) -> list[str]:
        return USE_CASE_CATEGORIES.get(self.initial.get("use_case") or "", [])

    def _drop_events(self, cleaned: dict[str, Any]) -> None:
        cleaned |= {n: v for n, v in NO_EVENTS.items() if n in self.fields}

    def _ask_for_connection(self) -> None:
        is_needed = self.action.needs_connection(self.values)
        if is_needed and "connection" not in self.errors:
            self.add_error("connection", _("This action needs a connection."))

    def _refuse_removal(self) -> None:
        """Refuse what lets people be contacted who asked never to be."""
        is_list = self.action.group is Group.LISTS
        if is_list and self.values.get("operation") == REMOVE:
            self.add_error(
                f"{PREFIX}operation",
                _("You may not take anybody off a list. Ask an account manager."),
            )

    def _refuse_placeholders(self) -> None:
        """Refuse what a preset left for people to replace."""
        for name, value in self.values.items():
            if words := left_in(str(value)):
                self.add_error(
                    PREFIX + name,
                    _(
                        "Replace %(words)s: the preset left a placeholder for what is "
                        "your own."
                    )
                    % {"words": _(" and ").join(words)},
                )

    def _suggest_no_staff_macros(self) -> None:
        """Begin with empty fields where the usual text would be refused."""
        for name, field in self.fields.items():
            if name not in self.initial and staff_macros_in(field.initial):
                field.initial = ""

    def _refuse_staff_macros(self) -> None:
        """Refuse what an affiliate must not learn, such as the revenue."""
        for name, value in self.values.items():
            for macro in sorted(staff_macros_in(value)):
                self.add_error(
                    PREFIX + name,
                    _(
                        "%(macro)s is not for postbacks of affiliates. Take it out, or "
                        "use another macro of the list below."
                    )
                    % {"macro": f"{{{macro}}}"},
                )


def _are_same(some: Iterable[str], others: Iterable[str]) -> bool:
    return set(map(str, some)) == set(map(str, others))


def _would_replace(ticked: Iterable[str], preset: Iterable[str]) -> str:
    """Return the question before hand-made categories are lost."""
    before, after = (
        ", ".join(str(EffectiveCategory(one).label) for one in some)
        for some in (ticked, preset)
    )
    return _(
        "This use case would replace the categories you ticked (%(before)s) by "
        "%(after)s. Confirm that above, or choose no use case to keep yours."
    ) % {"before": before, "after": after}
