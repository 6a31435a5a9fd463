"""The form of a postback: two steps, then the fields its action declares."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.connections.models import Connection
from apps.console import rule_words
from apps.console.action_forms import form_with, setting_names, shown_settings
from apps.console.people import signed_in
from apps.console.rehearsal import rehearsed
from apps.console.rule_conditions import (
    DELIVERY,
    TRIGGER_FIELDS,
    advice_on,
    collapsed,
    formfield_of,
    further_fields,
    inlines_of,
)
from apps.console.rule_pages import RULE_PAGES
from apps.console.rule_settings import MAY_REMOVE, RuleSettingsForm
from apps.console.rule_start import RuleStart
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import render_page
from apps.core.macro_catalogue import SECTIONS
from apps.deliveries.models import Delivery
from apps.goals.models import Goal, GoalStatus
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.postbacks.name_warnings import name_warnings
from apps.postbacks.rule_warnings import rule_warnings
from apps.postbacks.services import change_goal, record_revision

TRY_ONLY = "_try"
"""The button that shows what the postback would do without saving it."""


def _warnings(rule: PostbackRule) -> list[tuple[str, str]]:
    """Return what each warning is about, and what to do (R33, R34)."""
    found = [(one.badge, one.text) for one in rule_warnings(rule)]
    return found + [(one.name, one.cause) for one in name_warnings(rule)]


def _is_staff(request: HttpRequest) -> bool:
    return signed_in(request).affiliate_id is None


def _is_for_affiliate(request: HttpRequest, rule: Any) -> bool:
    """Tell whether the postback is or will be an affiliate's, also when staff edit."""
    is_owned = rule is not None and rule.owner_affiliate_id is not None
    return is_owned or not _is_staff(request)


class RuleScreen(RuleStart):
    """Adds, shows and changes one postback."""

    readonly_fields = ("shown",)
    autocomplete_fields = ("event_type", "affiliate")
    pages = RULE_PAGES

    class Media:
        js = (Script("console/rule_form.js", type="module"),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete on the page that asks for the number only."""
        return False

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a postback."""
        return [(gettext("Deliveries"), list_url(Delivery, rule__id__exact=obj.pk))]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form; a postback whose action was removed has none."""
        rule = self.get_object(request, object_id)
        if rule is not None and not rule_words.is_installed(rule):
            messages.error(
                request,
                gettext(
                    "Postback %(postback)s uses the action «%(action)s», which is not "
                    "installed. Install it again, or delete the postback."
                )
                % {"postback": f"#{rule.pk}", "action": rule.action},
            )
            return HttpResponseRedirect(list_url(PostbackRule))
        return super().change_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say above the form what was chosen in step 1, and list the macros below."""
        obj = kwargs.get("obj")
        context["sentence"] = {
            "trigger": TriggerKind(self._trigger(request, obj)).label,
            "offer": self._offer(request, obj) or gettext("every offer"),
            "action": self._action(request, obj),
            "preset": self._preset(request, obj),
            "again": "" if obj else f"?{request.GET.urlencode()}&again=1",
            "status": rule_words.status_badge(obj) if obj else "",
        }
        context["warnings"] = _warnings(obj) if obj else []
        hides_some = _is_for_affiliate(request, obj)
        context["macros"] = [
            (gettext(name), [m for m in those if not (hides_some and m.is_staff_only)])
            for name, those in SECTIONS.items()
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    # --- the form

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Add the fields of the action."""
        action = self._action(request, obj)
        kwargs["form"] = form_with(
            action.RuleForm,
            obj,
            base=RuleSettingsForm,
            action=action,
            preset=self._preset(request, obj),
            started_trigger=self._trigger(request, obj),
            offer=self._offer(request, obj),
            is_for_affiliate=_is_for_affiliate(request, obj),
            may_remove=signed_in(request).has_perm(MAY_REMOVE),
        )
        kwargs["formfield_callback"] = partial(
            self.formfield_for_dbfield, request=request, rule=obj
        )
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the rule's own fields as its trigger needs them, then the action's."""
        action = self._action(request, obj)
        may_change = obj is None or self.has_change_permission(request, obj)
        own = setting_names(action.RuleForm, obj) if may_change else ["shown"]
        if action.uses_connection():
            own = ["connection", *own]
        trigger = self._trigger(request, obj)
        further = further_fields(trigger, is_staff=_is_staff(request))
        return [
            (None, {"fields": ["name"]}),
            self._conditions(request, obj),
            (
                gettext("Action: %(action)s") % {"action": action.label},
                {"fields": own, "description": action.help},
            ),
            collapsed(gettext("More conditions: which, when, how many"), further),
            collapsed(gettext("Retries, order, switching off"), DELIVERY),
        ]

    def _conditions(self, request: HttpRequest, obj: Any) -> Any:
        """Return the conditions that most postbacks set, with advice for events."""
        trigger, offer = self._trigger(request, obj), self._offer(request, obj)
        fields = self._condition_fields(request, obj)
        advice = advice_on(trigger, offer)
        return (gettext("Conditions"), {"fields": fields, "description": advice})

    def _condition_fields(self, request: HttpRequest, obj: Any) -> list[str]:
        names = ["trigger"] if obj else []
        names += TRIGGER_FIELDS.get(self._trigger(request, obj), ())
        if not _is_for_affiliate(request, obj):
            names.append("affiliate")
        offer = self._offer(request, obj)
        if offer is not None and offer.enable_goals:
            names.append("goal")
        return names

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Offer the rows that belong to the trigger."""
        if obj is None and not self._start(request):
            return []
        trigger = self._trigger(request, obj)
        return inlines_of(trigger, is_staff=_is_staff(request))

    def get_inline_formsets(self, request: HttpRequest, *args: Any) -> Any:
        """Open the sections that hold rows: a condition must not be overlooked."""
        found = super().get_inline_formsets(request, *args)
        for one in found:
            if one.formset.initial_form_count():
                one.classes = ""
        return found

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Let categories be ticked and time zones be chosen; narrow what is linked."""
        rule = kwargs.pop("rule", None)
        condition = formfield_of(db_field)
        if condition is not None:
            return condition
        if db_field.name == "goal":
            kwargs["queryset"] = self._goals(request, rule)
        if db_field.name == "connection":
            kwargs["queryset"] = self._connections(request, rule)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def _goals(self, request: HttpRequest, rule: Any) -> QuerySet[Goal]:
        """Return the goals of the offer."""
        goals = Goal.objects.visible_to(signed_in(request))
        if _is_for_affiliate(request, rule):
            goals = goals.filter(is_private=False)
        offer = self._offer(request, rule)
        return goals.filter(offer=offer, status=GoalStatus.ACTIVE)

    def _connections(self, request: HttpRequest, rule: Any) -> QuerySet[Connection]:
        """Return the connections of the action, of the same owner."""
        user = signed_in(request)
        return Connection.objects.visible_to(user).filter(
            kind=self._action(request, rule).kind,
            owner_affiliate=rule.owner_affiliate_id if rule else user.affiliate_id,
        )

    # --- saving

    def save_model(
        self, request: HttpRequest, obj: PostbackRule, form: Any, change: bool
    ) -> None:
        """Fix what never changes; keep the settings of a goal that goes (R108)."""
        user = signed_in(request)
        if change:
            if "goal" in form.changed_data:
                change_goal(rule=obj, goal=obj.goal, now=timezone.now())
        else:
            start = self._start(request)
            obj.action, obj.trigger = start["action"], start["trigger"]
            obj.offer = start["offer"]
            obj.author = user
            obj.owner_affiliate = user.affiliate
        if obj.owner_affiliate is not None:
            obj.affiliate = obj.owner_affiliate
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Write the revision once everything is stored."""
        super().save_related(request, form, formsets, change)
        rule = form.instance
        record_revision(rule=rule, author=signed_in(request), now=timezone.now())
        if rule.trigger == TriggerKind.EVENT and not rule_words.has_events(rule):
            messages.warning(
                request,
                gettext(
                    "Postback %(postback)s reacts to no event yet: choose categories, "
                    "an event type or custom events."
                )
                % {"postback": f"#{rule.pk}"},
            )

    def response_add(
        self, request: HttpRequest, obj: PostbackRule, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Go on as usual, or show what it would do and store nothing."""
        if TRY_ONLY in request.POST:
            return self._tried(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: PostbackRule) -> HttpResponse:
        """Go on as usual, or show what it would do and store nothing."""
        if TRY_ONLY in request.POST:
            return self._tried(request, obj)
        return super().response_change(request, obj)

    def _tried(self, request: HttpRequest, rule: PostbackRule) -> HttpResponse:
        """Rehearse what was just stored and take it back.

        Django calls this within the transaction of the form, so that what is tried
        passed every check that saving makes.
        """
        page = rehearsed(rule, signed_in(request), "")
        page["intro"] = gettext("Nothing was saved or sent. Close this page to go on.")
        response: Any = render_page(self, request, page, title=gettext("Dry run"))
        response.render()
        transaction.set_rollback(True)
        return HttpResponse(response.content)

    @admin.display(description=_("settings"))
    def shown(self, obj: PostbackRule) -> SafeString:
        """Show the settings to those who may only look."""
        return format_html_join("", "<div>{}: {}</div>", shown_settings(obj))
