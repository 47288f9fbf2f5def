"""What must be true after every scenario, once nothing is under way any more. Pure: rows in, findings out."""

import signal
from dataclasses import dataclass

# Cases of a finding.
SHOWN = 3
# A call takes some hundredths of a second.
HELD_UP_S = 2.0
STOP_LONGEST_S = 2.0


@dataclass(frozen=True)
class Flight:
    id: str
    total: int
    available: int
    # Seats of its PENDING and CONFIRMED bookings.
    held: int
    on_sale: bool = True


@dataclass(frozen=True)
class Booking:
    id: str
    status: str
    # Empty: none.
    payment_ref: str
    refund_ref: str


@dataclass(frozen=True)
class Told:
    """The last that a client was told of a booking."""

    id: str
    status: str


@dataclass(frozen=True)
class Call:
    """One that a bystander made."""

    at: str
    what: str
    seconds: float
    # Empty: nothing.
    wrong: str


@dataclass(frozen=True)
class Stop:
    """Of a process that was starting."""

    when: str
    # From the signal until it had ended.
    seconds: float
    # None: it had not ended.
    code: int | None
    # It had just begun, and had said nothing.
    at_once: bool
    # Its port was opened after the signal.
    opened: bool


# Cancelled flights only while somebody holds their seats.
FLIGHTS = """
SELECT f.id, f.total_seats, f.available_seats, coalesce(b.held, 0), f.status FROM flights f LEFT JOIN
  (SELECT flight_id, sum(seats) AS held FROM bookings WHERE status IN ('PENDING', 'CONFIRMED')
   GROUP BY flight_id) b
  ON b.flight_id = f.id
WHERE f.status = 'SCHEDULED' OR f.available_seats <> f.total_seats OR b.held > 0
"""
BOOKINGS = "SELECT id, status, payment_ref, refund_ref FROM bookings"


def flights_of(rows: list[list[str]]) -> list[Flight]:
    return [
        Flight(id, int(total), int(available), int(held), status == "SCHEDULED")
        for id, total, available, held, status in rows
    ]


def bookings_of(rows: list[list[str]]) -> dict[str, Booking]:
    return {row[0]: Booking(*row) for row in rows}


def seats(flights: list[Flight]) -> list[str]:
    oversold = [each for each in flights if each.held > each.total or each.available < 0]
    lost = [each for each in flights if each.available + each.held < each.total]
    made = [each for each in flights if each.available + each.held > each.total and each not in oversold]
    return [
        *_finding("flights are oversold", map(str, oversold)),
        *_finding("flights have lost seats", map(str, lost)),
        *_finding("flights offer seats that somebody holds", map(str, made)),
    ]


def sold_out_for_nothing(told: list[str]) -> list[str]:
    """Codes that whoever asked for a seat which had been given back was answered."""
    wrong = [code for code in told if code == "OUT_OF_STOCK"]
    return _finding("bookings are told that flights with seats are sold out", wrong)


def calls_of_bystanders(calls: list[Call]) -> list[str]:
    """Nothing that goes on beside them may fail a call or hold it up."""
    failed = [f"{call.what} at {call.at}: {call.wrong}" for call in calls if call.wrong]
    late = [
        f"{call.what} at {call.at}: {call.seconds:.2f} s"
        for call in calls
        if not call.wrong and call.seconds > HELD_UP_S
    ]
    every = f"of {len(calls)} calls of bystanders"
    return [*_finding(f"{every} failed", failed), *_finding(f"{every} were held up", late)]


def hardly_asked(names: list[str]) -> list[str]:
    """Processes that a bystander got too few answers from to say anything."""
    return _finding("processes hardly answered a bystander", names)


def lists(statuses: list[int | None], standing_still: bool) -> list[str]:
    """`statuses`: of the answers to lists, None: there was none. A list that the database does not answer is
    refused, and others are answered at times, however many rows they read."""
    answered = statuses.count(200)
    if standing_still and answered:
        return [f"{answered} lists were answered that the database had not answered"]
    if standing_still and 503 not in statuses:
        return [f"none of {len(statuses)} lists that the database does not answer was refused with 503"]
    if not standing_still and not answered:
        return [f"none of {len(statuses)} lists was answered"]
    return []


def contradiction(told: dict, answer: tuple[int, dict] | None) -> str:
    """What is wrong with the answer to a look-up of a booking that was told before."""
    if answer is None:
        return "no answer"
    status, booking = answer
    if status != 200:
        return f"{status} {booking.get('code', '')}"
    if told["status"] not in ("PENDING", booking["status"]):
        return f"told {told['status']}, is {booking['status']}"
    return ""


def added(expected: int, flights: int, different: int) -> list[str]:
    if flights == different == expected:
        return []
    return [f"of {expected} flights there are {flights}, {different} different ones"]


def added_again(version: int) -> list[str]:
    """`version`: the highest of flights that nobody changed."""
    return [f"flights were added again, up to version {version}"] if version != 1 else []


def stops(all: list[Stop]) -> list[str]:
    """Each must be over soon and clean, and must not open the port of the process any more."""
    late = [f"{each.seconds:.2f} s, {each.when}" for each in all if each.seconds > STOP_LONGEST_S]
    unclean = [f"exit code {each.code}, {each.when}" for each in all if not _is_clean(each)]
    opened = [each.when for each in all if each.opened]
    return [
        *_finding("starts were not stopped in time", late),
        *_finding("starts ended badly when they were stopped", unclean),
        *_finding("starts opened their port after they were stopped", opened),
    ]


def _is_clean(stop: Stop) -> bool:
    # Before a process has said who takes SIGTERM, the signal itself ends it.
    return stop.code == 0 or (stop.at_once and stop.code == -signal.SIGTERM)


def counters(flights: list[Flight], told: dict[str, tuple[int | None, int]]) -> list[str]:
    """`told`: in Redis, counter (None: it does not know the flight) and holds. With no hold left, both count
    the same. Redis need not know a flight that is not on sale."""
    flights = [flight for flight in flights if flight.on_sale]
    wrong = [
        f"{flight.id}: Redis {told[flight.id][0]}, database {flight.available}"
        for flight in flights
        if told[flight.id][0] != flight.available
    ]
    held = [f"{flight.id}: {told[flight.id][1]}" for flight in flights if told[flight.id][1]]
    return [
        *_finding("counters in Redis are wrong", wrong),
        *_finding("flights have holds left in Redis", held),
    ]


def told(clients: list[Told], bookings: dict[str, Booking]) -> list[str]:
    lost = [each.id for each in clients if each.id not in bookings]
    changed = [
        f"{each.id}: told {each.status}, is {bookings[each.id].status}"
        for each in clients
        if each.id in bookings and each.status == "CONFIRMED" != bookings[each.id].status
    ]
    return [
        *_finding("acknowledged bookings are lost", lost),
        *_finding("confirmed bookings are no longer", changed),
    ]


def pending(bookings: dict[str, Booking]) -> list[str]:
    return _finding(
        "bookings are PENDING still", (each.id for each in bookings.values() if each.status == "PENDING")
    )


def money(bookings: dict[str, Booking], payments: dict[str, tuple[str, bool]]) -> list[str]:
    """`payments`: status by booking and whether it was refunded, by the payment service's word."""
    unpaid, kept, refunded, wrong_ref = [], [], [], []
    for booking in bookings.values():
        status, given_back = payments.get(booking.id, ("none", False))
        if booking.status == "CONFIRMED":
            if status != "success":
                unpaid.append(f"{booking.id}: payment {status}")
            elif given_back:
                refunded.append(booking.id)
            elif booking.payment_ref != f"payment-{booking.id}":
                wrong_ref.append(f"{booking.id}: {booking.payment_ref}")
        elif booking.status in ("FAILED", "CANCELLED") and status == "success" and not given_back:
            kept.append(f"{booking.id}: {booking.status}")
    strangers = [id for id, (status, _) in payments.items() if status == "success" and id not in bookings]
    return [
        *_finding("bookings are CONFIRMED and not paid", unpaid),
        *_finding("bookings are CONFIRMED and refunded", refunded),
        *_finding("bookings name another payment", wrong_ref),
        *_finding("payments were taken and kept for no seat", kept),
        *_finding("payments were taken for no booking", strangers),
    ]


def _finding(what: str, cases) -> list[str]:
    found = list(cases)
    if not found:
        return []
    return [f"{len(found)} {what}: {'; '.join(found[:SHOWN])}{' …' if len(found) > SHOWN else ''}"]
