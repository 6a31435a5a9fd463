"""Behaviours of peers that send more than anybody wants."""

import gzip

from tests.http.peers import Conversation


def stream_for_ever(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        talk.sock.sendall(b"x" * 65_536)


def send_header_block_of_a_mebibyte(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(1_024):
        talk.sock.sendall(b"X-Filler: " + b"x" * 1_012 + b"\r\n")
    talk.sock.sendall(b"Content-Length: 0\r\n\r\n")


def send_endless_header_line(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\nX-Filler: ")
    while True:
        talk.sock.sendall(b"x" * 65_536)


def send_endless_trailers(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    while True:
        talk.sock.sendall(b"X-Trailer: " + b"x" * 10_000 + b"\r\n")


def send_endless_chunk_extension(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
    while True:
        talk.sock.sendall(b"x" * 65_536)


def send_gzip_bombs(talk: Conversation) -> None:
    bomb = gzip_bomb()
    while True:
        talk.receive()
        talk.sock.sendall(bomb)


def gzip_bomb(mebibytes: int = 50) -> bytes:
    """Return an answer of some 50 KB whose body inflates to ``mebibytes``."""
    body = gzip.compress(bytes(mebibytes * 1024 * 1024))
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + head.encode() + body
