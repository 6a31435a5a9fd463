"""A real name server that answers from a script, over UDP.

Source: RFC 1035 (messages), RFC 3596 (AAAA).
"""

import contextlib
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self

A, CNAME, AAAA = 1, 5, 28
TYPES = {A: "A", CNAME: "CNAME", AAAA: "AAAA"}
INTERNET = 1
# Response, recursion desired and available; no error.
ANSWERED = 0x8180
NO_SUCH_NAME = 0x8183

Record = str
"""An IP address, or the name that the name before it is an alias of."""


@dataclass
class NameServer:
    """Answers with a TTL of 0 and keeps what it was asked.

    ``script`` has, for each name, the records of the first look-up, the second and so
    on; the last ones stay. A name whose records are None gets no answer at all.
    """

    script: dict[str, list[list[Record] | None]]
    address: tuple[str, int] = ("127.0.0.1", 53)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def types_asked(self, name: str) -> list[str]:
        """Return the types of the questions about ``name``, sorted."""
        return sorted(kind for asked, kind in self.asked if asked == name)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                question, peer = self._socket.recvfrom(4_096)
                answer = self._answer(question)
                if answer is not None:
                    self._socket.sendto(answer, peer)

    def _answer(self, message: bytes) -> bytes | None:
        name, end = _read_name(message, 12)
        (kind,) = struct.unpack_from("!H", message, end)
        self.asked.append((name, TYPES.get(kind, str(kind))))
        question = message[12 : end + 4]
        if name not in self.script:
            return _header(message, NO_SUCH_NAME, 0) + question
        rounds = self.script[name]
        times = Counter(self.asked)[name, TYPES.get(kind, str(kind))]
        records = rounds[min(times, len(rounds)) - 1]
        if records is None:
            return None
        answers = _answers(name, records, kind)
        return _header(message, ANSWERED, len(answers)) + question + b"".join(answers)


def _header(question: bytes, flags: int, answers: int) -> bytes:
    return question[:2] + struct.pack("!5H", flags, 1, answers, 0, 0)


def _answers(name: str, records: list[Record], kind: int) -> list[bytes]:
    """Return the aliases, in order, and the addresses of type ``kind``."""
    answers = []
    for record in records:
        if record.endswith(".example"):
            answers.append(_record(name, CNAME, _written_name(record)))
            name = record
            continue
        address = ip_address(record)
        if kind == (A if address.version == 4 else AAAA):
            answers.append(_record(name, kind, address.packed))
    return answers


def _record(name: str, kind: int, data: bytes) -> bytes:
    fields = struct.pack("!HHIH", kind, INTERNET, 0, len(data))
    return _written_name(name) + fields + data


def _written_name(name: str) -> bytes:
    labels = (label.encode() for label in name.split("."))
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _read_name(message: bytes, start: int) -> tuple[str, int]:
    """Return the name at ``start`` and where it ends."""
    labels = []
    while size := message[start]:
        labels.append(message[start + 1 : start + 1 + size].decode())
        start += 1 + size
    return ".".join(labels).lower(), start + 1
