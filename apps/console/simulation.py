"""The page «Simulate»: how often a postback would have fired in the past."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext

from apps.console.days import DaysForm
from apps.console.people import signed_in
from apps.core.adminkit.pages import PageResult
from apps.core.queue import enqueue
from apps.postbacks.models import PostbackRule, Simulation, SimulationState
from apps.postbacks.tasks import SIMULATE

STALLED = timedelta(seconds=60)


class SimulationForm(DaysForm):
    """Which days: a year, from one day to the same of the next."""

    most_days = 367


def simulate(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Start a simulation, or show how far the newest one is."""
    newest = rule.simulations.order_by("-pk").first()
    if request.method == "POST" and "cancel" in request.POST and newest is not None:
        _cancel(newest)
        return HttpResponseRedirect(request.path)
    today = timezone.localdate()
    form = SimulationForm(
        request.POST or None,
        initial={"first": today - timedelta(days=7), "last": today},
    )
    if form.is_valid():
        _start(request, rule, form.cleaned_data)
        return HttpResponseRedirect(request.path)
    if newest is not None and _is_running(newest):
        _go_on_if_stalled(newest)
    return {
        "template": "console/simulation.html",
        "form": None if _is_running(newest) else form,
        "submit_label": gettext("Simulate"),
        "intro": gettext(
            "The postback, as it is saved now and as if it were active, is tried "
            "on everything of these days. Nothing is sent."
        ),
        "simulation": newest,
        "is_running": _is_running(newest),
        "days": sorted(newest.per_day.items()) if newest else [],
    }


def _is_running(simulation: Simulation | None) -> bool:
    return simulation is not None and simulation.state == SimulationState.RUNNING


def _start(request: HttpRequest, rule: PostbackRule, days: dict[str, Any]) -> None:
    zone = timezone.get_current_timezone()
    after = days["last"] + timedelta(days=1)
    simulation = Simulation(
        rule=rule,
        revision=rule.revisions.get(number=rule.revision),
        author=signed_in(request),
        starts_at=datetime.combine(days["first"], time(), zone),
        ends_at=datetime.combine(after, time(), zone),
    )
    try:
        with transaction.atomic():
            simulation.save()
            transaction.on_commit(lambda: _enqueue(simulation))
    except IntegrityError:
        messages.warning(
            request, gettext("A simulation of this postback is running already.")
        )
        return
    messages.success(
        request, gettext("The simulation has begun. This page shows its progress.")
    )


def _enqueue(simulation: Simulation) -> None:
    enqueue(SIMULATE, simulation_id=simulation.pk)


def _cancel(simulation: Simulation) -> None:
    Simulation.objects.filter(pk=simulation.pk, state=SimulationState.RUNNING).update(
        state=SimulationState.CANCELLED
    )


def _go_on_if_stalled(simulation: Simulation) -> None:
    """Ask again for a worker: the message may have been lost, or the worker killed."""
    now = timezone.now()
    # The one that moves the time asks: the page is loaded every two seconds.
    if Simulation.objects.filter(pk=simulation.pk, updated_at__lt=now - STALLED).update(
        updated_at=now
    ):
        _enqueue(simulation)
