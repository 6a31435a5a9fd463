"""``manage.py replay``: send again what failed, or tell a rule what happened."""

import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.deliveries import replaying
from apps.deliveries.models import Replay
from apps.deliveries.states import RESENDABLE, DeliveryState, ReplayKind, ReplayState
from apps.postbacks.models import PostbackRule

LOOK_SECONDS = 1.0


class Command(BaseCommand):
    """Counts, asks, then shows the progress; the workers send."""

    help = "Replay the deliveries of a postback: preview, confirm, progress, report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what is replayed."""
        parser.add_argument("rule", type=int, help="Number of the postback.")
        parser.add_argument(
            "--since",
            type=_moment,
            help="ISO 8601 with a time zone; else a day ago.",
        )
        parser.add_argument("--until", type=_moment, help="As --since; else now.")
        parser.add_argument(
            "--state",
            action="append",
            choices=sorted(RESENDABLE),
            help="Which deliveries; may be repeated. Failed ones unless told.",
        )
        parser.add_argument(
            "--backfill",
            action="store_true",
            help="Plan deliveries for what the postback was not told yet.",
        )
        parser.add_argument(
            "--current", action="store_true", help="Send as the postback is now."
        )
        parser.add_argument("--per-minute", type=int, help="At most so many a minute.")
        parser.add_argument("--comment", default="", help="Why, for the log.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")
        parser.add_argument("--no-wait", action="store_true", help="Show no progress.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, ask, start, watch."""
        replay = _prepared(options)
        count = replaying.preview(replay)
        self.stdout.write(f"Replay {replay.pk}: {count} deliveries would be sent.")
        if not count:
            return
        if not options["yes"] and input("Start it? [y/N] ").strip().lower() != "y":
            self.stdout.write("Nothing was sent. It stays in the admin as a draft.")
            return
        try:
            replaying.start(replay_id=replay.pk, now=timezone.now())
        except IntegrityError as error:
            raise CommandError(replaying.ANOTHER_RUNS) from error
        if not options["no_wait"]:
            self._watch(replay)

    def _watch(self, replay: Replay) -> None:
        replay.refresh_from_db()
        while replay.state in (ReplayState.RUNNING, ReplayState.PAUSED):
            time.sleep(LOOK_SECONDS)
            replay.refresh_from_db()
            self.stdout.write(
                f"{replay.get_state_display()}: {replay.planned} of {replay.total}"
            )
        self.stdout.write(
            f"{replay.get_state_display()}. Handed over: {replay.planned}, left alone: "
            f"{replay.skipped}. The workers send them; see the deliveries' log."
        )


def _prepared(options: dict[str, Any]) -> Replay:
    rule = PostbackRule.objects.unarchived().filter(pk=options["rule"]).first()
    if rule is None:
        raise CommandError(f"There is no postback #{options['rule']}.")
    now = timezone.now()
    starts_at = options["since"] or now - timedelta(days=1)
    ends_at = options["until"] or now
    if ends_at <= starts_at:
        raise CommandError("The range ends before it begins.")
    if options["per_minute"] is not None and options["per_minute"] < 1:
        raise CommandError("--per-minute must be at least 1.")
    is_backfill = options["backfill"]
    return Replay(
        kind=ReplayKind.BACKFILL if is_backfill else ReplayKind.RESEND,
        rule=rule,
        states=[] if is_backfill else options["state"] or [DeliveryState.FAILED],
        starts_at=starts_at,
        ends_at=ends_at,
        uses_current=options["current"],
        per_minute=options["per_minute"],
        comment=options["comment"][:300],
    )


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(text)
    return found
