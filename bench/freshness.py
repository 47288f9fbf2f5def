"""How long a change stays unseen: made through one api process, looked for on the first page of another.

By the clock of the one who made the change, from the moment that it was answered.
"""

import json
import time

import calls
import schedule
from figures import percentile
from processes import BenchError
from rig import Rig
from scenarios import SEARCHED_FLIGHTS

PATIENCE_S = 30
USER = "7b0e8c5e-58a8-4f3a-9d3c-0d1f4b0a1c11"


def study(rig: Rig) -> dict:
    rig.postgres.fresh_database("freshness")
    try:
        rig.flightdeck.start("freshness", apis=2)
        first, second = (calls.Caller(url) for url in rig.flightdeck.api_urls)
        flights = schedule.searched(SEARCHED_FLIGHTS)
        ids = [rig.flightdeck.add_flight(flight) for flight in flights]
        results = {}
        for kind, change in (
            ("price", _Price(flights[0], ids[0])),
            ("booking", _Booking(flights[1], ids[1])),
        ):
            stale = [_stale_ms(change, number, first, second) for number in range(rig.lengths.changes)]
            results[kind] = {
                "changes": len(stale),
                "p50_ms": percentile(stale, 0.5),
                "p99_ms": percentile(stale, 0.99),
                "max_ms": max(stale),
                "all_ms": stale,
            }
            rig.step(f"freshness after {change.title}: at most {max(stale):.1f} ms stale")
        return results
    finally:
        rig.flightdeck.stop()


class _Price:
    """Always the lowest, so that the flight is on the first page."""

    title = "a price"

    def __init__(self, flight: dict, id: str):
        self._flight = flight
        self._id = id

    def make(self, number: int, caller: calls.Caller) -> None:
        self._price = f"{10 + number // 100}.{number % 100:02d}"
        caller.expect(200, "PUT", f"/admin/flights/{self._id}", self._flight | {"price": self._price})

    def is_shown(self, page: dict) -> bool:
        return any(each["flight_id"] == self._id and each["price"] == self._price for each in page["flights"])


class _Booking:
    title = "a booking"

    def __init__(self, flight: dict, id: str):
        self._available = flight["total_seats"]
        self._flight = flight | {"price": "9.00"}
        self._id = id
        self._is_cheap = False

    def make(self, number: int, caller: calls.Caller) -> None:
        if not self._is_cheap:
            caller.expect(200, "PUT", f"/admin/flights/{self._id}", self._flight)
            self._is_cheap = True
        body = {"user_id": USER, "flight_id": self._id, "seats": 1}
        caller.expect(200, "POST", "/booking", body, {"Prefer": "wait=20"})
        self._available -= 1

    def is_shown(self, page: dict) -> bool:
        return any(
            each["flight_id"] == self._id and each["available_seats"] == self._available
            for each in page["flights"]
        )


def _stale_ms(change, number: int, first: calls.Caller, second: calls.Caller) -> float:
    change.make(number, first)
    answered = time.monotonic()
    while True:
        status, text = second.ask("GET", schedule.search_path())
        seen = time.monotonic()
        if status == 200 and change.is_shown(json.loads(text)):
            return (seen - answered) * 1000
        if seen - answered > PATIENCE_S:
            raise BenchError(f"{change.title} that was changed is not on the first page after {PATIENCE_S} s")
