"""Replays: prepare, look at the count, start, watch, pause, cancel."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.people import signed_in
from apps.console.replay_steps import STEPS, Step
from apps.core.adminkit.addresses import change_url, list_url, page_url
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.showing import NOTHING, badge, link, moment, moment_column
from apps.deliveries import backfilling, replaying
from apps.deliveries.models import Delivery, Replay
from apps.deliveries.states import (
    RESENDABLE,
    DeliveryState,
    ReplayKind,
    ReplayState,
)

COLOURS = {
    ReplayState.DRAFT: "off",
    ReplayState.RUNNING: "wait",
    ReplayState.PAUSED: "wait",
    ReplayState.DONE: "ok",
    ReplayState.CANCELLED: "off",
}
WHOLE = 100


class ReplayForm(forms.ModelForm[Replay]):
    """What is sent again, or told for the first time."""

    states = forms.MultipleChoiceField(
        label=_("States"),
        choices=[(state.value, state.label) for state in RESENDABLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Of «Send again»: deliveries in these states."),
    )

    class Meta:
        model = Replay
        fields = (
            *("kind", "rule", "offer", "destination", "states", "starts_at"),
            *("ends_at", "uses_current", "per_minute", "comment"),
        )

    def clean(self) -> dict[str, Any]:
        """Ask for what each kind needs."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == ReplayKind.BACKFILL:
            cleaned |= {"states": [], "offer": None, "destination": None}
        elif not cleaned.get("states"):
            self.add_error("states", gettext("Choose which deliveries are sent again."))
        return cleaned


@admin.register(Replay)
class ReplayAdmin(FactsAdmin):
    """Many deliveries sent again, with a preview first."""

    form = ReplayForm
    facts_template = "console/replay.html"
    list_display = (
        moment_column("created_at", _("prepared")),
        "what",
        "state_badge",
        "total",
        "planned",
        "author",
        "comment",
    )
    list_filter = ("state", "kind", "rule")
    list_select_related = ("rule", "author")
    autocomplete_fields = ("rule", "offer", "destination")
    empty = (
        _("No replays yet."),
        _(
            "One sends again what failed, or tells a new postback what already "
            "happened."
        ),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those prepare replays who may change deliveries."""
        return signed_in(request).has_perm("deliveries.change_delivery")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only what is prepared can be filled in."""
        return () if obj is None else super().get_readonly_fields(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with what failed since yesterday."""
        now = timezone.now().replace(microsecond=0)
        return {
            "kind": ReplayKind.RESEND,
            "states": [DeliveryState.FAILED],
            "starts_at": now - timedelta(days=1),
            "ends_at": now,
            **{
                name: request.GET[name]
                for name in ("kind", "rule", "offer", "destination")
                if name in request.GET
            },
            **({"states": [asked]} if (asked := request.GET.get("states")) else {}),
        }

    def save_model(
        self, request: HttpRequest, obj: Replay, form: Any, change: bool
    ) -> None:
        """Count what it would do, and store that."""
        obj.author = signed_in(request)
        replaying.preview(obj)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer one button: the next page shows the count."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Replay, post_url_continue: Any = None
    ) -> HttpResponse:
        """Show the count: nothing is sent yet."""
        return HttpResponseRedirect(change_url(obj))

    # --- the page

    def get_urls(self) -> list[URLPattern]:
        """Add the address that the buttons post to."""
        step = self.admin_site.admin_view(self.step_view)
        own = path("<uuid:object_id>/step/", step, name="deliveries_replay_step")
        return [own, *super().get_urls()]

    def step_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Do what a button says."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        replay = self.get_object(request, str(object_id))
        if replay is None:
            return self.not_found(request, str(object_id))
        asked = request.POST.get("step", "") if request.method == "POST" else ""
        for step in STEPS:
            if step.name == asked:
                self._do(request, replay, step)
        return HttpResponseRedirect(change_url(replay))

    def _do(self, request: HttpRequest, replay: Replay, step: Step) -> None:
        try:
            step.service(replay_id=replay.pk, now=timezone.now())
        except replaying.ReplayStateError as error:
            messages.warning(request, str(error))
        except IntegrityError:
            messages.warning(request, replaying.ANOTHER_RUNS)
        else:
            messages.success(request, step.done)

    def sections(self, request: HttpRequest, obj: Replay) -> list[Section]:
        """Return what is asked, and how far it is."""
        user = signed_in(request)
        states = ", ".join(str(DeliveryState(state).label) for state in obj.states)
        what = (
            (gettext("What"), obj.get_kind_display()),
            (
                gettext("Postback"),
                link(obj.rule, user) if obj.rule else gettext("every postback"),
            ),
            (
                gettext("Offer"),
                link(obj.offer, user) if obj.offer else gettext("every offer"),
            ),
            (
                gettext("Destination"),
                link(obj.destination, user) if obj.destination else gettext("any"),
            ),
            (gettext("Deliveries that are"), states or NOTHING),
            (gettext("From"), moment(obj.starts_at)),
            (gettext("Until"), moment(obj.ends_at)),
            (
                gettext("Configuration"),
                gettext("as it is now") if _is_current(obj) else gettext("as planned"),
            ),
            (gettext("At most per minute"), obj.per_minute or gettext("no limit")),
            (gettext("Comment"), obj.comment or NOTHING),
            (gettext("By"), obj.author or gettext("an API token")),
        )
        return [
            Section(gettext("What"), what),
            Section(gettext("How far it is"), self._how_far(obj)),
            _report(obj),
        ]

    def _how_far(self, obj: Replay) -> tuple[tuple[str, Any], ...]:
        return (
            (gettext("State"), self.state_badge(obj)),
            (gettext("Counted before"), obj.total),
            (gettext("Examined"), obj.examined),
            (gettext("Handed over"), obj.planned),
            (gettext("Left alone"), obj.skipped),
            (gettext("Started"), moment(obj.started_at)),
            (gettext("Finished"), moment(obj.finished_at)),
        )

    def more_context(self, request: HttpRequest, obj: Replay) -> dict[str, Any]:
        """Add the buttons, the progress and the warning before it starts."""
        may = self.has_add_permission(request)
        is_over = obj.state == ReplayState.DONE and not replaying.has_waiting(obj.pk)
        done = WHOLE * obj.planned // obj.total if obj.total else 0
        return {
            "steps": [
                step
                for step in STEPS
                if may and not is_over and obj.state in step.states
            ],
            "step_url": page_url(obj, "step"),
            "is_draft": obj.state == ReplayState.DRAFT,
            "is_running": obj.state == ReplayState.RUNNING,
            "percent": min(done, WHOLE),
            "total": obj.total,
            "is_estimate": obj.kind == ReplayKind.BACKFILL
            and obj.total >= backfilling.PREVIEWED,
            "sends_twice": DeliveryState.DELIVERED in obj.states,
            "list": list_url(Delivery, replay__id__exact=obj.pk),
        }

    # --- the list

    @admin.display(description=_("what"))
    def what(self, obj: Replay) -> str:
        """Return kind and postback."""
        rule = f"#{obj.rule_id} {obj.rule}" if obj.rule else gettext("every postback")
        return f"{obj.get_kind_display()}: {rule}"

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj: Replay) -> SafeString:
        """Show the state as a badge."""
        return badge(obj.get_state_display(), COLOURS[ReplayState(obj.state)], "")


def _is_current(replay: Replay) -> bool:
    return replay.uses_current or replay.kind == ReplayKind.BACKFILL


def _report(replay: Replay) -> Section:
    """Return what became of what was handed over."""
    counts = dict(
        replay.deliveries.order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
        .values_list("state", "count")
    )
    facts = tuple(
        (state.label, counts[state.value])
        for state in DeliveryState
        if counts.get(state.value)
    )
    return Section(gettext("What became of them"), facts)
