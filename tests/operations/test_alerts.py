"""Prometheus' own program takes the rules, the configuration and the metrics."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from apps.core import measures
from apps.core.observing import REQUESTS
from apps.deliveries.clock import database_now
from apps.deliveries.counting import ATTEMPTS, DURATIONS, LATENESS
from apps.ingest.counting import REPORTS
from tests.factories import make_delivery, make_event, make_offer, make_rule
from tests.house.tree import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
COURSES = Path(__file__).parent / "alerts.test.yaml"
TOKEN_FILE = "/etc/prometheus/postbacks.token"


def promtool(*arguments: str, given: bytes = b"") -> tuple[int, str]:
    """Return how promtool ended and what it said."""
    done = subprocess.run(
        ["promtool", *arguments],
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode()


def expected() -> list[dict[str, Any]]:
    """Return what is expected of alerts, at all moments of all courses."""
    courses = yaml.safe_load(COURSES.read_text())["tests"]
    return [one for course in courses for one in course["alert_rule_test"]]


def test_every_alert_has_a_course_on_which_it_fires_and_one_on_which_it_does_not() -> (
    None
):
    groups = yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"]}

    firing = {one["alertname"] for one in expected() if one["exp_alerts"]}
    silent = {one["alertname"] for one in expected() if not one["exp_alerts"]}

    assert firing == alerts
    assert silent == alerts


@pytest.mark.promtool
def test_alerts_fire_when_they_must_and_only_then() -> None:
    assert promtool("test", "rules", str(COURSES)) == (
        0,
        f"Unit Testing:  {COURSES}\n  SUCCESS\n\n",
    )


@pytest.mark.promtool
def test_an_alert_that_is_not_as_expected_is_noticed(tmp_path: Path) -> None:
    """What runs above can fail."""
    text = (PROMETHEUS / "alerts.yaml").read_text()
    (tmp_path / "alerts.yaml").write_text(text.replace("> 1000", "> 999"))
    path = "../../deploy/prometheus/alerts.yaml"
    courses = tmp_path / COURSES.name
    courses.write_text(COURSES.read_text().replace(path, "alerts.yaml"))

    status, said = promtool("test", "rules", str(courses))

    assert status == 1
    assert "alertname: PostbacksDeliveriesHeld, time: 34m" in said


@pytest.mark.promtool
def test_prometheus_takes_the_configuration_and_its_rules(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("right-token")
    text = (PROMETHEUS / "prometheus.yaml").read_text()
    assert TOKEN_FILE in text
    (tmp_path / "prometheus.yaml").write_text(text.replace(TOKEN_FILE, str(token)))
    (tmp_path / "alerts.yaml").write_text((PROMETHEUS / "alerts.yaml").read_text())

    status, said = promtool("check", "config", str(tmp_path / "prometheus.yaml"))

    assert status == 0, said
    assert "SUCCESS: 1 rule files found" in said
    assert "SUCCESS: 16 rules found" in said


@pytest.mark.django_db
@pytest.mark.promtool
def test_prometheus_takes_the_metrics_and_has_nothing_to_remark(client: Client) -> None:
    offer = make_offer()
    make_delivery(
        make_rule(offer),
        make_event(offer, transaction_id="tx-1"),
        due_at=database_now() - timedelta(seconds=90),
    )
    measures.count(REPORTS, "refused", 'with "quotes" and \\')
    measures.count(ATTEMPTS, "ping_url", "success", "delivered")
    for timing, labels in ((REQUESTS, ("root", "200")), (DURATIONS, ("ping_url",))):
        measures.time(timing, 0.2, *labels)
    measures.time(LATENESS, 3.0)

    text = client.get("/metrics").content

    for what in (REPORTS, ATTEMPTS, REQUESTS, DURATIONS, LATENESS):
        assert b"\n" + what.name.encode() in text
    assert promtool("check", "metrics", given=text) == (0, "")
