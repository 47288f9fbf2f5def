"""A well-behaved client beside a strike. It books a flight of its own at every api process, looks each
booking up, and asks whether the process lives. None of that may fail or wait because of somebody else."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import checks
from background import in_background
from checks import Call
from members import Member
from other_flight import OtherFlight

THREADS = 2
PAUSE_S = 0.03
# Fewer calls than this mean that the bystander itself was kept from asking.
CALLS_LEAST = 3


def nobody_is_spared(booking: str) -> bool:
    return False


class Bystander:
    """Used by `with`. `findings` tells afterwards what it met.

    `spared` names the bookings whose payment the strike itself holds back. They must be taken, and settle
    when the strike is over, which the audit looks at. `waits`: the client wants to be told what became of
    its booking, and is otherwise content when it is taken.
    """

    def __init__(
        self,
        apis: list[Member],
        spared: Callable[[str], bool] = nobody_is_spared,
        waits: bool = True,
    ):
        self._apis = apis
        self._spared = spared
        self._waits = waits
        self._calls: dict[str, list[Call]] = {api.name: [] for api in apis}
        self._stack = ExitStack()

    def __enter__(self):
        self._flight = OtherFlight(self._apis[0])
        self._stack.enter_context(in_background(self._once, self._apis, THREADS))
        return self

    def __exit__(self, *_):
        self._stack.close()

    def findings(self) -> list[str]:
        calls = [call for told in self._calls.values() for call in told]
        few = [name for name, told in self._calls.items() if len(told) < CALLS_LEAST]
        return checks.calls_of_bystanders(calls) + checks.hardly_asked(few)

    def _once(self, api: Member, ended: threading.Event) -> None:
        calls = self._calls[api.name]
        booking = self._book(api, calls)
        if booking:
            self._look_up(api, booking, calls)
        began = time.monotonic()
        wrong = "" if api.lives() else "no answer"
        calls.append(Call(api.name, "health", time.monotonic() - began, wrong))
        ended.wait(PAUSE_S)

    def _book(self, api: Member, calls: list[Call]):
        began = time.monotonic()
        answer = self._flight.ask_for_seat(api, wait_s=5 if self._waits else 0)
        took = time.monotonic() - began
        if answer is None:
            calls.append(Call(api.name, "booking", took, "no answer"))
            return None
        status, booking = answer
        if status not in (200, 202):
            calls.append(Call(api.name, "booking", took, f"{status} {booking.get('code', '')}"))
            return None
        # Whoever waits for a payment that does not come is answered as late as was asked for.
        if not (self._waits and self._spared(booking["booking_id"])):
            unsettled = self._waits and booking["status"] == "PENDING"
            calls.append(Call(api.name, "booking", took, "PENDING still" if unsettled else ""))
        return booking

    def _look_up(self, api: Member, booking: dict, calls: list[Call]) -> None:
        began = time.monotonic()
        answer = api.ask("GET", f"/booking/{booking['booking_id']}")
        took = time.monotonic() - began
        calls.append(Call(api.name, "look-up", took, checks.contradiction(booking, answer)))
