"""What a booking costs, and the server weighs, with few flights and many, with no past bookings and many.

Rates move with the machine's mood; CPU time a booking does so less. Both are told.
"""

import time

import processes
import schedule
import summary
from figures import median_of
from pathlib import Path
from processes import BenchError
from rig import Rig
from scenarios import CONNECTIONS, book, fill

FEW = 100
LOAD_PATIENCE_S = 60


def study(rig: Rig) -> dict:
    return {"flights": _flights(rig), "past": _past(rig)}


# --- flights ------------------------------------------------------------------------------------------------


def _flights(rig: Rig) -> dict:
    """The two databases in turn, so that both meet the same moods."""
    loaded = rig.lengths.flights_loaded
    ids = {"few": _import(rig, "few", FEW), "many": _import(rig, "many", loaded)}
    some = rig.write_lines("some-flights.txt", ids["many"].read_text().split()[:FEW])
    measured: dict[str, list[dict]] = {"few": [], "many": [], "all_of_many": []}
    for _ in range(rig.lengths.rounds):
        for database, pairs in (
            ("few", [("few", ids["few"])]),
            ("many", [("many", some), ("all_of_many", ids["many"])]),
        ):
            try:
                _start(rig, database)
                for name, flights in pairs:
                    measured[name].append(_book(rig, flights, name))
            finally:
                rig.flightdeck.stop()
    return {"loaded": loaded} | {name: _medians(rows) for name, rows in measured.items()}


def _import(rig: Rig, database: str, count: int) -> Path:
    """A database with so many flights; the file of their ids."""
    file = rig.folder / f"{database}.csv"
    schedule.write_csv(file, schedule.sold("GR", count))
    rig.postgres.fresh_database(database)
    rig.flightdeck.import_flights(database, file)
    ids = [row[0] for row in rig.postgres.sql(database, "SELECT id FROM flights ORDER BY id")]
    return rig.write_lines(f"{database}-flights.txt", ids)


def _start(rig: Rig, database: str) -> None:
    """What comes at a start is no cost of a booking.

    It is telling Redis of every flight, and the worker's first audit.
    """
    rig.flightdeck.start(database)
    deadline = time.monotonic() + LOAD_PATIENCE_S
    while rig.redis.ask("HKEYS", "flight_index") != "complete" or not rig.flightdeck.has_audited():
        if time.monotonic() > deadline:
            raise BenchError(f"the start was not over within {LOAD_PATIENCE_S} s")
        time.sleep(0.05)


# --- past bookings ------------------------------------------------------------------------------------------


def _past(rig: Rig) -> list[dict]:
    fresh = [_book_on_fresh(rig) for _ in range(rig.lengths.rounds)]
    points = []
    flights = _import(rig, "past", FEW)
    try:
        if rig.lengths.past_bookings:
            _start(rig, "past")
        for bookings in rig.lengths.past_bookings:
            rig.step(f"booking until there are {bookings:,}")
            fill(rig, rig.flightdeck, flights, bookings)
            resident = processes.memory(rig.flightdeck.groups)["server"].resident
            measured = [_book(rig, flights, f"{bookings:,} past bookings") for _ in range(rig.lengths.rounds)]
            points.append({"bookings": bookings, "filled_mb": resident / 1e6} | _medians(measured))
    finally:
        rig.flightdeck.stop()
    if points:  # once more after it, should the machine have changed its mood
        fresh += [_book_on_fresh(rig) for _ in range(rig.lengths.rounds)]
    return [{"bookings": 0} | _medians(fresh), *points]


def _book_on_fresh(rig: Rig) -> dict:
    flights = _import(rig, "fresh", FEW)
    try:
        _start(rig, "fresh")
        return _book(rig, flights, "no past bookings")
    finally:
        rig.flightdeck.stop()


def _book(rig: Rig, flights: Path, what: str) -> dict:
    measurement = book(rig, rig.flightdeck, flights, CONNECTIONS, rig.lengths.cost_seconds)
    measurement["cpu_us"] = summary.cost_us(measurement)
    rig.step(
        f"growth, {what}: {measurement['rate']:,.0f}/s, {measurement['cpu_us'] or 0:.1f} µs of CPU a booking"
    )
    return measurement


def _medians(rows: list[dict]) -> dict:
    groups = rows[0]["memory_mb"]
    return {
        "rate": median_of(rows, "rate"),
        "cpu_us": median_of(rows, "cpu_us"),
        "cpu_us_all": [row["cpu_us"] for row in rows],
        "cpu_us_of": {
            name: 1000 * (median_of(rows, "cpu_s_per_1000", name) or 0) for name in rows[0]["cpu_s"]
        },
        "memory_mb": {name: median_of(rows, "memory_mb", name) for name in groups},
        "peak_mb": {name: median_of(rows, "peak_mb", name) for name in groups if name != "postgres"},
    }
