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
    seconds: int  # of a measurement
    warm_up: int  # seconds before it; 0: none
    cost_seconds: int  # of a measurement that is about cost, not rate
    bookings_read: int  # that GET /booking is asked for
    flights_loaded: int
    past_bookings: tuple[int, ...]  # that exist when the cost of a booking is measured
    changes: int  # after which the first page is looked at
    load_seconds: int  # of a run at an offered load; its audit takes several times as long
    loads_percent: tuple[int, ...]  # of the maximum, offered
    overload_rounds: int  # the maximum and twice as much, in turn
    crowds: tuple[int, ...]  # users at once, whose rates are maxima; loads are shares of the first
    isolation_rate: int  # bookings a second of the client that behaves well
    isolation_seconds: int  # of it, without and with each fault
    isolation_flights: int  # that a list without an index reads


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
    folder: Path  # of this run: data, logs, files for the generators
    program: Path
    postgres: Postgres
    redis: Redis
    flightdeck: Flightdeck
    lengths: Lengths
    findings: list[str] = field(default_factory=list)  # of audits
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
