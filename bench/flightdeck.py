"""Flightdeck as it is measured: api, worker and payment service, each a process.

All of them are on one PostgreSQL and one Redis.
"""

import os
import subprocess
from pathlib import Path

import calls
import processes
from processes import BenchError, Process
from servers import Postgres, Redis

SEATS = 1_000_000_000  # never sold out while it is measured


class Flightdeck:
    name = "Flightdeck"
    is_peer = False
    booking_headers = {"Prefer": "wait=20"}  # so that an answer is a booking that is final

    def __init__(self, program: Path, threads: int | None, postgres: Postgres, redis: Redis, logs: Path):
        self._program = program
        self._api_threads = threads  # None: its own default
        self._postgres = postgres
        self._redis = redis
        self._logs = logs
        self._running: dict[str, list[Process]] = {}
        self._urls: dict[str, list[str]] = {}
        self.database = ""
        self._open_files: int | None = None

    def start(
        self, database: str, apis: int = 1, payment_url: str | None = None, open_files: int | None = None
    ) -> None:
        """On a database that may hold flights already, and a Redis that holds nothing.

        `payment_url`: a payment service that runs already.
        `open_files`: as many descriptors for an api process.
        """
        self.database = database
        self._redis.flush()
        self._open_files = open_files
        if payment_url:
            self._urls["payment"] = [payment_url]
        else:
            instant = "--mock-success-rate 1 --mock-min-delay-ms 0 --mock-max-delay-ms 0"
            self._run("payment", ["--threads", "1", *instant.split()])
        self._run("worker", ["--threads", "1"])
        for _ in range(apis):
            threads = ["--threads", str(self._api_threads)] if self._api_threads else []
            self._run("api", [*threads, "--seats-per-flight-max", str(SEATS)])
        self.admin = calls.Caller(self.url)

    def stop(self) -> None:
        for role in ("api", "worker", "payment"):
            for process in self._running.pop(role, []):
                process.stop()
        self._urls.clear()

    @property
    def url(self) -> str:
        return self._urls["api"][0]

    @property
    def api_urls(self) -> list[str]:
        return self._urls["api"]

    @property
    def groups(self) -> dict[str, list[int]]:
        return {
            "server": [process.pid for process in self._running["api"]],
            "payment": [process.pid for process in self._running.get("payment", [])],
            "worker": [process.pid for process in self._running["worker"]],
        }

    def add_flight(self, flight: dict) -> str:
        return self.admin.expect(201, "POST", "/admin/flights", flight)["flight_id"]

    def answers(self, route: str, status: int) -> int:
        """How many it has given so far, by its own count."""
        _, page = self.admin.ask("GET", "/metrics")
        return count_answers(page.decode(), route, status)

    def has_audited(self) -> bool:
        """Whether the worker's first audit, a few seconds after its start, is over."""
        _, page = calls.Caller(self._urls["worker"][0]).ask("GET", "/metrics")
        return metric(page.decode(), "audit_finished_timestamp_seconds") > 0

    def import_flights(self, database: str, schedule: Path) -> None:
        """With no process running: the next start tells Redis."""
        done = subprocess.run(
            [str(self._program), "import", str(schedule), "--seats-per-flight-max", str(SEATS)],
            env=self._environment(database),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise BenchError(f"flightdeck import failed\n{done.stderr}")

    def _environment(self, database: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("FLIGHTDECK_")}
        return own | {
            "FLIGHTDECK_DATABASE_URL": self._postgres.url(database),
            "FLIGHTDECK_REDIS_URL": self._redis.url,
        }

    def _run(self, group: str, flags: list[str]) -> None:
        role = {"payment": "payment-mock"}.get(group, group)
        number = len(self._running.get(group, []))
        port_file = self._logs / f"{group}-{number}.port"
        port_file.unlink(missing_ok=True)
        command = ["setpriv", "--pdeathsig", "TERM"]
        if group == "api" and self._open_files:
            command += ["prlimit", f"--nofile={self._open_files}"]
        command += [str(self._program), "serve", "--role", role]
        command += ["--listen", "127.0.0.1:0", "--port-file", str(port_file), "--access-log", "off"]
        command += flags
        if group != "payment":
            command += ["--payment-url", self._urls["payment"][0]]
        log = self._logs / f"flightdeck-{group}.log"
        process = processes.start(f"flightdeck {role}", command, log, self._environment(self.database))
        self._running.setdefault(group, []).append(process)

        def ready() -> bool:
            port = port_file.read_text().strip() if port_file.exists() else ""
            return bool(port) and calls.answers(f"http://127.0.0.1:{port}", "/health/ready")

        processes.await_ready(process, ready)
        self._urls.setdefault(group, []).append(f"http://127.0.0.1:{port_file.read_text().strip()}")


def metric(metrics: str, name: str) -> float:
    """In Prometheus' text: the value of one without labels; 0 while there is none."""
    for line in metrics.splitlines():
        if line.startswith(f"{name} "):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def count_answers(metrics: str, route: str, status: int) -> int:
    """In Prometheus' text: the count of the latency histogram, over all methods."""
    total = 0.0
    for line in metrics.splitlines():
        labels = (f'route="{route}"', f'status="{status}"')
        if line.startswith("request_latency_seconds_count{") and all(label in line for label in labels):
            total += float(line.rsplit(" ", 1)[1])
    return int(total)
