"""A program of the tests: how much memory an answer costs a process of its own.

    python -m tests.http.hungry_client <URL of a small answer> <URL to measure>

Prints, as JSON, the growth of the highest resident memory in bytes and what the
second request came to. Memory that C libraries take is in it, unlike in tracemalloc.
"""

import json
import resource
import sys

from django.conf import settings

from apps.core.http import OutboundError, OutboundRequest, send

ATTEMPTS = 5


def result_of(url: str) -> str:
    """Return how many bytes were kept, or the name of the error's class."""
    try:
        response = send(OutboundRequest("GET", url))
    except OutboundError as error:
        return type(error).__name__
    return f"{len(response.body)}{' of more' if response.is_truncated else ''}"


def peak_bytes() -> int:
    """Return the highest resident memory so far; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(warm_up: str, measured: str) -> None:
    """Load everything with one request, then measure the others."""
    settings.configure(
        OUTBOUND_ALLOWED_NETWORKS=["127.0.0.0/8"],
        OUTBOUND_DEADLINE_SECONDS=15.0,
        OUTBOUND_CA_FILE="",
    )
    result_of(warm_up)
    before = peak_bytes()
    results = [result_of(measured) for _ in range(ATTEMPTS)]
    json.dump({"grown": peak_bytes() - before, "results": results}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
