"""The demo's page: what each provider received, and what it made of it."""

import html
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.server import Mounted


def page(mounted: Mapping[str, "Mounted"]) -> str:
    """Return the page, providers by name, the newest request first."""
    sections = "".join(
        _section(name, provider) for name, provider in sorted(mounted.items())
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<title>Demo providers</title>"
        "<style>body{font:15px/1.5 system-ui;margin:2rem;max-width:70rem}"
        "pre{background:#f4f4f4;padding:.6rem;overflow:auto;white-space:pre-wrap}"
        "summary{cursor:pointer}</style>"
        "<h1>Demo providers</h1><p>They play Facebook, Twilio, Slack and all the "
        "others: each checks what it is sent as the real one does. Reload to see "
        f"more.</p>{sections}</html>"
    )


def _section(name: str, mounted: "Mounted") -> str:
    effects = mounted.provider.effects
    newest = html.escape(json.dumps(effects[-1], indent=1)) if effects else "nothing"
    rows = "".join(
        f"<p>{row['at']} <b>{row['method']}</b> {html.escape(row['target'])}</p>"
        f"<pre>{html.escape(row['body'])}</pre>"
        for row in reversed(mounted.requests)
    )
    return (
        f"<h2>{html.escape(name)}</h2><p>Accepted so far: {len(effects)}. The newest:"
        f"</p><pre>{newest}</pre><details><summary>{len(mounted.requests)} requests"
        f"</summary>{rows}</details>"
    )
