"""One slow thing stops nothing else: what a good client sees before and while something else goes wrong.

The client books on flights of its own, in an open loop, so that a stall is seen. Another one asks for the
server's health meanwhile.
"""

import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import audit
import processes
import schedule
from faulty_payment import SILENT, SILENT_AT_TIMES
from figures import percentile, ratio
from load import Stress
from processes import BenchError
from rig import Rig
from scenarios import stress_findings
from servers import free_port, is_free

FOLDER = Path(__file__).resolve().parent
DATABASE = "isolation"
FLIGHTS = 20
FEW_FILES = 512
# Bookings on the flight that is closed.
BOOKED_BEFORE = 2000
UNFINISHED = 6000
USER = "7b0e8c5e-58a8-4f3a-9d3c-0d1f4b0a1c11"

# Departed ones, since Redis holds no such flight: the start would take minutes.
# Indexes are made when the rows are there, all but one.
MANY_FLIGHTS = """
CREATE TEMPORARY TABLE later AS SELECT indexname AS name, indexdef AS sql FROM pg_indexes
WHERE tablename = 'flights' AND indexname <> 'flights_pkey' AND indexdef LIKE 'CREATE INDEX%';
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT * FROM later LOOP EXECUTE 'DROP INDEX ' || one.name; END LOOP;
END $$;
INSERT INTO flights (id, flight_number, source, destination, departure_ts, departure_date, total_seats,
                     available_seats, price, status, created_at, updated_at)
SELECT gen_random_uuid(), 'MF' || n, 'P' || n % 3000, 'Q' || n % 2999,
       now() - n % 28800 * interval '1 minute' - interval '1 day',
       '2020-01-01', 300, 300, 99, 'SCHEDULED', now() - interval '1 day', now() - interval '1 day'
FROM generate_series(1, {count}) n;
SET maintenance_work_mem = '256MB';
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT * FROM later WHERE name <> 'flights_by_destination' LOOP EXECUTE one.sql; END LOOP;
END $$;
VACUUM ANALYZE flights
"""
BOOKINGS = """
BEGIN;
INSERT INTO bookings (id, user_id, flight_id, seats, amount, status, payment_ref, expires_at, created_at,
                      updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), '{flight}', 1, 15, '{status}', {payment}, now(), now(), now()
FROM generate_series(1, {count});
UPDATE flights SET available_seats = available_seats - {count}, version = version + 1, updated_at = now()
WHERE id = '{flight}';
INSERT INTO booking_intents (id, booking_id, expires_at, created_at)
SELECT id, id, now(), now() FROM bookings WHERE flight_id = '{flight}' AND status = 'PENDING';
COMMIT
"""


def study(rig: Rig) -> list[dict]:
    return [_Case(rig, *case).measure() for case in CASES]


class _Case:
    def __init__(
        self, rig: Rig, name: str, title: str, fault, few_files: bool = False, each_new: bool = False
    ):
        self.rig = rig
        self.flightdeck = rig.flightdeck
        self._name, self._title, self._fault = name, title, fault
        self._few_files, self._each_new = few_files, each_new
        # The flights that the fault is about.
        self.others: list[str] = []

    def measure(self) -> dict:
        with ExitStack() as started:
            self._start(started)
            without = self._book("without", nullcontext())
            during = self._book("with", self._fault(self))
            if wrong := audit.wrong_flights(self.rig.postgres, DATABASE):
                self.rig.found(f"isolation, {self._title}", [f"{wrong} flights whose seats do not add up"])
        self.rig.step(
            f"isolation, {self._title}: {without['confirmed_per_s']:,.0f}/s before, "
            f"{during['confirmed_per_s']:,.0f}/s during, p99 {during['p99_ms']:.0f} ms, "
            f"longest health {during['health_max_ms']:.0f} ms, "
            f"{during['health_failed']} failed"
        )
        kept = ratio(during["confirmed_per_s"], without["confirmed_per_s"])
        return {"name": self._name, "title": self._title, "without": without, "with": during, "kept": kept}

    def _start(self, started: ExitStack) -> None:
        port = free_port()
        command = [sys.executable, "-B", str(FOLDER / "faulty_payment.py"), "--port", str(port)]
        command = ["setpriv", "--pdeathsig", "TERM", *command]
        payment = processes.start("payment service", command, self.rig.folder / "payment.log")
        started.callback(payment.stop)
        processes.await_ready(payment, lambda: not is_free(port))
        self.rig.postgres.fresh_database(DATABASE)
        started.callback(self.flightdeck.stop)
        self.flightdeck.start(
            DATABASE,
            payment_url=f"http://127.0.0.1:{port}",
            open_files=FEW_FILES if self._few_files else None,
        )
        self._flights = [self.flightdeck.add_flight(each) for each in schedule.sold("IS", FLIGHTS)]

    def add_flight(self, price: str) -> str:
        (flight,) = schedule.sold(f"OF{len(self.others)}", 1)
        self.others.append(self.flightdeck.add_flight(flight | {"price": price}))
        return self.others[-1]

    def sql(self, text: str) -> None:
        self.rig.postgres.sql(DATABASE, text)

    @contextmanager
    def stranger(self, kind: str, *flags: str):
        command = self._stranger(kind, *flags)
        process = processes.start(kind, command, self.rig.folder / "strangers.log")
        try:
            yield
        finally:
            process.stop()

    def _stranger(self, kind: str, *flags: str) -> list[str]:
        command = [
            sys.executable,
            "-B",
            str(FOLDER / "strangers.py"),
            kind,
            "--url",
            self.flightdeck.url,
            *flags,
        ]
        return ["setpriv", "--pdeathsig", "TERM", *command]

    def booking_stranger(self, flight: str, connections: int, rate: int):
        body = json.dumps({"user_id": USER, "flight_id": flight, "seats": 1})
        flags = ("--method", "POST", "--path", "/booking", "--body", body)
        return self.stranger("requests", *flags, "--connections", str(connections), "--rate", str(rate))

    def _book(self, when: str, fault) -> dict:
        """The client's audit comes when the fault is over: it asks for every booking."""
        lengths = self.rig.lengths
        # The same arrivals each time.
        flags = ["--rate", str(lengths.isolation_rate), "--warm-up", "1s", "--seed", "1"]
        flags += ["--settle", "20s", "--timeout", "10s"]
        with ExitStack() as started:
            with fault:
                time.sleep(lengths.warm_up)
                stress = Stress(
                    self.rig.program,
                    self.flightdeck.url,
                    self.rig.folder / f"isolation-{when}.json",
                    self._flights,
                    flags,
                    lengths.isolation_seconds,
                )
                started.callback(stress.stop)
                asked = [
                    "--seconds",
                    str(lengths.isolation_seconds + 1),
                    *(["--new"] if self._each_new else []),
                ]
                health = subprocess.run(self._stranger("health", *asked), capture_output=True, text=True)
                if health.returncode:
                    raise BenchError(f"nobody asked for the health\n{health.stderr}")
            told = stress.result()
        self.rig.found(f"isolation, {self._title}, {when} it", stress_findings(told))
        return figures(told, json.loads(health.stdout))


def figures(told: dict, health: dict) -> dict:
    accepted = told["latency_ms"]["accepted"]
    return {
        "offered_per_s": told["offered_per_s"],
        "confirmed_per_s": told["confirmed_per_s"],
        "refused": sum(told[name] for name in ("timeouts", "errors", "overloaded", "not_sent")),
        "p50_ms": accepted["p50"],
        "p99_ms": accepted["p99"],
        "max_ms": accepted["max"],
        "health_asked": health["asked"],
        "health_failed": health["failed"],
        "health_p99_ms": percentile(health["ms"], 0.99),
        "health_max_ms": max(health["ms"]),
    }


# --- the faults ---------------------------------------------------------------------------------------------


@contextmanager
def _slow_lists(case: _Case):
    """Somebody dropped the index that serves them: each of these reads all flights."""
    case.sql(MANY_FLIGHTS.format(count=case.rig.lengths.isolation_flights))
    with case.stranger(
        "requests", "--path", "/admin/flights?destination=x", "--connections", "4", "--rate", "20"
    ):
        yield


@contextmanager
def _locked_row(case: _Case):
    flight = case.add_flight("99.00")
    held_s = case.rig.lengths.isolation_seconds + 4
    text = (
        f"BEGIN; UPDATE flights SET price = price WHERE id = '{flight}'; SELECT pg_sleep({held_s}); ROLLBACK"
    )
    command = ["psql", "-X", "-q", "-d", case.rig.postgres.url(DATABASE), "-c", text]
    holder = processes.start("psql", command, case.rig.folder / "psql.log")
    try:
        with case.booking_stranger(flight, connections=20, rate=50):
            yield
    finally:
        holder.stop()


@contextmanager
def _silent_at_times(case: _Case):
    flight = case.add_flight(SILENT_AT_TIMES)
    case.sql(BOOKINGS.format(flight=flight, count=UNFINISHED, status="PENDING", payment="NULL"))
    with case.booking_stranger(flight, connections=20, rate=50):
        yield


@contextmanager
def _refunds_hang(case: _Case):
    flight = case.add_flight("99.00")
    case.sql(BOOKINGS.format(flight=flight, count=BOOKED_BEFORE, status="CONFIRMED", payment="'paid'"))
    # Asked from elsewhere, since it may take as long as the refunds do.
    path = f"/admin/flights/{flight}?cancel_bookings=true"
    with case.stranger("requests", "--method", "DELETE", "--path", path, "--rate", "0.01"):
        time.sleep(0.5)
        case.rig.redis.flush()
        yield


@contextmanager
def _hostile_bodies(case: _Case):
    flags = ("--method", "POST", "--path", "/booking", "--body", "hostile")
    with case.stranger("requests", *flags, "--connections", "8", "--rate", "160"):
        yield


@contextmanager
def _silent_provider(case: _Case):
    flight = case.add_flight(SILENT)
    with case.booking_stranger(flight, connections=20, rate=100):
        yield


@contextmanager
def _silent_peers(case: _Case):
    with case.stranger("silent", "--connections", str(2 * FEW_FILES)):
        yield


CASES = (
    ("slow_lists", "lists that read all flights", _slow_lists),
    ("locked_row", "a flight's row locked by another session", _locked_row),
    ("silent_at_times", "1 % of payments never answered, 6,000 unfinished", _silent_at_times),
    ("refunds_hang", "a closed flight's refunds hang, Redis emptied", _refunds_hang),
    ("hostile_bodies", "bodies of 7,270 members", _hostile_bodies),
    ("silent_provider", "512 descriptors, some payments never answered", _silent_provider, True),
    ("silent_peers", "512 descriptors, twice as many silent peers", _silent_peers, True, True),
)
