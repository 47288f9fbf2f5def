"""One scenario: load, the faults again and again, and what must be true afterwards."""

import statistics
import subprocess
import time
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

import checks
from deployment import Deployment
from load import Stress
from processes import BenchError

# The load is ended when the faults are done.
LOAD_LONGEST_S = 3600
LOADED_AFTER_BOOKINGS = 40
LOADED_PATIENCE_S = 30
RECOVERY_PATIENCE_S = 60
LOOK_EVERY_S = 0.02
# Payments that were unknown are asked for each 15 s, holds of dead processes are dropped after 10 s.
SETTLE_PATIENCE_S = 90
# Of load, after the last recovery.
CALM_S = 1.0

# Bookings a second, on average, whatever the answers: many flights with room, and few that are sold out again
# and again.
AMPLE = [
    "--create-flights",
    "40",
    "--seats-per-flight",
    "1000",
    "--rate",
    "80",
    "--keyed",
    "--cancel-share",
    "0.1",
]
SCARCE = ["--create-flights", "6", "--seats-per-flight", "40", "--rate", "80", "--cancel-share", "0.8"]
SEATS = ["--seats", "1-3"]


@dataclass
class Result:
    scenario: str
    title: str
    shape: str
    faults: int = 0
    # In the database, whatever became of them.
    bookings: int = 0
    # Requests of the load that got no answer.
    unanswered: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def facts(self) -> dict:
        times = self.recoveries_s
        middle = statistics.median(times) if times else None
        return asdict(self) | {"recovery_median_s": middle, "recovery_longest_s": max(times, default=None)}


class Trial:
    """Of a deployment that runs."""

    def __init__(self, deployment: Deployment, program: Path, result: Result):
        self.deployment = deployment
        self._program = program
        self._result = result
        self._user = str(uuid.uuid4())
        self._flight = deployment.apis[0].add_flight("LIS", "2099-06-01T08:00:00Z", 100_000)
        self._told: dict[str, str] = {}

    def run(self, strike, times: int, load_s: float, seconds: float) -> None:
        """`strike(deployment, number)`, at least `times` times and for `seconds`, each after `load_s`."""
        loads = []
        try:
            for url, name, flags in zip(self.deployment.urls, ("ample", "scarce"), (AMPLE, SCARCE)):
                file = self.deployment.folder / f"stress-{name}.json"
                load = Stress(self._program, url, file, [], [*flags, *SEATS], LOAD_LONGEST_S)
                loads.append(load)
            self._await_load(loads)
            began = time.monotonic()
            while self._result.faults < times or time.monotonic() - began < seconds:
                time.sleep(load_s)
                found = strike(self.deployment, self._result.faults)
                self._result.findings += found or []
                self._result.faults += 1
                if not self._recover():
                    break
            time.sleep(CALM_S)
            for load in loads:
                if not load.alive():
                    self._result.findings.append("the load ended by itself")
                load.end()
            for load in loads:
                self._take(load.result())
        finally:
            for load in loads:
                load.stop()
        self._result.findings += self._audit()
        self._result.bookings = int(self.deployment.sql("SELECT count(*) FROM bookings")[0][0])

    def _await_load(self, loads: list[Stress]) -> None:
        deadline = time.monotonic() + LOADED_PATIENCE_S
        while int(self.deployment.sql("SELECT count(*) FROM bookings")[0][0]) < LOADED_AFTER_BOOKINGS:
            for load in loads:
                if not load.alive():
                    raise BenchError(f"flightdeck stress ended: {load.result()}")
            if time.monotonic() > deadline:
                raise BenchError("flightdeck stress makes no bookings")
            time.sleep(0.1)

    def _recover(self) -> bool:
        """Waits until every process says that all is well and every api has made a booking that was paid."""
        began = time.monotonic()
        waiting = [*self.deployment.members, *self.deployment.apis]
        while waiting:
            member, books = waiting[0], len(waiting) <= len(self.deployment.apis)
            if self._books(member) if books else member.well():
                waiting.pop(0)
            elif time.monotonic() - began > RECOVERY_PATIENCE_S:
                what = "books nothing" if books else f"is not well: {member.ask('GET', '/health')}"
                fault = f"fault {self._result.faults}"
                self._result.findings.append(
                    f"not recovered within {RECOVERY_PATIENCE_S} s of {fault}: {member.name} {what}"
                )
                return False
            else:
                time.sleep(LOOK_EVERY_S)
        self._result.recoveries_s.append(time.monotonic() - began)
        return True

    def _books(self, member) -> bool:
        booking = member.book(self._flight, self._user)
        if booking is None:
            return False
        self._told[booking["booking_id"]] = booking["status"]
        return booking["status"] == "CONFIRMED"

    def _take(self, told: dict) -> None:
        self._result.unanswered += told["errors"] + told["timeouts"]
        if not told["audit"]["passed"]:
            self._result.findings += [f"stress: {finding}" for finding in told["audit"]["findings"]]

    # --- audit ---

    def _audit(self) -> list[str]:
        """What is wrong when everything had time to settle."""
        deadline = time.monotonic() + SETTLE_PATIENCE_S
        while (found := self._wrong()) and time.monotonic() < deadline:
            time.sleep(0.5)
        return found + self._ask_auditor()

    def _wrong(self) -> list[str]:
        deployment = self.deployment
        flights = checks.flights_of(deployment.sql(checks.FLIGHTS))
        bookings = checks.bookings_of(deployment.sql(checks.BOOKINGS))
        found = checks.pending(bookings) + checks.seats(flights)
        found += checks.told([checks.Told(*each) for each in self._told.items()], bookings)
        found += checks.money(bookings, deployment.payments.ledger())
        counters = deployment.counters([flight.id for flight in flights if flight.on_sale])
        return found + (checks.counters(flights, counters) if counters is not None else [])

    def _ask_auditor(self) -> list[str]:
        command = [str(self._program), "audit"]
        environment = self.deployment.environment()
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return [f"flightdeck audit: {done.stdout.strip()} {done.stderr.strip()}"] if done.returncode else []
