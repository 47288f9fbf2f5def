"""A flight that nobody but its owner books."""

import uuid

from members import Member

SEATS = 10_000


class OtherFlight:
    def __init__(self, at: Member):
        self.id = at.add_flight("BGO", "2099-08-01T08:00:00Z", SEATS)

    def ask_for_seat(self, at: Member, wait_s: int = 5):
        body = {"user_id": str(uuid.uuid4()), "flight_id": self.id, "seats": 1}
        return at.ask("POST", "/booking", body, {"Prefer": f"wait={wait_s}"} if wait_s else {})

    def close(self, at: Member) -> None:
        # Its answer has no body.
        at.ask("DELETE", f"/admin/flights/{self.id}?cancel_bookings=true")
