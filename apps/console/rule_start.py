"""Step 1 of adding a postback: trigger, offer and action, which stay in the address."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from apps.actions import registry
from apps.actions.base import Action
from apps.actions.presets import PRESETS, Preset
from apps.console.action_forms import PREFIX
from apps.console.fact_rules import first_facts
from apps.console.people import signed_in
from apps.console.rule_forms import (
    PRESET_MARK,
    StartForm,
    rule_cards,
    trigger_cards,
)
from apps.core.adminkit.pages import PagesAdmin, render_page
from apps.offers.models import Offer
from apps.postbacks.models import TriggerKind


class RuleStart(PagesAdmin):
    """Asks for what decides which fields the form has, and remembers the answers."""

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for trigger, action and offer first (R76)."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if PRESET_MARK in request.GET.get("action", ""):
            return _with_preset_apart(request)
        start = StartForm(signed_in(request), request.GET)
        if start.is_valid() and "again" not in request.GET:
            return super().add_view(request, form_url, extra_context)
        page = {
            "template": "console/start.html",
            "start": start,
            "triggers": trigger_cards(),
            "actions": rule_cards(signed_in(request)),
            "chosen": _chosen(request),
            "has_tried": "trigger" in request.GET,
        }
        return render_page(self, request, page, title=_("Add postback"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from the preset, if one was chosen."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        preset = self._preset(request, None)
        if preset is not None:
            initial |= {PREFIX + name: v for name, v in preset.settings.items()}
        return initial | first_facts(self._trigger(request, None), preset)

    def _start(self, request: HttpRequest) -> dict[str, Any]:
        start = StartForm(signed_in(request), request.GET)
        return start.cleaned_data if start.is_valid() else {}

    def _action(self, request: HttpRequest, obj: Any) -> Action:
        return registry.get(obj.action if obj else self._start(request)["action"])

    def _offer(self, request: HttpRequest, obj: Any) -> Offer | None:
        return obj.offer if obj else self._start(request).get("offer")

    def _trigger(self, request: HttpRequest, obj: Any) -> str:
        return str(obj.trigger if obj else self._start(request)["trigger"])

    def _preset(self, request: HttpRequest, obj: Any) -> Preset | None:
        return None if obj else PRESETS.get(self._start(request).get("preset", ""))


def _with_preset_apart(request: HttpRequest) -> HttpResponse:
    """Give action and preset, which one card chooses, a name each in the address."""
    query = request.GET.copy()
    chosen = request.GET.get("action", "")
    query["action"], _, query["preset"] = chosen.partition(PRESET_MARK)
    return HttpResponseRedirect(f"?{query.urlencode()}")


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return what to tick: what was chosen before, or the most usual trigger."""
    chosen = {"trigger": TriggerKind.CONVERSION_DONE.value, **request.GET.dict()}
    if preset := chosen.get("preset"):
        chosen["action"] = f"{chosen.get('action', '')}{PRESET_MARK}{preset}"
    return chosen
