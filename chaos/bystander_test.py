import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))

from bystander import CALLS_LEAST, Bystander  # noqa: E402


class Api:
    """Answers every booking and look-up as it is told to."""

    name = "api-0"

    def __init__(self, booked, looked_up=None, lives: bool = True):
        self._booked, self._lives = booked, lives
        self._looked_up = looked_up or (200, booked[1])
        self.waited: list[str] = []

    def add_flight(self, destination: str, departure: str, seats: int) -> str:
        return "a flight"

    def ask(self, method: str, path: str, body=None, headers=None):
        if method == "POST":
            self.waited.append((headers or {}).get("Prefer", ""))
        return self._booked if method == "POST" else self._looked_up

    def lives(self) -> bool:
        return self._lives


def booking(status: str, code: int = 202):
    return code, {"booking_id": "a booking", "status": status}


def findings_at(api: Api, **how) -> list[str]:
    with Bystander([api], **how) as bystander:
        while len(bystander._calls[api.name]) < 3 * CALLS_LEAST:
            pass
    return bystander.findings()


class Bystanders(unittest.TestCase):
    def test_find_nothing_where_they_are_served(self):
        api = Api(booking("CONFIRMED"))
        self.assertEqual(findings_at(api), [])
        self.assertEqual(set(api.waited), {"wait=5"})

    def test_find_what_is_refused_or_not_answered(self):
        (finding,) = findings_at(Api((503, {"code": "UNAVAILABLE"})))
        self.assertIn("booking at api-0: 503 UNAVAILABLE", finding)
        (finding,) = findings_at(Api(booking("CONFIRMED"), lives=False))
        self.assertIn("health at api-0: no answer", finding)

    def test_find_bookings_that_do_not_settle(self):
        (finding,) = findings_at(Api(booking("PENDING")))
        self.assertIn("booking at api-0: PENDING still", finding)

    def test_spare_bookings_whose_payment_the_strike_holds_back(self):
        self.assertEqual(findings_at(Api(booking("PENDING")), spared=lambda booking: True), [])

    def test_that_do_not_wait_want_the_booking_taken(self):
        api = Api(booking("PENDING"))
        self.assertEqual(findings_at(api, waits=False), [])
        self.assertEqual(set(api.waited), {""})

    def test_find_look_ups_that_contradict(self):
        (finding,) = findings_at(Api(booking("CONFIRMED"), booking("FAILED", 200)))
        self.assertIn("look-up at api-0: told CONFIRMED, is FAILED", finding)


if __name__ == "__main__":
    unittest.main()
