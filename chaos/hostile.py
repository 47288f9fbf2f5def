"""Clients that cost a server as much as they can. Each speaks on plain sockets."""

import socket
import threading
from contextlib import suppress

import strangers
from members import Member

# Just below the longest body that is taken.
BODY_BYTES = 64 * 1024 - 64
# Longer than any header may be.
HEADERS_BYTES = 1 << 20
CURSOR_BYTES = 7 * 1024
REQUESTS_OF_A_CONNECTION = 20
SOCKET_PATIENCE_S = 5.0
HEAD = "POST /booking HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def body_of_names(size: int = BODY_BYTES) -> bytes:
    """An object with as many members as fit, each of them with a name of its own that nobody knows."""
    members: list[str] = []
    length = 1
    while length + len(member := f'"{len(members):x}":1') + 1 <= size:
        members.append(member)
        length += len(member) + 1
    return f"{{{','.join(members)}}}".encode()


def request_of(body: bytes, sent: int | None = None) -> bytes:
    """A booking's request with that body. Of the body only the first `sent` bytes are in it, if that is
    given."""
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body[:sent]


def endless_headers(size: int = HEADERS_BYTES) -> bytes:
    """The beginning of a request that goes on with headers."""
    line = b"X-More: 0123456789012345678901234567890123456789\r\n"
    return HEAD.encode() + line * (size // len(line))


def long_cursor(path: str) -> bytes:
    """A request for a page after a cursor that nobody made."""
    return f"GET {path}cursor={'A' * CURSOR_BYTES} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def _connect(member: Member) -> socket.socket:
    return socket.create_connection(("127.0.0.1", member.port), SOCKET_PATIENCE_S)


class Sender:
    """Sends the same request again and again, and takes each answer before it goes on."""

    def __init__(self, request: bytes):
        self._request = request

    def __call__(self, member: Member, ended: threading.Event) -> None:
        with _connect(member) as connection:
            for _ in range(REQUESTS_OF_A_CONNECTION):
                connection.sendall(self._request)
                if ended.is_set() or not connection.recv(1 << 16):
                    return


class Stopper:
    """Stops in the middle of a request, and stays."""

    def __init__(self, request: bytes):
        self._request = request

    def __call__(self, member: Member, ended: threading.Event) -> None:
        with _connect(member) as connection:
            connection.sendall(self._request)
            _stay(connection, ended)


def silent(member: Member, ended: threading.Event) -> None:
    """Connects, says nothing, and stays."""
    with _connect(member) as connection:
        _stay(connection, ended)


def _stay(connection: socket.socket, ended: threading.Event) -> None:
    """Until the server closes the connection."""
    connection.settimeout(0.2)
    while not ended.is_set():
        with suppress(TimeoutError):
            if not connection.recv(1 << 16):
                return


class Crowd:
    """Keeps so many connections open that say nothing."""

    def __init__(self, connections: int):
        self._connections = connections

    def __call__(self, member: Member, ended: threading.Event) -> None:
        strangers.keep_silent(("127.0.0.1", member.port), self._connections, ended)
