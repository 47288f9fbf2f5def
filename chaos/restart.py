"""From nothing to ready, with many flights and bookings: how long it takes after all was killed at once."""

import sqlite3
import statistics
import subprocess
import time
from pathlib import Path

import schedule
from deployment import Deployment, Embedded, Production
from processes import BenchError

FLIGHTS = 20_000
BOOKINGS = 100_000
TRIES = 5
SEATS = 180
WANTED_S = 5.0
LOOK_EVERY_S = 0.01
PATIENCE_S = 60

# As if they had been sold by the program: each flight sold the same number of single seats.
POSTGRESQL = f"""
INSERT INTO bookings (id, user_id, flight_id, seats, amount, status, payment_ref, expires_at, created_at,
                      updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), f.id, 1, f.price, 'CONFIRMED', 'paid', now(), now(), now()
FROM flights f, generate_series(1, {BOOKINGS // FLIGHTS});
UPDATE flights
SET available_seats = total_seats - {BOOKINGS // FLIGHTS}, version = version + 1, updated_at = now();
ANALYZE;
"""
SQLITE = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {BOOKINGS // FLIGHTS})
INSERT INTO bookings (id, user_id, flight_id, seats, amount, status, payment_ref, expires_at, created_at,
                      updated_at)
SELECT randomblob(16), randomblob(16), f.id, 1, f.price, 'CONFIRMED', 'paid', 0, f.created_at, f.created_at
FROM flights f, n;
UPDATE flights SET available_seats = total_seats - {BOOKINGS // FLIGHTS}, version = version + 1;
"""


def study(program: Path, folder: Path) -> list[dict]:
    return [_of(kind, program, folder / kind.__name__.lower()) for kind in (Production, Embedded)]


def findings(points: list[dict]) -> list[str]:
    return [
        f"restart, {each['shape']}: {each['longest_s']:.1f} s to ready, more than {WANTED_S:g} s"
        for each in points
        if each["longest_s"] > WANTED_S
    ]


def _of(kind: type[Deployment], program: Path, folder: Path) -> dict:
    with kind(program, folder) as deployment:
        for member in deployment.members:
            member.kill()
        _fill(deployment, program)
        times = [_restart(deployment) for _ in range(TRIES)]
    return {
        "shape": kind.shape,
        "flights": FLIGHTS,
        "bookings": BOOKINGS,
        "times_s": times,
        "median_s": statistics.median(times),
        "longest_s": max(times),
    }


def _fill(deployment: Deployment, program: Path) -> None:
    file = deployment.folder / "flights.csv"
    schedule.write_csv(file, schedule.sold("RS", FLIGHTS, SEATS))
    done = subprocess.run(
        [str(program), "import", str(file)], env=deployment.environment(), capture_output=True, text=True
    )
    if done.returncode:
        raise BenchError(f"flightdeck import failed\n{done.stderr}")
    if isinstance(deployment, Embedded):
        connection = sqlite3.connect(deployment.sqlite.file)
        connection.executescript(SQLITE)
        connection.close()
    else:
        deployment.sql(POSTGRESQL)
    if int(deployment.sql("SELECT count(*) FROM bookings")[0][0]) != BOOKINGS:
        raise BenchError("the bookings are not all there")


def _restart(deployment: Deployment) -> float:
    """Every process is killed, Redis too, which comes back empty. Times from the start of ours until all are
    ready."""
    for member in deployment.members:
        member.kill()
    if isinstance(deployment, Production):
        deployment.redis.stop()
        deployment.redis.start()
    began = time.monotonic()
    for member in deployment.members:
        member.start()
    for member in deployment.members:
        while (answer := member.ask("GET", "/health/ready")) is None or answer[0] != 200:
            if time.monotonic() - began > PATIENCE_S:
                raise BenchError(f"{member.name} is not ready after {PATIENCE_S} s")
            time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began
