"""A flight that is sold out, and then not: who asks for its seat must not be told that there is none."""

import uuid

from processes import BenchError

from members import Member

SEATS = 2


class SoldOut:
    """Made and sold out through one process."""

    def __init__(self, at: Member):
        self._flight = at.add_flight("TOS", "2099-07-01T08:00:00Z", SEATS)
        self._bookings: list[str] = []
        tries = 0
        while not self._is_sold_out(at):
            tries += 1
            if tries > 100:
                raise BenchError("a small flight does not sell out")

    def _is_sold_out(self, at: Member) -> bool:
        answer = self._try_to_book(at)
        if answer and answer[0] in (200, 202):
            # Other bookings are declined, and their seats free again.
            if answer[1]["status"] == "CONFIRMED":
                self._bookings.append(answer[1]["booking_id"])
            return False
        return len(self._bookings) == SEATS and answer is not None and answer[1].get("code") == "OUT_OF_STOCK"

    def give_back(self, at: Member) -> None:
        booking = self._bookings.pop()
        answer = at.ask("POST", f"/booking/{booking}/cancel")
        if answer is None or answer[0] != 200:
            raise BenchError(f"a booking cannot be cancelled: {answer}")

    def book(self, at: Member) -> str:
        """The problem's code, or nothing."""
        answer = self._try_to_book(at)
        return answer[1].get("code", "") if answer and answer[0] >= 400 else ""

    def _try_to_book(self, at: Member):
        body = {"user_id": str(uuid.uuid4()), "flight_id": self._flight, "seats": 1}
        return at.ask("POST", "/booking", body, {"Prefer": "wait=5"})
