"""Connections to checked addresses, kept open for the next request.

A connection goes to the address that was checked when it was opened, for all its life.

A peer may close an idle connection at any time. Before a connection is used again it
is asked whether that has happened, and it is given up a second before the peer's own
``Keep-Alive: timeout``. What remains is a close that crosses the request on its way:
nobody can tell whether the peer read the request first, so that is ``MaybeSentError``
and nothing is sent twice. Requests that must not meet this race use a connection of
their own.
"""

import os
from collections.abc import Mapping
from typing import TypeAlias

import requests
from django.conf import settings
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from apps.core.deadlines import Deadline
from apps.core.dialing import (
    connect,
    find_addresses,
    refuse_forbidden_address,
)
from apps.core.exchanging import PinnedConnection
from apps.core.http1 import Answer, format_request
from apps.core.idling import IdleConnections
from apps.core.outbound_errors import ForbiddenTargetError
from apps.core.resolving import Resolver
from apps.core.targets import Origin, split_url
from apps.core.tls import ClientIdentity, start_tls, tls_context

RequestsCert: TypeAlias = bytes | str | tuple[bytes | str, bytes | str] | None
"""Paths of files; the interface of ``requests`` wants them accepted."""


class PinnedResponse(requests.Response):
    """A response that is complete, and knows the address it came from."""

    def __init__(
        self, request: requests.PreparedRequest, answer: Answer, ip: str
    ) -> None:
        """Take over ``answer``."""
        super().__init__()
        self.request = request
        self.url = request.url or ""
        self.status_code = answer.status_code
        self.headers = CaseInsensitiveDict(answer.headers)
        self._content = answer.body
        self.is_truncated = answer.is_truncated
        self.address = ip


class PinnedAdapter(BaseAdapter):
    """The ``requests`` transport of this project. Thread-safe, one per process.

    It follows no redirect, reads no proxy or netrc settings, keeps no cookie and
    sends nothing twice. A request with ``Connection: close`` gets a connection of its
    own.
    """

    def __init__(self) -> None:
        """Start without connections."""
        super().__init__()
        self._idle = IdleConnections()
        self._resolver = Resolver()
        os.register_at_fork(after_in_child=self._start_over)

    def _start_over(self) -> None:
        """Share neither sockets nor locks with the parent process."""
        self._idle.close()
        self._idle = IdleConnections()
        self._resolver = Resolver()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: ClientIdentity | RequestsCert = None,
        proxies: Mapping[str, str] | None = None,
    ) -> PinnedResponse:
        """Send ``request`` and read the answer, all within ``timeout`` seconds.

        ``cert`` is a ``ClientIdentity`` or nothing. The other parameters belong to
        the interface of ``requests`` and change nothing: bodies are bounded,
        certificates verified, proxies unused.

        Raises the subclasses of ``OutboundError``.
        """
        seconds = settings.OUTBOUND_DEADLINE_SECONDS
        if isinstance(timeout, int | float):
            seconds = timeout
        deadline = Deadline.after(seconds)
        method, url, body = request.method or "GET", request.url or "", request.body
        origin, path = split_url(url)
        data = format_request(
            method,
            path,
            {"Host": origin.host_header, **request.headers},
            body.encode() if isinstance(body, str) else body,
        )
        identity = cert if isinstance(cert, ClientIdentity) else None
        is_alone = request.headers.get("Connection") == "close"
        connection = None if is_alone else self._take(origin, identity)
        if connection is None:
            connection = self._open(origin, identity, deadline)
        answer = connection.exchange(method, data, deadline)
        if is_alone:
            connection.close()
        else:
            self._idle.give(connection)
        return PinnedResponse(request, answer, connection.ip)

    def _take(
        self, origin: Origin, identity: ClientIdentity | None
    ) -> PinnedConnection | None:
        connection = self._idle.take((origin, identity))
        if connection is not None:
            try:
                # The allowed networks may have changed since it was opened.
                refuse_forbidden_address(origin, connection.ip)
            except ForbiddenTargetError:
                connection.close()
                raise
        return connection

    def _open(
        self, origin: Origin, identity: ClientIdentity | None, deadline: Deadline
    ) -> PinnedConnection:
        context = tls_context(identity) if origin.scheme == "https" else None
        addresses = find_addresses(origin, self._resolver, deadline)
        sock, ip = connect(origin, addresses, deadline)
        if context is not None:
            sock = start_tls(sock, context, origin, ip, deadline)
        return PinnedConnection(sock, origin, ip, identity)

    def close(self) -> None:
        """Close the idle connections."""
        self._idle.close()
