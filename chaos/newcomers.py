"""Processes that start on an empty database of their own, with demo flights, beside the deployment."""

import random
import subprocess
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import checks
from bystander import Bystander
from checks import Stop
from deployment import Production
from members import Member
from servers import is_free

AT_ONCE = 3
FLIGHTS = 20_000
STOP_PATIENCE_S = 20.0
# A port that a process opens at the very moment of the signal is closed by then.
OPENED_LATE_S = 0.05
# A start that has not come to its next step by then stands still.
STEP_PATIENCE_S = 60.0
START_PATIENCE_S = 120.0
LOOK_EVERY_S = 0.002
COUNT = "SELECT count(*), count(DISTINCT (flight_number, departure_ts)), max(version) FROM flights"

# What a start has written into its log when it has come so far. It has written nothing at the first.
STEPS = ("", "schema migrated", "loading demo flights", "demo flights loaded", "listening")
# It is stopped at most so much later.
LATER_S = {"": 0.2, "schema migrated": 0.1, "loading demo flights": 1.0}
LATER_USUAL_S = 0.1


def demo_flights(first_day: date, flights: int = FLIGHTS) -> str:
    day = first_day.isoformat()
    rows = [f"NC{n},OSL,LIS,{day}T{n % 24:02}:00:00Z,{day}T23:59:00Z,180,99.00" for n in range(flights)]
    head = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"
    return "\n".join([head, *rows]) + "\n"


def start_at_once(on: Production, number: int) -> list[str]:
    """Each comes up, and the flights are added once."""
    database = f"newcomers_{number}"
    file = _fresh(on, database)
    names = [f"newcomer-{number}-{each}" for each in range(AT_ONCE)]
    with ExitStack() as started:
        bystander = started.enter_context(Bystander(on.apis))
        newcomers = [on.newcomer(name, database, "--demo-data", str(file)) for name in names]
        for each in newcomers:
            started.callback(each.stop)
            each.start()
        for each in newcomers:
            each.await_ready("/health/ready", START_PATIENCE_S)
        found = _added(on, database)
    return found + bystander.findings()


def stop_while_starting(on: Production, number: int) -> list[str]:
    """Told to end at any step of its start, it ends, and its port stays closed. Then a start goes well."""
    moments = random.Random(number)
    found = []
    with Bystander(on.apis) as bystander:
        for at, step in enumerate(STEPS):
            database = f"stopped_{number}_{at}"
            flags = ("--demo-data", str(_fresh(on, database)))
            later = moments.uniform(0.0, LATER_S.get(step, LATER_USUAL_S))
            found += _stop_at(on.newcomer(database, database, *flags), step, later)
            _start(on.newcomer(f"{database}_again", database, *flags))
            # A start goes on with a load that was stopped, and writes the same flights again.
            found += _added(on, database, once=False)
    return found + bystander.findings()


def _stop_at(newcomer: Member, step: str, later_s: float) -> list[str]:
    what = f"{later_s:.2f} s after '{step or 'its beginning'}'"
    with ExitStack() as started:
        started.callback(newcomer.kill)
        newcomer.start()
        if not _comes_to(newcomer, step):
            return [f"a start never came to '{step}'"]
        time.sleep(later_s)
        said = newcomer.log_text()
        listened = not is_free(newcomer.port)
        newcomer.tell_to_stop()
        began = time.monotonic()
        opened = False
        while newcomer.alive() and time.monotonic() - began < STOP_PATIENCE_S:
            if time.monotonic() - began > OPENED_LATE_S:
                opened = opened or (not listened and not is_free(newcomer.port))
            time.sleep(LOOK_EVERY_S)
        took = time.monotonic() - began
        return checks.stops([Stop(what, took, newcomer.exit_code(0.1), said == "", opened)])


def _comes_to(newcomer: Member, step: str) -> bool:
    deadline = time.monotonic() + STEP_PATIENCE_S
    while step not in newcomer.log_text():
        if not newcomer.alive() or time.monotonic() > deadline:
            return False
        time.sleep(LOOK_EVERY_S)
    return True


def _start(newcomer: Member) -> None:
    with ExitStack() as started:
        started.callback(newcomer.stop)
        newcomer.start()
        newcomer.await_ready("/health/ready", START_PATIENCE_S)


def _fresh(on: Production, name: str) -> Path:
    on.postgres.primary.fresh_database(name)
    file = on.folder / "newcomers.csv"
    if not file.exists():
        file.write_text(demo_flights(date.today() + timedelta(days=30)))
    return file


def _added(on: Production, database: str, once: bool = True) -> list[str]:
    """Each flight is there and was written `once`, and the audit finds nothing."""
    (row,) = on.postgres.primary.sql(database, COUNT)
    flights, different, version = map(int, row)
    found = checks.added(FLIGHTS, flights, different) + (checks.added_again(version) if once else [])
    environment = on.newcomer("auditor", database).environment
    done = subprocess.run([str(on.program), "audit"], env=environment, capture_output=True, text=True)
    if done.returncode:
        found.append(f"flightdeck audit of {database}: {done.stdout.strip()} {done.stderr.strip()}")
    return found
