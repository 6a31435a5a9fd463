"""The preview on the form of a postback: the request it would send as it stands there.

Nothing is stored and nothing is sent. The form is checked as for saving; only what
concerns the action has to be right.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console.action_forms import PREFIX
from apps.console.people import signed_in
from apps.console.personal import mask_for_transaction
from apps.console.rehearsal import label_of, transaction_of, what_happened
from apps.console.rule_screen import RuleScreen
from apps.core.adminkit.pages import render_page
from apps.deliveries.drafting import Draft, preview_draft
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.tracking.models import Conversion, Event

OFFERED = 20
MOST_A_MINUTE = 60
CUSTOM_EVENTS_READ = 1000
TOO_MANY = _("That were %(count)s previews within a minute. Wait a little, then go on.")


class RulePreview(RuleScreen):
    """Offers recent transactions on the form, and answers with the request."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses that the form posts to."""
        view = self.admin_site.admin_view(self.preview_view)
        name = "postbacks_postbackrule_preview"
        own = [
            path("add/preview/", view, name=f"{name}_new"),
            path("<path:object_id>/preview/", view, name=name),
        ]
        return own + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say where the preview is asked for, and about what."""
        obj = kwargs.get("obj")
        rule = PostbackRule(
            trigger=self._trigger(request, obj), offer=self._offer(request, obj)
        )
        query = request.GET.urlencode()
        context["preview"] = {
            "url": "../preview/" if obj else f"preview/?{query}",
            "offered": recent_transactions(rule, signed_in(request)),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest, object_id: str = "") -> HttpResponse:
        """Show what the form, posted as it stands, would send."""
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        if object_id and obj is None:
            return self.not_found(request, object_id)
        if not self._may_save(request, obj):
            raise PermissionDenied
        if request.method != "POST" or (obj is None and not self._start(request)):
            return HttpResponseRedirect(f"../?{request.GET.urlencode()}")
        if is_too_fast(signed_in(request)):
            told = TOO_MANY % {"count": MOST_A_MINUTE}
            return HttpResponse(told, status=429, content_type="text/plain")
        page = self._previewed(request, obj)
        if "fragment" in request.POST:
            return TemplateResponse(request, "console/preview.html", page)
        page["template"] = "console/preview_page.html"
        return render_page(self, request, page, title=gettext("Preview"))

    def _may_save(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def _previewed(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        form_class = self.get_form(request, obj, change=obj is not None)
        form = form_class(request.POST, instance=obj)
        form.is_valid()
        problems = list(_problems(form))
        if problems:
            return {"problems": problems}
        connection = form.cleaned_data.get("connection")
        draft = Draft(
            action=self._action(request, obj),
            settings=form.values,
            rule_id=obj.pk if obj else None,
            connection_id=connection.pk if connection else None,
            custom_events=dict(_custom_events(request)),
        )
        about = self._about(request, obj, form.cleaned_data)
        what = preview_draft(draft, about)
        if about is not None:
            # The form's macros may hold the person's data (R230).
            user = signed_in(request)
            what = mask_for_transaction(user, transaction_of(about)).request(what)
        return {"what": what, "about": label_of(about) if about is not None else ""}

    def _about(self, request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> Any:
        """Return what happened of that kind in the chosen transaction, if anything."""
        chosen = request.POST.get("_about", "").strip()
        if not chosen:
            return None
        trigger = cleaned.get("trigger") or self._trigger(request, obj)
        rule = PostbackRule(trigger=trigger, offer=self._offer(request, obj))
        found = what_happened(rule, signed_in(request), chosen)
        if trigger == TriggerKind.ATTRIBUTION:
            # Another fact of the transaction shows more than none.
            rule.facts = cleaned.get("facts", [])
            rule.subject_kind = cleaned.get("subject_kind", "")
            ticked = what_happened(rule, signed_in(request), chosen)
            return ticked.first() or found.first()
        return found.first()


def recent_transactions(rule: PostbackRule, user: User) -> list[tuple[str, str]]:
    """Return transactions of the rule's offer, newest first, each with a label.

    Asked of conversions, not of their changes, which no index gives by offer.
    """
    found: dict[str, str] = {}
    if rule.trigger == TriggerKind.ATTRIBUTION:
        for one in what_happened(rule, user)[:OFFERED]:
            found.setdefault(transaction_of(one), label_of(one))
        return list(found.items())
    is_of_events = rule.trigger == TriggerKind.EVENT
    model: Any = Event if is_of_events else Conversion
    rows = model.objects.visible_to(user)
    if user.affiliate_id is not None:
        rows = rows.exclude(goal__is_private=True)
    if rule.offer_id is not None:
        rows = rows.filter(offer=rule.offer_id)
    for row in rows.order_by("-pk")[:OFFERED]:
        what = row.display_name if is_of_events else row.get_status_display()
        when = f"{timezone.localtime(row.occurred_at):%Y-%m-%d %H:%M}"
        found.setdefault(row.transaction_id, f"{row.transaction_id} · {what} · {when}")
    return list(found.items())


def is_too_fast(user: User) -> bool:
    """Count a preview of ``user``; tell whether it is one too many in this minute."""
    key = f"postback-preview:{user.pk}:{minute_of(timezone.now())}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) > MOST_A_MINUTE


def minute_of(now: datetime) -> str:
    """Return what is the same for all of a minute."""
    return f"{now:%d%H%M}"


def _problems(form: Any) -> Iterable[tuple[str, str]]:
    """Yield label and sentence of what keeps the action from being previewed."""
    for name, errors in form.errors.items():
        if name.startswith(PREFIX) or name == "connection":
            yield from ((str(form.fields[name].label), error) for error in errors)


def _custom_events(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """Yield name and sent name of the rows that the form has now."""
    total = request.POST.get("custom_events-TOTAL_FORMS", "0")
    for number in range(min(int(total), CUSTOM_EVENTS_READ) if total.isdigit() else 0):
        row = f"custom_events-{number}-"
        name = request.POST.get(f"{row}name")
        if name and f"{row}DELETE" not in request.POST:
            yield name, request.POST.get(f"{row}send_as", "")
