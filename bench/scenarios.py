"""The scenarios that are compared, and how each is measured on a system."""

from dataclasses import dataclass
from pathlib import Path

import audit
import load
import processes
import schedule
from load import Run, Stress
from processes import BenchError
from rig import Rig

CONNECTIONS = 256  # what the comparisons go by
FEW_CONNECTIONS = 64
BOOKED_FLIGHTS = 300
SEARCHED_FLIGHTS = 30
LIVE_BOOKINGS_PER_S = 100


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    group: str  # those of a group are measured on the same processes and database, one after the other
    goal: float  # times the better peer
    floor: float
    against: str  # the scenario of the peers that it is compared with
    for_peers: bool = True
    few_connections: bool = False  # ours are measured with these as well


SCENARIOS = (
    Scenario("hot", "bookings, one flight", "booking", 20, 12, "hot", few_connections=True),
    Scenario(
        "spread", f"bookings, {BOOKED_FLIGHTS} flights", "booking", 10, 6, "spread", few_connections=True
    ),
    Scenario("sold_out", "sold-out answers", "booking", 15, 10, "hot", for_peers=False),
    Scenario("get_booking", "GET /booking/{id}", "booking", 10, 6, "get_booking", few_connections=True),
    Scenario("search", "search, page of 20", "search", 12, 8, "search", few_connections=True),
    Scenario(
        "search_live", f"search, {LIVE_BOOKINGS_PER_S} bookings/s", "search", 12, 8, "search", for_peers=False
    ),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


class Turn:
    """A system's turn: started on a database of its own, measured in the scenarios of a group, stopped."""

    def __init__(self, rig: Rig, system, round_number: int):
        self._rig = rig
        self._system = system
        self._round = round_number
        self.measurements: list[dict] = []

    def run(self, scenarios: list[Scenario]) -> None:
        self._rig.postgres.fresh_database("turn")
        try:
            self._system.start("turn")
            for scenario in scenarios:
                self._measure(scenario, CONNECTIONS)
                if scenario.few_connections and not self._system.is_peer:
                    self._measure(scenario, FEW_CONNECTIONS)
        finally:
            self._system.stop()

    def _measure(self, scenario: Scenario, connections: int) -> None:
        figures = getattr(self, f"_{scenario.name}")(connections)
        figures |= {
            "scenario": scenario.name,
            "system": self._system.name,
            "connections": connections,
            "round": self._round,
        }
        self.measurements.append(figures)
        self._rig.step(
            f"round {self._round}, {self._system.name}, {scenario.title}, {connections} connections: "
            f"{figures['rate']:,.0f}/s"
        )

    # --- bookings ---

    def _hot(self, connections: int) -> dict:
        return book(self._rig, self._system, self._flights("hot", schedule.sold("HT", 1)), connections)

    def _spread(self, connections: int) -> dict:
        return book(
            self._rig, self._system, self._flights("spread", schedule.sold("SP", BOOKED_FLIGHTS)), connections
        )

    def _sold_out(self, connections: int) -> dict:
        ids = self._flights("sold-out", schedule.sold("SO", 1, seats=1))
        body = {
            "user_id": "7b0e8c5e-58a8-4f3a-9d3c-0d1f4b0a1c11",
            "flight_id": ids.read_text().strip(),
            "seats": 1,
        }
        self._system.admin.expect(200, "POST", "/booking", body, self._system.booking_headers)
        before = 0.0

        def run_for(seconds: int) -> Run:
            nonlocal before
            before = self._system.answers("/booking", 400)
            return load.book(self._system.url, ids, self._system.booking_headers, connections, seconds)

        figures, run = measure(self._rig, self._system, run_for)
        if run.accepted:
            self._rig.found("sold_out", [f"{run.accepted} answers of success for a flight that is sold out"])
        # wrk tells only that they were errors. Answers that it no longer took are counted by the server
        # alone.
        told = int(self._system.answers("/booking", 400) - before)
        return with_work(figures, min(told, run.refused), run, refusals_are_work=True)

    def _get_booking(self, connections: int) -> dict:
        paths = self._rig.folder / "bookings.txt"
        if connections == CONNECTIONS:
            self._rig.write_lines(paths.name, [f"/booking/{id}" for id in self._booking_ids()])
        return self._read(paths, connections)

    def _booking_ids(self) -> list[str]:
        count = self._rig.lengths.bookings_read
        flights = self._flights("spread", schedule.sold("SP", BOOKED_FLIGHTS))
        if self._system.is_peer:  # at their rate it would take minutes
            self._rig.postgres.sql(self._system.database, INSERT_BOOKINGS.format(count=count))
        else:
            fill(self._rig, self._system, flights, count)
        rows = self._rig.postgres.sql(
            self._system.database, f"SELECT id FROM bookings ORDER BY random() LIMIT {count}"
        )
        return [row[0] for row in rows]

    # --- search ---

    def _search(self, connections: int) -> dict:
        self._flights("searched", iter(schedule.searched(SEARCHED_FLIGHTS)))
        page = self._system.admin.expect(200, "GET", schedule.search_path())
        if len(page["flights"]) != schedule.PAGE:
            raise BenchError(f"{self._system.name} finds {len(page['flights'])} flights, not {schedule.PAGE}")
        return self._read(self._rig.write_lines("search.txt", [schedule.search_path()]), connections)

    def _search_live(self, connections: int) -> dict:
        flights = self._flights("searched", iter(schedule.searched(SEARCHED_FLIGHTS))).read_text().split()
        lengths = self._rig.lengths
        # It begins before what is measured and ends after it.
        stress = Stress(
            self._rig.program,
            self._system.url,
            self._rig.folder / "stress.json",
            flights,
            ["--rate", str(LIVE_BOOKINGS_PER_S)],
            lengths.seconds + lengths.warm_up + 2,
        )
        try:
            figures = self._search(connections)
            told = stress.result()
        finally:
            stress.stop()
        self._rig.found("search_live", stress_findings(told))
        return figures | {"bookings_per_s": told["confirmed_per_s"]}

    # --- parts ---

    def _read(self, paths: Path, connections: int) -> dict:
        figures, run = measure(
            self._rig, self._system, lambda seconds: load.read(self._system.url, paths, connections, seconds)
        )
        return with_work(figures, run.accepted, run)

    def _flights(self, name: str, flights) -> Path:
        """Adds them once a turn; the file of their ids."""
        path = self._rig.folder / f"{name}-flights.txt"
        added = self.__dict__.setdefault("_added", set())
        if name not in added:
            self._rig.write_lines(path.name, [self._system.add_flight(each) for each in flights])
            added.add(name)
        return path


INSERT_BOOKINGS = """
INSERT INTO bookings (id, user_id, flight_id, seats, status, payment_ref)
SELECT gen_random_uuid(), gen_random_uuid(), (SELECT id FROM flights LIMIT 1), 1, 'CONFIRMED',
       gen_random_uuid()::text
FROM generate_series(1, {count});
ANALYZE bookings
"""


def measure(rig: Rig, system, run_for, seconds: int | None = None) -> tuple[dict, Run]:
    """`run_for(seconds)` is a run of wrk. Warms up, then measures it, with the CPU time of everybody."""
    if rig.lengths.warm_up:
        run_for(rig.lengths.warm_up)
        audit.settle(rig.postgres, system.database, system.is_peer)
    groups = system.groups | {"postgres": rig.postgres.pids, "redis": rig.redis.pids}
    busy, before = processes.busy_seconds(), processes.cpu_seconds(groups)
    run = run_for(seconds or rig.lengths.seconds)
    busy, after = processes.busy_seconds() - busy, processes.cpu_seconds(groups)
    sizes = processes.memory(groups)
    cpu = {name: after[name] - before[name] for name in groups} | {"load": run.cpu_s}
    figures = {
        "seconds": run.seconds,
        "requests": run.requests,
        "refused": run.refused,
        "broken": run.broken,
        "p50_ms": run.p50_ms,
        "p90_ms": run.p90_ms,
        "p99_ms": run.p99_ms,
        "max_ms": run.max_ms,
        "cpu_s": cpu,
        # What others, and the kernel in nobody's name, did meanwhile: with much of it, rates say little.
        "other_cores": max(0.0, busy - sum(cpu.values())) / run.seconds,
        # PostgreSQL's processes share most of theirs, so each page is counted once.
        "memory_mb": {
            name: (size.proportional if name == "postgres" else size.resident) / 1e6
            for name, size in sizes.items()
        },
        "peak_mb": {name: size.peak / 1e6 for name, size in sizes.items() if name != "postgres"},
    }
    return figures, run


def with_work(figures: dict, work: int, run: Run, refusals_are_work: bool = False) -> dict:
    """The rate, and what a thousand pieces of work cost.

    `work`: answers of the kind that the scenario is about.
    """
    per_thousand = {name: used / work * 1000 for name, used in figures["cpu_s"].items()} if work else {}
    errors = run.broken + (run.requests - work if refusals_are_work else run.refused)
    figures |= {"errors": errors}
    return figures | {"work": work, "rate": work / run.seconds, "cpu_s_per_1000": per_thousand}


def book(rig: Rig, system, ids: Path, connections: int, seconds: int | None = None) -> dict:
    """Confirmed bookings by the database's word. Ours are audited."""
    postgres, database = rig.postgres, system.database
    before = 0

    def run_for(duration: int) -> Run:
        nonlocal before
        before = audit.confirmed(postgres, database)
        return load.book(system.url, ids, system.booking_headers, connections, duration)

    figures, run = measure(rig, system, run_for, seconds)
    pending = audit.settle(postgres, database, system.is_peer)
    if not system.is_peer:
        counts = audit.Counts(
            told=run.accepted,
            confirmed=audit.confirmed(postgres, database) - before,
            connections=connections,
            pending=pending,
            wrong_flights=audit.wrong_flights(postgres, database),
        )
        rig.found(f"bookings, {connections} connections", audit.findings(counts))
    return with_work(figures, audit.confirmed_between(postgres, database, run.began, run.ended), run)


def fill(rig: Rig, system, ids: Path, bookings: int) -> None:
    """Books through the API, at full speed, until there are so many."""
    while audit.confirmed(rig.postgres, system.database) < bookings:
        load.book(system.url, ids, system.booking_headers, CONNECTIONS, 1 if bookings < 20_000 else 3)
        audit.settle(rig.postgres, system.database)


def stress_findings(told: dict) -> list[str]:
    return [] if told["audit"]["passed"] else [f"stress: {finding}" for finding in told["audit"]["findings"]]
