"""HTTP calls that are not measured: flights to be sold, bookings to be looked at."""

import http.client
import json
import time
from urllib.parse import urlsplit

from processes import BenchError

CALL_PATIENCE_S = 30
# Servers close a connection that is idle for longer, perhaps just when the next request comes.
IDLE_S = 2


class Caller:
    """One connection that is kept open between calls."""

    def __init__(self, url: str):
        self._address = urlsplit(url).netloc
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def ask(
        self, method: str, path: str, body=None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        text = None if body is None else json.dumps(body)
        sent = dict(headers or {})
        if text is not None:
            sent["Content-Type"] = "application/json"
        if time.monotonic() - self._used > IDLE_S:
            self.close()
        self._used = time.monotonic()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=CALL_PATIENCE_S)
        try:
            self._connection.request(method, path, text, sent)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def expect(
        self, status: int, method: str, path: str, body=None, headers: dict[str, str] | None = None
    ) -> dict:
        got, text = self.ask(method, path, body, headers)
        if got != status:
            raise BenchError(f"{method} {path}: {got} instead of {status}: {text[:300]!r}")
        return json.loads(text)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def answers(url: str, path: str) -> bool:
    caller = Caller(url)
    try:
        return caller.ask("GET", path)[0] == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        caller.close()
