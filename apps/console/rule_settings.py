"""What the form of a postback checks across its fields."""

from typing import Any, ClassVar

from apps.actions.base import Action, Group
from apps.actions.fields import SecretTextarea
from apps.actions.list_forms import REMOVE
from apps.actions.presets import PRESET_ACTION, Preset, left_in
from apps.console.action_forms import PREFIX, SettingsForm
from apps.console.rule_conditions import drop_foreign_conditions
from apps.core.macro_catalogue import GROUPS
from apps.postbacks.models import USE_CASE_CATEGORIES, TriggerKind

STAFF_ONLY = frozenset(
    macro.name for macros in GROUPS.values() for macro in macros if macro.is_staff_only
)

MAY_REMOVE = "postbacks.can_remove_suppression"
NO_EVENTS: dict[str, Any] = {"use_case": "", "categories": [], "event_type": None}


class RuleSettingsForm(SettingsForm):
    """The rule's own fields and those of ``action``; made by ``form_with``."""

    action: ClassVar[Action]
    preset: ClassVar[Preset | None]
    started_trigger: ClassVar[str]
    is_for_affiliate: ClassVar[bool]
    may_remove: ClassVar[bool]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in (self.preset.settings if self.preset else {}).items():
            widget = self.fields[PREFIX + name].widget
            if isinstance(widget, SecretTextarea):
                widget.public_text = str(text)

    def clean(self) -> dict[str, Any] | None:
        """Keep events and trigger in step; ask for what the action needs."""
        cleaned = super().clean() or self.cleaned_data
        trigger = cleaned.get("trigger", self.started_trigger)
        drop_foreign_conditions(trigger, cleaned)
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
        """Let a newly chosen use case set the categories (R2), else follow them."""
        use_case = cleaned.get("use_case")
        if not use_case:
            return
        preset = [str(category) for category in USE_CASE_CATEGORIES[use_case]]
        if "use_case" in self.changed_data or not cleaned.get("categories"):
            cleaned["categories"] = preset
        elif set(cleaned["categories"]) != set(preset):
            cleaned["use_case"] = ""

    def _drop_events(self, cleaned: dict[str, Any]) -> None:
        cleaned |= {n: v for n, v in NO_EVENTS.items() if n in self.fields}

    def _ask_for_connection(self) -> None:
        is_needed = self.action.needs_connection(self.values)
        if is_needed and "connection" not in self.errors:
            self.add_error("connection", "This action needs a connection.")

    def _refuse_removal(self) -> None:
        """Refuse what lets people be contacted who asked never to be."""
        is_list = self.action.group is Group.LISTS
        if is_list and self.values.get("operation") == REMOVE:
            self.add_error(
                f"{PREFIX}operation",
                "You may not take anybody off a list. Ask an account manager.",
            )

    def _refuse_placeholders(self) -> None:
        """Refuse what a preset left for people to replace."""
        for name, value in self.values.items():
            if words := left_in(str(value)):
                self.add_error(
                    PREFIX + name,
                    f"Replace {' and '.join(words)}: the preset left a placeholder "
                    "for what is your own.",
                )

    def _refuse_staff_macros(self) -> None:
        """Refuse what an affiliate must not learn, such as the revenue."""
        for name in sorted(self.action.macro_names(self.values) & STAFF_ONLY):
            self.add_error(
                self._field_with(name), f"The macro {{{name}}} is not available."
            )

    def _field_with(self, macro: str) -> str | None:
        holders = (
            PREFIX + name
            for name, value in self.values.items()
            if PREFIX + name in self.fields and f"{{{macro}" in str(value)
        )
        return next(holders, None)
