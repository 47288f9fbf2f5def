"""What must hold in Flightdeck's database after every run, whatever the load was.

The database is asked, not the program that is measured.
"""

import time
from dataclasses import dataclass

from servers import Postgres

SETTLE_PATIENCE_S = 90  # a payment's deadline and more
PEER_PATIENCE_S = 5  # nobody promises that theirs ever end

WRONG_COUNTS = """
SELECT count(*) FROM flights f LEFT JOIN
  (SELECT flight_id, sum(seats) AS held FROM bookings
   WHERE status IN ('PENDING', 'CONFIRMED') GROUP BY flight_id) b
  ON b.flight_id = f.id
WHERE f.available_seats < 0 OR f.available_seats + coalesce(b.held, 0) <> f.total_seats
"""
PENDING = "SELECT count(*) FROM bookings WHERE status = 'PENDING'"
CONFIRMED = "SELECT count(*) FROM bookings WHERE status = 'CONFIRMED'"


@dataclass(frozen=True)
class Counts:
    """Of one run, once nothing is under way any more."""

    told: int  # answers that said a booking was made
    confirmed: int  # confirmed in the database by this run
    connections: int  # so many requests may have been cut off when the run ended
    pending: int
    wrong_flights: int


def findings(counts: Counts) -> list[str]:
    """Empty: all is well."""
    found = []
    if counts.wrong_flights:
        found.append(
            f"{counts.wrong_flights} flights whose seats held and seats available are not their total"
        )
    if counts.pending:
        found.append(f"{counts.pending} bookings PENDING long after the load ended")
    if counts.told > counts.confirmed:
        found.append(f"{counts.told} bookings told, {counts.confirmed} confirmed in the database")
    if counts.confirmed - counts.told > counts.connections:
        found.append(
            f"{counts.confirmed} bookings confirmed, {counts.told} told: "
            f"more than the {counts.connections} under way"
        )
    return found


def settle(postgres: Postgres, database: str, is_peer: bool = False) -> int:
    """Waits until no booking is under way; how many are after all."""
    deadline = time.monotonic() + (PEER_PATIENCE_S if is_peer else SETTLE_PATIENCE_S)
    while (pending := int(postgres.number(database, PENDING))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return pending


def confirmed(postgres: Postgres, database: str) -> int:
    return int(postgres.number(database, CONFIRMED))


def confirmed_between(postgres: Postgres, database: str, began: float, ended: float) -> int:
    """By the machine's clock, which all of them go by."""
    span = f"updated_at >= to_timestamp({began:.6f}) AND updated_at < to_timestamp({ended:.6f})"
    return int(postgres.number(database, f"{CONFIRMED} AND {span}"))


def wrong_flights(postgres: Postgres, database: str) -> int:
    return int(postgres.number(database, WRONG_COUNTS))
