"""``make bench-admin``: every list, filter, search and page of the admin, on many rows.

It fills a database of its own and asks each address in turn, in this process: what
is measured is the screens, not the web server. Results go to benchmarks/results/.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import benchmarks.environment  # noqa: F401 - sets Django up, before all else
from apps.accounts.models import User
from apps.core.adminkit.addresses import list_url
from apps.deliveries.models import Delivery, Destination
from apps.tracking.models import Event
from benchmarks.filling import fill
from benchmarks.storing import store

MOST_MS, MOST_MS_OVERVIEW = 300.0, 150.0
MOST_QUERIES = 15
MOST_BYTES = 150 * 1024
NORMAL, LARGE = 300_000, 5_000_000
DESTINATIONS = ("https://p0.example:443", "https://quiet.example:443")
"""A busy one, and one without deliveries."""
REGISTERED = [
    model
    for model in apps.get_models()
    if model.__module__.startswith("apps.") and admin.site.is_registered(model)
]


@dataclass(frozen=True)
class Screen:
    """An address of the admin, what it is, and who asks for it."""

    name: str
    path: str


@dataclass(frozen=True)
class Measured:
    """What one screen cost; ``missed`` names the limits it broke."""

    name: str
    path: str
    p95_ms: float
    queries: int
    kilobytes: float
    missed: tuple[str, ...]


def main() -> int:
    """Fill, measure, print, store; 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=NORMAL)
    parser.add_argument("--large", action="store_true", help="5 million events.")
    parser.add_argument("--rounds", type=int, default=20, help="Requests per screen.")
    parser.add_argument("--only", default="", help="Screens whose name has this in it.")
    given = parser.parse_args()
    # As in production: no statement is kept, and any host may ask.
    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["*"]
    total = LARGE if given.large else given.events
    started = time.perf_counter()
    staff = fill(total)
    print(
        f"{total:,} events stored in {time.perf_counter() - started:.0f} s", flush=True
    )
    found = []
    for user in (staff, User.objects.get(username="partner")):
        client = Client(headers={"host": "postbacks.example"})
        client.force_login(user, backend="apps.accounts.roles.RoleBackend")
        for screen in screens(user):
            if given.only in f"{user} {screen.name}":
                found.append(measure(client, screen, f"{user}", given.rounds))
                print(_line(found[-1]), flush=True)
    return report(found, {"events": total, "rounds": given.rounds})


def screens(user: User) -> Iterator[Screen]:
    """Yield every screen that ``user`` may look at."""
    yield Screen("overview", reverse("admin:index"))
    event = Event.objects.visible_to(user).order_by("-id")[1000]
    find = reverse("admin:find")
    for name, text in (
        ("transaction", event.transaction_id),
        ("nothing", "tx_unknown"),
        ("postback", "#7"),
        ("delivery", str(Delivery.objects.visible_to(user).latest("id").pk)),
    ):
        yield Screen(f"find {name}", f"{find}?q={text}")
    for destination in Destination.objects.filter(key__in=DESTINATIONS):
        path = list_url(Delivery, destination__id__exact=destination.pk)
        yield Screen(f"delivery list to {destination}", path)
    request = RequestFactory().get("/")
    request.user = user
    for model in REGISTERED:
        model_admin = admin.site.get_model_admin(model)
        if model_admin.has_view_permission(request):
            yield from _lists(model_admin, user, event.transaction_id)
            yield from _pages(model_admin, request)


def _lists(model_admin: Any, user: User, transaction_id: str) -> Iterator[Screen]:
    """Yield the list as it is, far down, searched, filtered and sorted."""
    opts = model_admin.opts
    name = f"{opts.model_name} list"
    path = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    yield Screen(name, path)
    yield Screen(f"{name} page 100", f"{path}?p=100")
    if model_admin.search_fields:
        yield Screen(f"{name} search", f"{path}?q={transaction_id}")
        yield Screen(f"{name} search in vain", f"{path}?q=unknown")
    request = RequestFactory().get(path)
    request.user = user
    changes = model_admin.get_changelist_instance(request)
    for spec in changes.filter_specs:
        choices = [c for c in spec.choices(changes) if c.get("query_string")]
        shown = choices[1:] if len(choices) < 12 else [choices[1], *choices[-2:]]
        for choice in shown:
            words = f"{name} {spec.title} {choice['display']}"
            yield Screen(words, path + choice["query_string"])
    for number in sorted(changes.get_ordering_field_columns() or {}):
        yield Screen(f"{name} sorted {number}", f"{path}?o={number}")


def _pages(model_admin: Any, request: Any) -> Iterator[Screen]:
    """Yield the page, the history and the form of a row in the middle."""
    opts = model_admin.opts
    rows = model_admin.get_queryset(request).order_by("-pk")
    row = rows[100:101].first() or rows.first()
    if row is None:
        return
    name = f"admin:{opts.app_label}_{opts.model_name}"
    for page in ("change", "history"):
        path = reverse(f"{name}_{page}", args=[row.pk])
        yield Screen(f"{opts.model_name} {page}", path)
    if model_admin.has_add_permission(request):
        yield Screen(f"{opts.model_name} add", reverse(f"{name}_add"))


def measure(client: Client, screen: Screen, who: str, rounds: int) -> Measured:
    """Ask for a screen many times. Raises ``RuntimeError`` when it does not answer."""
    answer = client.get(screen.path)
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{screen.path} answered {answer.status_code}.")
    with CaptureQueriesContext(connection) as captured:
        client.get(screen.path)
        queries = len(captured)
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        client.get(screen.path)
        taken.append((time.perf_counter() - started) * 1000)
    p95 = sorted(taken)[ceil(0.95 * len(taken)) - 1]
    size = len(answer.content)
    most_ms = MOST_MS_OVERVIEW if screen.name == "overview" else MOST_MS
    broken = {
        f"{most_ms:g} ms": p95 > most_ms,
        f"{MOST_QUERIES} queries": queries > MOST_QUERIES,
        f"{MOST_BYTES // 1024} KB": size > MOST_BYTES,
    }
    missed = tuple(limit for limit, is_broken in broken.items() if is_broken)
    name = f"{who}: {screen.name}"
    return Measured(name, screen.path, p95, queries, size / 1024, missed)


def _line(found: Measured) -> str:
    cells = (
        f"{found.p95_ms:8.0f} ms {found.queries:4} queries {found.kilobytes:6.0f} KB"
    )
    missed = f"  MISSED {', '.join(found.missed)}" if found.missed else ""
    return f"  {found.name[:60]:<60}{cells}{missed}"


def report(found: list[Measured], settings_: dict[str, Any]) -> int:
    """Print what missed a limit, and store everything; 1 when something did."""
    missed = [measured for measured in found if measured.missed]
    print(
        f"limits: {MOST_MS:g} ms (overview {MOST_MS_OVERVIEW:g}) for 95 of 100, "
        f"{MOST_QUERIES} queries, {MOST_BYTES // 1024} KB of HTML"
    )
    for measured in missed:
        print(_line(measured))
    print(f"{len(found)} screens measured, {len(missed)} missed a limit")
    figures = {measured.name: asdict(measured) for measured in found}
    store(figures, [measured.name for measured in missed], settings_, prefix="admin-")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
