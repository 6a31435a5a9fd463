"""Postbacks: the list in words, the two-step form, switching and deleting."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.actions import registry
from apps.actions.base import Action
from apps.connections.models import Connection
from apps.console.action_forms import form_with, setting_names, shown_settings
from apps.console.rule_forms import StartForm, StatusForm, TypedDeleteForm
from apps.core.adminkit.pages import Page, PagesAdmin, list_url, render_page
from apps.core.adminkit.scoping import ScopedMixin
from apps.deliveries.models import Delivery
from apps.deliveries.services import release_rule
from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.postbacks.models import (
    USE_CASE_CATEGORIES,
    PostbackRule,
    RuleCustomEvent,
    RuleStatus,
    TriggerKind,
)
from apps.postbacks.services import (
    archive_rule,
    change_goal,
    record_revision,
    set_rule_status,
)

BADGES = {RuleStatus.ACTIVE: "ok", RuleStatus.AUTO_DISABLED: "bad"}


class CustomEventInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """Events the postback reacts to by their exact name."""

    model = RuleCustomEvent
    extra = 0
    verbose_name_plural = "Advanced: custom events"


def switch(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> Any:
    """Change the status after a confirmation (R74)."""
    form = StatusForm(request.POST or None, initial={"status": rule.status})
    if not form.is_valid():
        return {"form": form, "submit_label": "Change status"}
    now = timezone.now()
    status = form.cleaned_data["status"]
    changed = set_rule_status(
        rule_id=rule.pk,
        status=status,
        reason=form.cleaned_data["reason"],
        author=request.user,
        now=now,
    )
    released = 0
    if changed and status == RuleStatus.ACTIVE:
        released = release_rule(rule_id=rule.pk, now=now)
    label = RuleStatus(status).label.lower()
    held = f" {released} held deliveries are sent now." if released else ""
    messages.success(request, f"Postback #{rule.pk} is {label}.{held}")
    return HttpResponseRedirect("../change/")


def delete(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> Any:
    """Delete after the number was typed (R100)."""
    form = TypedDeleteForm(rule, request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "submit_label": "Delete",
            "template": "console/delete_typed.html",
        }
    archive_rule(rule=rule, author=request.user, now=timezone.now())
    messages.success(request, f"Postback #{rule.pk} was deleted. Its log stays.")
    return HttpResponseRedirect(list_url(PostbackRule))


@admin.register(PostbackRule)
class RuleAdmin(PagesAdmin):
    """Who is told what when."""

    list_display = (
        "id",
        "label",
        "offer",
        "trigger",
        "conditions",
        "action_label",
        "action_settings",
        "status_badge",
        "created_at",
        "author_name",
    )
    list_display_links = ("id", "label")
    list_filter = ("status", "trigger", "action", "offer", "affiliate")
    list_select_related = ("offer", "affiliate", "goal", "event_type", "author")
    search_fields = ("name", "=id")
    ordering = ("-id",)
    inlines = (CustomEventInline,)
    readonly_fields = ("status_badge", "shown", "fixed")
    autocomplete_fields = ("event_type",)
    actions = None
    pages = (
        Page("status", "Change status", "change", switch),
        Page("remove", "Delete", "delete", delete),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what was deleted."""
        rules = super().get_queryset(request).filter(archived_at=None)
        return rules.prefetch_related("custom_events")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete on the page that asks for the number only."""
        return False

    def related_tabs(self, obj: PostbackRule) -> list[tuple[str, str]]:
        """Return the lists that belong to a postback."""
        return [("Deliveries", list_url(Delivery, rule__id__exact=obj.pk))]

    # --- the two steps

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for trigger, action and offer first."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        start = StartForm(request.user, request.GET or None)
        if not start.is_valid():
            asked = request.GET if request.GET.get("action") else None
            page = {
                "form": StartForm(request.user, asked, initial=request.GET.dict()),
                "method": "get",
                "submit_label": "Next",
            }
            title = "Add postback: trigger and action"
            return render_page(self, request, page, title=title)
        return super().add_view(request, form_url, extra_context)

    def _start(self, request: HttpRequest) -> dict[str, Any]:
        start = StartForm(request.user, request.GET)
        return start.cleaned_data if start.is_valid() else {}

    def _action(self, request: HttpRequest, obj: Any) -> Action:
        return registry.get(obj.action if obj else self._start(request)["action"])

    def _offer(self, request: HttpRequest, obj: Any) -> Offer | None:
        return obj.offer if obj else self._start(request).get("offer")

    def _trigger(self, request: HttpRequest, obj: Any) -> str:
        return str(obj.trigger if obj else self._start(request)["trigger"])

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Add the fields of the action."""
        kwargs["form"] = form_with(self._action(request, obj).RuleForm, obj)
        return super().get_form(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the rule's own fields as its trigger needs them, then the action's."""
        action = self._action(request, obj)
        conditions = [] if request.user.affiliate_id else ["affiliate"]
        offer = self._offer(request, obj)
        if offer is not None and offer.enable_goals:
            conditions.append("goal")
        if self._trigger(request, obj) == TriggerKind.EVENT:
            conditions += ["use_case", "categories", "event_type"]
        may_change = obj is None or self.has_change_permission(request, obj)
        own = setting_names(action.RuleForm, obj) if may_change else ["shown"]
        if action.uses_connection():
            own = ["connection", *own]
        return [
            (None, {"fields": ["name", "fixed"]}),
            ("Conditions", {"fields": conditions}),
            (f"Action: {action.label}", {"fields": own, "description": action.help}),
        ]

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offer custom events on event postbacks."""
        if request.method == "GET" and obj is None and not self._start(request):
            return []
        if self._trigger(request, obj) != TriggerKind.EVENT:
            return []
        return super().get_inline_instances(request, obj)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Narrow goals to the offer and connections to the action."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        obj = self._current(request)
        if db_field.name == "goal" and field is not None:
            field.queryset = Goal.objects.filter(offer=self._offer(request, obj))
        if db_field.name == "connection" and field is not None:
            kind = self._action(request, obj).kind
            rows = Connection.objects.visible_to(request.user)
            field.queryset = rows.filter(kind=kind)
        return field

    def _current(self, request: HttpRequest) -> Any:
        match = request.resolver_match
        object_id = match.kwargs.get("object_id") if match else None
        return self.get_object(request, object_id) if object_id else None

    # --- saving

    def save_model(
        self, request: HttpRequest, obj: PostbackRule, form: Any, change: bool
    ) -> None:
        """Fix what never changes, apply the preset, keep a goal's settings."""
        now = timezone.now()
        if change:
            if "goal" in form.changed_data:
                change_goal(rule=obj, goal=obj.goal, now=now)
        else:
            start = self._start(request)
            obj.action, obj.trigger = start["action"], start["trigger"]
            obj.offer = start["offer"]
            obj.author = request.user  # type: ignore[assignment]
            obj.owner_affiliate = obj.affiliate = None
            if request.user.affiliate_id:
                obj.owner_affiliate_id = request.user.affiliate_id
        if request.user.affiliate_id:
            obj.affiliate_id = request.user.affiliate_id
        elif not change:
            obj.affiliate = form.cleaned_data.get("affiliate")
        if obj.use_case and ("use_case" in form.changed_data or not obj.categories):
            obj.categories = USE_CASE_CATEGORIES[obj.use_case]
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Write the revision once everything is stored."""
        super().save_related(request, form, formsets, change)
        record_revision(rule=form.instance, author=request.user, now=timezone.now())

    # --- in words

    @admin.display(description="name", ordering="name")
    def label(self, obj: PostbackRule) -> str:
        """Return the name, or what the postback is."""
        return str(obj)

    @admin.display(description="trigger settings")
    def conditions(self, obj: PostbackRule) -> SafeString:
        """Show the conditions as chips (R68)."""
        chips = [*obj.categories, *(event.name for event in obj.custom_events.all())]
        rows = (obj.event_type, obj.affiliate, obj.goal)
        chips += [str(row) for row in rows if row is not None]
        if not chips:
            return format_html("{}", "any")
        return format_html_join(
            " ", '<span class="chip">{}</span>', ((c,) for c in chips)
        )

    @admin.display(description="action", ordering="action")
    def action_label(self, obj: PostbackRule) -> str:
        """Return the action's name."""
        return registry.get(obj.action).label

    @admin.display(description="action settings")
    def action_settings(self, obj: PostbackRule) -> SafeString:
        """Show the settings in one line, without secrets."""
        return format_html(
            "<code>{}</code>", registry.get(obj.action).summary(obj.settings)
        )

    @admin.display(description="status", ordering="status")
    def status_badge(self, obj: PostbackRule) -> SafeString:
        """Show the status as a badge with its reason."""
        return format_html(
            '<span class="badge {}" title="{}">{}</span>',
            BADGES.get(RuleStatus(obj.status), "off"),
            obj.status_reason,
            obj.get_status_display(),
        )

    @admin.display(description="author")
    def author_name(self, obj: PostbackRule) -> str:
        """Return number and name of who made it (R73)."""
        return f"#{obj.author_id} {obj.author.get_username()}"

    @admin.display(description="settings")
    def shown(self, obj: PostbackRule) -> SafeString:
        """Show the settings to those who may only look."""
        return format_html_join("", "<div>{}: {}</div>", shown_settings(obj))

    @admin.display(description="fixed")
    def fixed(self, obj: PostbackRule) -> str:
        """Say what cannot be changed any more."""
        if obj.pk is None:
            return "Trigger, action and offer were chosen in step 1."
        return f"{obj.get_trigger_display()} on {obj.offer or 'every offer'}"
