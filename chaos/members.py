"""Processes of a deployment that are killed and started again where they were."""

import http.client
import json
import signal
import sys
from pathlib import Path

import calls
import processes
from processes import BenchError, Process
from servers import free_port

CALL_PATIENCE_S = 8
BOOKING_WAIT_S = 5


class Member:
    """One process, at a port that it keeps."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        before: tuple[str, ...] = (),
    ):
        """`before`: a command that runs it, such as prlimit."""
        self._before = before
        self.name = name
        self.port = free_port()
        self._command = command
        self.environment = environment
        self._log = log
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, before: tuple[str, ...] = (), environment: dict[str, str] | None = None) -> None:
        """Does not wait until it is ready. `before`: a command that runs it this time."""
        command = ["setpriv", "--pdeathsig", "TERM", *self._before, *before, *self._command]
        command = [word.format(port=self.port) for word in command]
        told = self.environment | (environment or {})
        self._process = processes.start(self.name, command, self._log, told)

    def await_ready(self, path: str, patience_s: float = 60) -> None:
        processes.await_ready(self._process, lambda: calls.answers(self.url, path), patience_s)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def stop(self, stop_signal: signal.Signals = signal.SIGTERM) -> None:
        if self._process:
            self._process.stop(stop_signal)
            self._process = None

    def alive(self) -> bool:
        return self._process is not None and self._process.alive()

    def log_text(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def ask(self, method: str, path: str, body=None, headers: dict[str, str] | None = None):
        """Status and JSON of an answer, None when there was none. Each call has its connection: a server may
        die."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CALL_PATIENCE_S)
        try:
            text = body if body is None or isinstance(body, str) else json.dumps(body)
            sent = ({"Content-Type": "application/json"} if text is not None else {}) | (headers or {})
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def lives(self) -> bool:
        answer = self.ask("GET", "/health/live")
        return answer is not None and answer[0] == 200

    def exit_code(self, patience_s: float) -> int | None:
        """Of a process that was told to end. None: it has not ended by then."""
        return self._process.exit_code(patience_s) if self._process else None

    def tell_to_stop(self) -> None:
        if self._process:
            self._process.send(signal.SIGTERM)

    def well(self) -> bool:
        answer = self.ask("GET", "/health")
        return answer is not None and answer[0] == 200 and answer[1]["status"] == "ok"

    def add_flight(self, destination: str, departure: str, seats: int) -> str:
        """Its id."""
        flight = {"source": "OSL", "destination": destination, "departure_ts": departure}
        flight |= {"total_seats": seats, "price": "10.00"}
        answer = self.ask("POST", "/admin/flights", flight)
        if answer is None or answer[0] != 201:
            raise BenchError(f"no flight can be added: {answer}")
        return answer[1]["flight_id"]

    def book(self, flight: str, user: str):
        """A booking that was told, or None."""
        body = {"user_id": user, "flight_id": flight, "seats": 1}
        answer = self.ask("POST", "/booking", body, {"Prefer": f"wait={BOOKING_WAIT_S}"})
        return answer[1] if answer and answer[0] in (200, 202) else None


class PaymentService(Member):
    def __init__(self, folder: Path):
        command = [sys.executable, "-B", str(Path(__file__).with_name("payment_service.py"))]
        command += ["--port", "{port}", "--file", str(folder / "payments.txt")]
        super().__init__("payment service", command, {}, folder / "payment-service.log")

    def start(self, before: tuple[str, ...] = (), environment: dict[str, str] | None = None) -> None:
        super().start(before, environment)
        self.await_ready("/ledger")

    def behave(self, how: str) -> None:
        if self.ask("PUT", "/behaviour", how) != (200, {}):
            raise BenchError("the payment service takes no order")

    def ledger(self) -> dict[str, tuple[str, bool]]:
        """Status of each payment by booking, and whether it was refunded."""
        answer = self.ask("GET", "/ledger")
        if answer is None:
            raise BenchError("the payment service does not tell its ledger")
        return {booking: (status, refunded) for booking, status, refunded in answer[1]}
