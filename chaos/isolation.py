"""One slow thing stops nothing else: strikes during which well-behaved clients go on, at every api."""

import socket
import threading
import time
from contextlib import ExitStack, contextmanager

import checks
from deployment import Production, WithFewDescriptors
from members import Member
from other_flight import OtherFlight

STRIKE_S = 6.0
HOSTILE_CLIENTS = 6  # at each api
SILENT_CONNECTIONS = 120  # at each api, of the 256 descriptors that it may have
MANY_FLIGHTS = 300_000
LISTING_CLIENTS = 3  # at each api
SOCKET_PATIENCE_S = 5.0

# Cancelled flights: Redis need not hold them.
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


def hostile_body() -> bytes:
    """As large as a body may be, with as many names as fit, none of them known."""
    names = ",".join(f'"{number:x}":1' for number in range(6800))
    return f"{{{names}}}".encode()


def request_of(body: bytes, sent: int) -> bytes:
    """The first `sent` bytes of a booking's request with that body."""
    head = "POST /booking HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return (head + f"Content-Length: {len(body)}\r\n\r\n").encode() + body[:sent]


@contextmanager
def in_background(work, members: list[Member], each: int):
    """`work(member, ended)` over and over, on so many threads for each member."""
    ended = threading.Event()

    def go_on(member: Member) -> None:
        while not ended.is_set():
            try:
                work(member, ended)
            except OSError:
                ended.wait(0.05)

    threads = [threading.Thread(target=go_on, args=[member]) for member in members for _ in range(each)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def bystanders(on: Production, seconds: float) -> list[str]:
    """What clients find that book another flight, look their bookings up, and ask whether a process lives."""
    flight = OtherFlight(on.apis[0])
    took, unanswered = [], []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for api in on.apis:
            took.append(flight.book(api))
            if not api.lives():
                unanswered.append(f"{api.name}: /health/live")
            if flight.booking and (answer := api.ask("GET", f"/booking/{flight.booking}")) is None:
                unanswered.append(f"{api.name}: a look-up")
            elif flight.booking and answer[0] != 200:
                unanswered.append(f"{api.name}: a look-up, {answer[0]}")
    return checks.held_up(took) + checks.unanswered(unanswered)


def send_hostile_bodies(on: Production, number: int) -> list[str]:
    """Bodies of thousands of unknown names, bodies that stop half way, and connections that say nothing."""
    body = hostile_body()

    def send(member: Member, ended: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", member.port), SOCKET_PATIENCE_S) as connection:
            for _ in range(20):
                connection.sendall(request_of(body, len(body)))
                if ended.is_set() or not connection.recv(1 << 16):
                    return

    def stop_half_way(member: Member, ended: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", member.port), SOCKET_PATIENCE_S) as connection:
            connection.sendall(request_of(body, len(body) // 2))
            ended.wait(STRIKE_S)

    with in_background(send, on.apis, HOSTILE_CLIENTS), in_background(stop_half_way, on.apis, 2):
        return bystanders(on, STRIKE_S)


def take_descriptors(on: WithFewDescriptors, number: int) -> list[str]:
    """Silent connections take what clients may have, and one payment in twenty is never answered."""
    with ExitStack() as held:
        for api in on.apis:
            for _ in range(SILENT_CONNECTIONS):
                connection = socket.create_connection(("127.0.0.1", api.port), SOCKET_PATIENCE_S)
                held.enter_context(connection)
        on.payments.behave("some-silent")
        held.callback(on.payments.behave, "well")
        flight = OtherFlight(on.apis[0])
        taken, dead = [], []
        ends = time.monotonic() + STRIKE_S
        while time.monotonic() < ends:
            for api in on.apis:
                taken.append(flight.ask_for_seat_at_once(api))
                if not api.lives():
                    dead.append(f"{api.name}: /health/live")
        return checks.held_up(taken) + checks.unanswered(dead)


def list_flights(on: Production, number: int) -> list[str]:
    """Clients list many flights by all that can be asked for; nobody else waits for them."""
    on.sql(INSERT_MANY_FLIGHTS)

    def ask_for_lists(member: Member, ended: threading.Event) -> None:
        for path in LISTS:
            if not ended.is_set():
                member.ask("GET", path)

    with in_background(ask_for_lists, on.apis, LISTING_CLIENTS):
        return bystanders(on, STRIKE_S)
