"""What all measurements share: the servers, the folders, the lengths of runs, and what was found wrong."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from flightdeck import Flightdeck
from servers import Postgres, Redis


@dataclass(frozen=True)
class Lengths:
    rounds: int
    # The length of a measurement.
    seconds: int
    # Seconds before the measurement. 0: none.
    warm_up: int
    # The length of a measurement of cost instead of rate.
    cost_seconds: int
    # The number of bookings that GET /booking is asked for.
    bookings_read: int
    flights_loaded: int
    # The numbers of past bookings with which the cost of a booking is measured.
    past_bookings: tuple[int, ...]
    # The number of changes after which the first page is read.
    changes: int
    # The length of a run at an offered load. Its audit takes several times as long.
    load_seconds: int
    # The offered loads, as shares of the maximum.
    loads_percent: tuple[int, ...]
    # How often the maximum and twice as much are measured, in turn.
    overload_rounds: int
    # The numbers of users whose rates are maxima. Loads are shares of the first.
    crowds: tuple[int, ...]
    # Bookings a second of the well-behaved client.
    isolation_rate: int
    # The length of its run, without and with each fault.
    isolation_seconds: int
    # The number of flights that a list without an index reads.
    isolation_flights: int


DEFAULT = Lengths(
    rounds=3,
    seconds=6,
    warm_up=1,
    cost_seconds=3,
    bookings_read=50_000,
    flights_loaded=20_000,
    past_bookings=(100_000,),
    changes=100,
    load_seconds=4,
    loads_percent=(10, 25, 50, 75, 90, 100, 125, 150),
    overload_rounds=5,
    crowds=(256, 1024),
    isolation_rate=300,
    isolation_seconds=8,
    isolation_flights=2_000_000,
)
QUICK = Lengths(
    rounds=1,
    seconds=1,
    warm_up=0,
    cost_seconds=1,
    bookings_read=200,
    flights_loaded=500,
    past_bookings=(),
    changes=5,
    load_seconds=1,
    loads_percent=(50,),
    overload_rounds=1,
    crowds=(64,),
    isolation_rate=50,
    isolation_seconds=1,
    isolation_flights=1000,
)
LONG_PAST_BOOKINGS = (100_000, 1_000_000)


@dataclass
class Rig:
    # The files of this run: data, logs, and files for the generators.
    folder: Path
    program: Path
    postgres: Postgres
    redis: Redis
    flightdeck: Flightdeck
    lengths: Lengths
    # The findings of audits.
    findings: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def write_lines(self, name: str, lines: list[str]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def step(self, text: str) -> None:
        print(f"==> bench {time.monotonic() - self._began:4.0f} s: {text}", file=sys.stderr, flush=True)

    def found(self, where: str, findings: list[str]) -> None:
        for finding in findings:
            self.findings.append(f"{where}: {finding}")
            self.step(f"AUDIT FAILED: {where}: {finding}")
