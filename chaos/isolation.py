"""One slow thing stops nothing else: strikes during which a bystander goes on at every api process."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from threading import Event

import checks
import hostile
import payment_service
from background import in_background
from bystander import Bystander
from deployment import Production, WithFewDescriptors, WithSlowLists
from members import Member
from other_flight import OtherFlight

STRIKE_S = 6.0
LOCKED_S = 4.0
# Longer than a call of the payment service may take.
SILENT_S = 12.0
HANGING_REFUNDS = 20
REFILL_PATIENCE_S = 5.0

# At each api.
LISTING_CLIENTS = 4
SENDERS = 4
STOPPERS = 2
SILENT_CONNECTIONS = 300

MANY_FLIGHTS = 300_000
# They are cancelled, so that Redis need not hold them.
INSERT_MANY_FLIGHTS = f"""
INSERT INTO flights (id, flight_number, source, destination, departure_ts, departure_date, total_seats,
                     available_seats, price, status, created_at, updated_at)
SELECT gen_random_uuid(), 'MF' || n, 'P' || n % 30, 'Q' || n % 29,
       now() - n % 28800 * interval '1 minute' - interval '1 day', '2020-01-01', 300, 300, 99, 'CANCELLED',
       now() - interval '1 day', now() - interval '1 day'
FROM generate_series(1, {MANY_FLIGHTS}) n
WHERE NOT EXISTS (SELECT 1 FROM flights WHERE flight_number = 'MF1')
"""
LISTS = (
    "/admin/flights?destination=x&limit=100",
    "/admin/flights?source=P1&destination=Q999&limit=100",
    "/admin/flights?date=2020-01-01&source=nowhere&limit=100",
    "/admin/flights?limit=100",
)


def list_flights(on: WithSlowLists, number: int) -> list[str]:
    """Clients list many flights by all that can be asked for. In every second strike the database answers no
    list at all until it cuts the statement off."""
    on.sql(INSERT_MANY_FLIGHTS)
    standing_still = number % 2 == 1
    paths = LISTS[-1:] if standing_still else LISTS
    statuses: list[int | None] = []

    def ask_for_lists(member: Member, ended: Event) -> None:
        for path in paths:
            if not ended.is_set():
                answer = member.ask("GET", path)
                statuses.append(answer and answer[0])

    with ExitStack() as strike:
        if standing_still:
            strike.enter_context(on.postgres.lists_standing_still())
        bystander = strike.enter_context(Bystander(on.apis))
        strike.enter_context(in_background(ask_for_lists, on.apis, LISTING_CLIENTS))
        time.sleep(STRIKE_S)
    return bystander.findings() + checks.lists(statuses, standing_still)


def lock_flight(on: Production, number: int) -> list[str]:
    """Somebody else keeps the row of one flight, which is asked for at both processes."""
    locked = OtherFlight(on.apis[number % 2])

    def ask_for_seat(member: Member, ended: Event) -> None:
        locked.ask_for_seat(member)

    with ExitStack() as strike:
        strike.enter_context(on.postgres.locked(locked.id, 10 * LOCKED_S))
        bystander = strike.enter_context(Bystander(on.apis))
        strike.enter_context(in_background(ask_for_seat, on.apis))
        time.sleep(LOCKED_S)
    return bystander.findings()


def silence_some_payments(on: Production, number: int) -> list[str]:
    """The other payments are made as ever."""
    with ExitStack() as strike:
        bystander = strike.enter_context(Bystander(on.apis, spared=_silent("some-silent")))
        _misbehave(on, strike, "some-silent")
        time.sleep(SILENT_S)
    return bystander.findings()


def silence_payments(on: Production, number: int) -> list[str]:
    """Bookings are taken as ever. They settle when the payment service answers again."""
    with ExitStack() as strike:
        bystander = strike.enter_context(Bystander(on.apis, spared=_silent("silent"), waits=False))
        _misbehave(on, strike, "silent")
        time.sleep(SILENT_S)
    return bystander.findings()


def hang_refunds(on: Production, number: int) -> list[str]:
    """A flight is closed and its refunds hang. Then Redis is emptied, and must be filled again meanwhile."""
    flight = OtherFlight(on.apis[0])
    for _ in range(HANGING_REFUNDS):
        flight.ask_for_seat(on.apis[1])
    found = []
    with ExitStack() as strike:
        bystander = strike.enter_context(Bystander(on.apis))
        _misbehave(on, strike, "refunds-hang")
        flight.close(on.apis[1])
        on.redis.flush()
        ends = time.monotonic() + STRIKE_S
        if not _is_filled_again(on):
            found = [f"Redis is not filled again within {REFILL_PATIENCE_S:g} s while refunds hang"]
        time.sleep(max(0.0, ends - time.monotonic()))
    return found + bystander.findings()


def _is_filled_again(on: Production) -> bool:
    deadline = time.monotonic() + REFILL_PATIENCE_S
    while time.monotonic() < deadline:
        if all(api.well() for api in on.apis) and on.redis_knows_every_flight():
            return True
        time.sleep(0.05)
    return False


def send_hostile_bodies(on: Production, number: int) -> list[str]:
    """Bodies of thousands of unknown names, headers without end, cursors that nobody made, bodies that stop
    half way, and connections that say nothing."""
    body = hostile.body_of_names()
    clients = (
        (hostile.Sender(hostile.request_of(body)), SENDERS),
        (hostile.Sender(hostile.endless_headers()), 1),
        (hostile.Sender(hostile.long_cursor("/admin/flights?")), 1),
        (hostile.Sender(hostile.long_cursor("/search?source=OSL&destination=BGO&date=2099-08-01&")), 1),
        (hostile.Stopper(hostile.request_of(body, len(body) // 2)), STOPPERS),
        (hostile.silent, STOPPERS),
    )
    with ExitStack() as strike:
        bystander = strike.enter_context(Bystander(on.apis))
        for client, each in clients:
            strike.enter_context(in_background(client, on.apis, each))
        time.sleep(STRIKE_S)
    return bystander.findings()


def take_descriptors(on: WithFewDescriptors, number: int) -> list[str]:
    """More silent connections than there are descriptors, and one payment in twenty is never answered."""
    with ExitStack() as strike:
        bystander = strike.enter_context(Bystander(on.apis, spared=_silent("some-silent")))
        _misbehave(on, strike, "some-silent")
        strike.enter_context(in_background(hostile.Crowd(SILENT_CONNECTIONS), on.apis))
        time.sleep(STRIKE_S)
    return bystander.findings()


def _misbehave(on: Production, strike: ExitStack, how: str) -> None:
    """The payment service behaves well again when the strike is over."""
    strike.callback(on.payments.behave, "well")
    on.payments.behave(how)


def _silent(how: str) -> Callable[[str], bool]:
    return partial(payment_service.is_silent, how, call="pay")
