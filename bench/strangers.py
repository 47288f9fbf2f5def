"""Clients beside the measured one, a process for each kind. They cost little: requests are made in advance.

    health     asks GET /health/live 20 times a second, on one connection or on a new one each time, and
               reports what it saw
    requests   sends the same request again and again on some connections, at a bounded rate
    silent     keeps so many connections open and sends nothing; opens those anew that were closed
"""

import argparse
import json
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

PATIENCE_S = 5
HEALTH_EVERY_S = 0.05
BODY_MEMBERS = 7270
OPENED_AT_ONCE = 25
OPEN_EVERY_S = 0.05


def hostile_body() -> str:
    """About 60 KB: an object of 7,270 members of one digit."""
    return "{" + ",".join(f'"{number:x}":1' for number in range(BODY_MEMBERS)) + "}"


def request(method: str, path: str, body: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n{body}".encode()


class Connection:
    def __init__(self, address: tuple[str, int]):
        self._address = address
        self._socket: socket.socket | None = None

    def status(self, sent: bytes) -> int:
        """Of the answer; 0: there was none."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, PATIENCE_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(sent)
            head, body = self._read(b"")
            fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
            left = int(fields.get("content-length", 0)) - len(body)
            while left > 0:
                left -= len(self._some())
            if fields.get("connection") == "close":
                self.close()
            return int(head.split(b" ", 2)[1])
        except (OSError, ValueError):
            self.close()
            return 0

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def _read(self, text: bytes) -> tuple[bytes, bytes]:
        while b"\r\n\r\n" not in text:
            text += self._some()
        head, body = text.split(b"\r\n\r\n", 1)
        return head, body

    def _some(self) -> bytes:
        some = self._socket.recv(65536)
        if not some:
            raise OSError("closed")
        return some


def ask_health(address: tuple[str, int], seconds: float, each_on_a_new_one: bool) -> dict:
    connection, sent = Connection(address), request("GET", "/health/live")
    times, failed = [], 0
    began = time.monotonic()
    for number in range(int(seconds / HEALTH_EVERY_S)):
        due = began + number * HEALTH_EVERY_S
        time.sleep(max(0.0, due - time.monotonic()))
        asked = time.monotonic()
        status = connection.status(sent)
        times.append((time.monotonic() - asked) * 1000)
        failed += status != 200
        if each_on_a_new_one:
            connection.close()
    return {"asked": len(times), "failed": failed, "ms": times}


def send_again_and_again(address: tuple[str, int], sent: bytes, connections: int, rate: float) -> None:
    """Each connection waits for its answer before it sends again, and for its turn."""

    def run(first: float) -> None:
        connection, due = Connection(address), first
        while True:
            time.sleep(max(0.0, due - time.monotonic()))
            connection.status(sent)
            due = max(due + connections / rate, time.monotonic())

    now = time.monotonic()
    for number in range(connections):
        threading.Thread(target=run, args=(now + number / rate,), daemon=True).start()
    threading.Event().wait()


def keep_silent(address: tuple[str, int], connections: int, ended: threading.Event) -> None:
    """Keeps so many connections open that say nothing. What the server closes is opened anew."""
    kept: list[socket.socket] = []
    try:
        while not ended.is_set():
            for each in list(kept):
                if is_closed(each):
                    each.close()
                    kept.remove(each)
            for _ in range(min(OPENED_AT_ONCE, connections - len(kept))):
                try:
                    peer = socket.create_connection(address, PATIENCE_S)
                except OSError:
                    break
                # Otherwise the check would wait.
                peer.setblocking(False)
                kept.append(peer)
            ended.wait(OPEN_EVERY_S)
    finally:
        for each in kept:
            each.close()


def is_closed(peer: socket.socket) -> bool:
    """Whatever came before is read."""
    try:
        while peer.recv(4096):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("health", "requests", "silent"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1)
    parser.add_argument("--method", default="GET")
    parser.add_argument("--path", default="/")
    parser.add_argument("--body", default="")
    arguments = parser.parse_args()
    parts = urlsplit(arguments.url)
    address = (parts.hostname, parts.port)
    if arguments.kind == "health":
        json.dump(ask_health(address, arguments.seconds, arguments.new), sys.stdout)
    elif arguments.kind == "silent":
        keep_silent(address, arguments.connections, threading.Event())
    else:
        body = hostile_body() if arguments.body == "hostile" else arguments.body
        sent = request(arguments.method, arguments.path, body)
        send_again_and_again(address, sent, arguments.connections, arguments.rate)


if __name__ == "__main__":
    main()
