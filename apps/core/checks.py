"""System checks: what outbound requests and the queue cannot do without."""

import ipaddress
import ssl
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

HINT = (
    "Name a file with one or more certificates in PEM format (-----BEGIN "
    "CERTIFICATE-----) that the web and worker processes may read, or leave "
    "OUTBOUND_CA_FILE empty."
)


def check_ca_file(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a file of authorities that is missing, unreadable or without any."""
    path = settings.OUTBOUND_CA_FILE
    if not path:
        return []
    try:
        Path(path).read_bytes()
    except OSError as error:
        problem = f"OUTBOUND_CA_FILE ({path}) cannot be read: {error.strerror}."
        return [Error(problem, hint=HINT, id="core.E001")]
    if not _holds_certificate(path):
        problem = f"OUTBOUND_CA_FILE ({path}) holds no certificate that can be read."
        return [Error(problem, hint=HINT, id="core.E002")]
    return []


def _holds_certificate(path: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError:
        return False
    # A revocation list alone is loaded without complaint, too.
    return context.cert_store_stats()["x509"] > 0


def check_metrics_networks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse what is no network: it would close /metrics without a word."""
    found: list[CheckMessage] = []
    for text in settings.METRICS_NETWORKS:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            problem = f"METRICS_NETWORKS holds “{text}”, which is no network."
            hint = "Write networks as 10.1.0.0/16 or fd00::/8, separated by commas."
            found.append(Error(problem, hint=hint, id="core.E004"))
    return found


def check_queue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a queue in Redis without the package that talks to it."""
    if not settings.QUEUE_REDIS_URL or find_spec("redis") is not None:
        return []
    return [
        Error(
            "QUEUE_REDIS_URL is set, but the Python package “redis” is not installed.",
            hint="Run: pip install 'postbacks[redis]', or empty QUEUE_REDIS_URL.",
            id="core.E003",
        )
    ]
