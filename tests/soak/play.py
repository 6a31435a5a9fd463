"""One run of the soak: play, rest, judge."""

import argparse
import random
import time

from django.db import DatabaseError, connection

from apps.deliveries import sweeping
from apps.deliveries.clock import database_now
from apps.deliveries.models import Delivery
from tests.soak import database, faults
from tests.soak.faults import FAULTS, SHORT, Fault
from tests.soak.partner import read_record
from tests.soak.sender import Sender
from tests.soak.stage import CLUSTERS, RECORD, Stage, left_over, set_stage, show_logs
from tests.soak.verdict import (
    Verdict,
    judge_deliveries,
    judge_events,
    judge_repeats,
    judge_requests,
)

FIRST_SECONDS = 5.0
"""How long everything works before the first fault."""

REST_SECONDS = 240.0
SENDER_REST_SECONDS = 60.0
UNFINISHED = ("pending", "sending", "retrying")


class Soak:
    """One run."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._chance = random.Random(given.seed)
        self._interrupted: set[tuple[str, int]] = set()
        self._started = time.monotonic()

    def run(self) -> int:
        """Play, let it come to rest, judge; return the exit status."""
        self.say(f"seed {self._given.seed}")
        stage = set_stage(self._given.seed)
        sender = Sender(stage.web_port, self._given.rate)
        try:
            stage.start()
            self.say("everything runs")
            sender.start()
            self._play(stage)
            self._rest(stage, sender)
            sender.end()
            stage.end(*CLUSTERS, "web", "partner")
            return self._judge(stage, sender)
        finally:
            stage.close()
            database.end()

    def say(self, what: str) -> None:
        """Print a line of the log: seconds since the start, and what happened."""
        print(f"[{time.monotonic() - self._started:6.1f} s] {what}", flush=True)

    def _faults(self) -> list[Fault]:
        chosen = [
            fault
            for fault in FAULTS
            if not self._given.short or fault.name in SHORT
            if not self._given.only or self._given.only in fault.name
        ]
        for fault in chosen:
            if lacking := fault.lacks():
                self.say(f"LEFT OUT: {fault.name}. This machine lacks {lacking}")
        able = [fault for fault in chosen if not fault.lacks()]
        self._chance.shuffle(able)
        return able

    def _play(self, stage: Stage) -> None:
        """Spread the faults over the time that was given."""
        chosen = self._faults()
        time.sleep(FIRST_SECONDS)
        ends_at = time.monotonic() + self._given.seconds - FIRST_SECONDS
        for place, fault in enumerate(chosen):
            left = ends_at - time.monotonic()
            pause_until = time.monotonic() + max(left / (len(chosen) - place), 0.0)
            self.say(fault.name)
            self._note_interrupted()
            said = fault.do(stage, self._chance)
            self._note_interrupted()
            self.say(f"  {said}")
            time.sleep(max(pause_until - time.monotonic(), 1.0))
            for name in stage.restart_what_ended():
                self.say(f"  {name} had ended and was started again")

    def _note_interrupted(self) -> None:
        self._interrupted |= faults.interrupted()

    def _rest(self, stage: Stage, sender: Sender) -> None:
        """Wait until everything has an end or is held, for a bounded time."""
        sender.make_no_more()
        ends_at = time.monotonic() + SENDER_REST_SECONDS
        while sender.unacknowledged and time.monotonic() < ends_at:
            time.sleep(0.2)
        self.say(f"{sender.unacknowledged} orders without an acknowledgement")
        if self._given.short:
            self._hurry(stage)
        ends_at = time.monotonic() + REST_SECONDS
        while self._unfinished() and time.monotonic() < ends_at:
            stage.restart_what_ended()
            time.sleep(0.5)
        self.say(f"at rest with {self._unfinished()} deliveries unfinished")

    def _hurry(self, stage: Stage) -> None:
        """Let the leases of the dead run out at once, and sweep, to save two minutes.

        Without a living worker, all leases are of dead ones, once the database is done
        with what they had begun.
        """
        for name in CLUSTERS:
            stage.kill_cluster(name)
        time.sleep(1)
        self._note_interrupted()
        now = database_now()
        Delivery.objects.filter(state="sending").update(lease_until=now)
        returned = sweeping.sweep(now=database_now())
        self.say(f"leases of the dead cut short and swept: {returned}")
        for name in CLUSTERS:
            stage.start_cluster(name)

    def _unfinished(self) -> int:
        try:
            return Delivery.objects.filter(state__in=UNFINISHED).count()
        except DatabaseError:
            connection.close()
            return -1

    def _judge(self, stage: Stage, sender: Sender) -> int:
        verdict = Verdict()
        answers = ", ".join(f"{count} {name}" for name, count in sender.answers.items())
        self.say(f"answers to the sender: {answers}")
        judge_events(verdict, sender.acknowledged)
        judge_deliveries(verdict)
        arrivals = read_record(RECORD)
        judge_requests(verdict, arrivals, unsafe_rule=stage.unsafe_rule)
        judge_repeats(verdict, arrivals, self._interrupted)
        database.end()
        verdict.promise("processes left over", left_over())
        verdict.show()
        if verdict.broken:
            show_logs()
        return 1 if verdict.broken else 0
