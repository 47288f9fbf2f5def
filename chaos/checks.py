"""What must be true after every scenario, once nothing is under way any more. Pure: rows in, findings out."""

from dataclasses import dataclass

SHOWN = 3  # cases of a finding
HELD_UP_S = 2.0  # a booking takes some hundredths of a second


@dataclass(frozen=True)
class Flight:
    id: str
    total: int
    available: int
    held: int  # seats of its PENDING and CONFIRMED bookings
    on_sale: bool = True


@dataclass(frozen=True)
class Booking:
    id: str
    status: str
    payment_ref: str  # empty: none
    refund_ref: str


@dataclass(frozen=True)
class Told:
    """The last that a client was told of a booking."""

    id: str
    status: str


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


def held_up(seconds: list[float | None]) -> list[str]:
    """How long each booking took that something else must not hold up. None: it was not settled at all."""
    unsettled = [str(took) for took in seconds if took is None]
    late = [f"{took:.2f} s" for took in seconds if took is not None and took > HELD_UP_S]
    return [
        *_finding("bookings of another flight were not settled", unsettled),
        *_finding("bookings of another flight were held up", late),
    ]


def unanswered(calls: list[str]) -> list[str]:
    return _finding("calls of others were not answered", calls)


def added(expected: int, flights: int, different: int) -> list[str]:
    if flights == different == expected:
        return []
    return [f"of {expected} flights there are {flights}, {different} different ones"]


def added_again(version: int) -> list[str]:
    """`version`: the highest of flights that nobody changed."""
    return [f"flights were added again, up to version {version}"] if version != 1 else []


def stopped_late(cases: list[str]) -> list[str]:
    return _finding("starts were not stopped", cases)


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
