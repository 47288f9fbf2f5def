"""Processes that start on an empty database of their own, with demo flights, beside the deployment."""

import random
import subprocess
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import checks
from deployment import Production
from servers import is_free

AT_ONCE = 3
FLIGHTS = 20_000
STOPS = 8  # of one strike
STOP_LONGEST_S = 2.0
STOP_PATIENCE_S = 20.0
START_PATIENCE_S = 120.0
COUNT = "SELECT count(*), count(DISTINCT (flight_number, departure_ts)), max(version) FROM flights"


def write_demo_flights(file: Path) -> None:
    day = (date.today() + timedelta(days=30)).isoformat()
    rows = [f"NC{n},OSL,LIS,{day}T{n % 24:02}:00:00Z,{day}T23:59:00Z,180,99.00" for n in range(FLIGHTS)]
    head = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"
    file.write_text("\n".join([head, *rows]) + "\n")


def _fresh(on: Production, name: str) -> Path:
    on.postgres.primary.fresh_database(name)
    file = on.folder / "newcomers.csv"
    if not file.exists():
        write_demo_flights(file)
    return file


def _count(on: Production, database: str) -> tuple[int, int, int]:
    (row,) = on.postgres.primary.sql(database, COUNT)
    return int(row[0]), int(row[1]), int(row[2])


def start_at_once(on: Production, number: int) -> list[str]:
    """Each comes up, and the flights are added once."""
    database = f"newcomers_{number}"
    file = _fresh(on, database)
    names = [f"newcomer-{number}-{each}" for each in range(AT_ONCE)]
    with ExitStack() as started:
        newcomers = [on.newcomer(name, database, "--demo-data", str(file)) for name in names]
        for each in newcomers:
            started.callback(each.stop)
            each.start()
        for each in newcomers:
            each.await_ready("/health/ready", START_PATIENCE_S)
        flights, different, version = _count(on, database)
        return checks.added(FLIGHTS, flights, different) + checks.added_again(version)


def stop_while_starting(on: Production, number: int) -> list[str]:
    """Told to end at a moment of its start, it ends, and its port stays closed; then a start goes well."""
    database = f"stopped_{number}"
    file = _fresh(on, database)
    moments = random.Random(number)
    late = []
    newcomer = on.newcomer(f"stopped-{number}", database, "--demo-data", str(file))
    with ExitStack() as started:
        started.callback(newcomer.stop)
        for _ in range(STOPS):
            moment = moments.uniform(0.0, 1.5)
            newcomer.start()
            time.sleep(moment)
            newcomer.tell_to_stop()
            began = time.monotonic()
            code = newcomer.exit_code(STOP_PATIENCE_S)
            took = time.monotonic() - began
            # Before it has said who takes SIGTERM, the signal itself ends it.
            if took > STOP_LONGEST_S or code not in (0, -15):
                late.append(f"{took:.2f} s, exit code {code}, told after {moment:.2f} s")
            elif not is_free(newcomer.port):
                late.append(f"its port is open, told after {moment:.2f} s")
            newcomer.stop()
        newcomer.start()
        newcomer.await_ready("/health/ready", START_PATIENCE_S)
        # A start goes on with what the one before it began, and writes the same flights again.
        flights, different, _ = _count(on, database)
        found = checks.stopped_late(late) + checks.added(FLIGHTS, flights, different)
        return found + _audit(on, database)


def _audit(on: Production, database: str) -> list[str]:
    environment = on.newcomer("auditor", database).environment
    done = subprocess.run([str(on.program), "audit"], env=environment, capture_output=True, text=True)
    return [f"flightdeck audit of {database}: {done.stdout} {done.stderr}"] if done.returncode else []
