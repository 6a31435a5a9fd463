"""How a fake misbehaves when it was told to: one scripted answer or fault a request."""

import json
import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fakes.provider import Answer

MAX_SECONDS = 60.0
HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

Respond = Callable[[], Answer]


def scripted_answer(step: dict[str, Any]) -> Answer:
    """Return the answer that a step without a fault describes."""
    headers = {name: str(value) for name, value in step.get("headers", {}).items()}
    if "json" in step:
        body, content_type = json.dumps(step["json"]).encode(), "application/json"
    else:
        body, content_type = str(step.get("text", "")).encode(), "text/plain"
    return Answer(int(step.get("status", 200)), body, content_type, headers)


def misbehave(
    handler: BaseHTTPRequestHandler, step: dict[str, Any], respond: Respond
) -> Answer | None:
    """Play the fault of ``step``; None when there is nothing left to answer.

    ``respond`` does what the provider does and returns its answer: "drop_after_read"
    does it and then says nothing.
    """
    match step["fault"]:
        case "html_502":
            return Answer(502, HTML_502, "text/html")
        case "redirect":
            return Answer(302, b"", "text/plain", {"Location": str(step["to"])})
        case "drop_after_read":
            respond()
        case "hang":
            time.sleep(min(float(step.get("seconds", 5)), MAX_SECONDS))
        case "partial":
            _cut_short(handler, respond())
        case "garbage":
            handler.wfile.write(b"\x00\xffnot HTTP at all\r\n\r\n")
        case fault if fault != "drop_before_read":
            raise ValueError(f"There is no fault “{fault}”.")
    _reset(handler)
    return None


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection with a reset, as a crashing server does."""
    linger = struct.pack("ii", 1, 0)
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def _cut_short(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    """Announce the whole body and send half of it."""
    handler.send_response(answer.status)
    handler.send_header("Content-Type", answer.content_type)
    handler.send_header("Content-Length", str(len(answer.body) + 100))
    handler.end_headers()
    handler.wfile.write(answer.body[: len(answer.body) // 2])
    handler.close_connection = True
