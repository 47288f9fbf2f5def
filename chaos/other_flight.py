"""A flight that nobody but its owner books: how long that takes tells whether others hold it up."""

import time
import uuid

from members import Member

SEATS = 10_000


class OtherFlight:
    def __init__(self, at: Member):
        self.id = at.add_flight("BGO", "2099-08-01T08:00:00Z", SEATS)
        self.booking = ""  # the last one

    def book(self, at: Member) -> float | None:
        """Seconds until it was told that its booking is CONFIRMED or declined; None: it was told neither."""
        began = time.monotonic()
        answer = self.ask_for_seat(at)
        taken = answer is not None and answer[0] in (200, 202)
        if taken:
            self.booking = answer[1]["booking_id"]
        settled = taken and answer[1]["status"] != "PENDING"
        return time.monotonic() - began if settled else None

    def ask_for_seat_at_once(self, at: Member) -> float | None:
        """Seconds until the booking was taken, whether paid or not; None: it was not."""
        began = time.monotonic()
        answer = self.ask_for_seat(at, wait_s=0)
        return time.monotonic() - began if answer is not None and answer[0] in (200, 202) else None

    def ask_for_seat(self, at: Member, wait_s: int = 5):
        body = {"user_id": str(uuid.uuid4()), "flight_id": self.id, "seats": 1}
        return at.ask("POST", "/booking", body, {"Prefer": f"wait={wait_s}"} if wait_s else {})

    def close(self, at: Member) -> None:
        # Its answer has no body.
        at.ask("DELETE", f"/admin/flights/{self.id}?cancel_bookings=true")
