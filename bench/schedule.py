"""The flights that are searched and sold."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEATS = 1_000_000_000
# The flights of a search page.
PAGE = 20
# The route of searches.
ROUTE = ("JFK", "LHR")
PLACES = tuple(f"{a}{b}X" for a in "ABCDE" for b in "ABCDEFGH")


def day(ahead: int) -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=ahead)


def flight(number: str, route: tuple[str, str], departure: datetime, price: str, seats: int = SEATS) -> dict:
    return {
        "flight_number": number,
        "source": route[0],
        "destination": route[1],
        "departure_ts": _text(departure),
        "arrival_ts": _text(departure + timedelta(hours=7)),
        "total_seats": seats,
        "price": price,
    }


def searched(count: int) -> list[dict]:
    """On one route and day; prices in another order than departures."""
    return [
        flight(f"SR{i}", ROUTE, day(30) + timedelta(minutes=40 * i), f"{100 + (i * 7) % 31}.50")
        for i in range(count)
    ]


def search_path() -> str:
    return f"/search?source={ROUTE[0]}&destination={ROUTE[1]}&date={day(30):%Y-%m-%d}&sort=price&limit={PAGE}"


def sold(prefix: str, count: int, seats: int = SEATS) -> Iterator[dict]:
    """On routes and days of their own; as many as asked for."""
    for i in range(count):
        source = PLACES[i % len(PLACES)]
        destination = PLACES[(i + 1 + i // len(PLACES) % 7) % len(PLACES)]
        departure = day(31 + i // 400 % 300) + timedelta(minutes=i % 400 * 3)
        yield flight(f"{prefix}{i}", (source, destination), departure, "199.00", seats)


def write_csv(path: Path, flights: Iterator[dict]) -> None:
    columns = ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "price")
    with path.open("w") as out:
        out.write(",".join(columns) + "\n")
        for each in flights:
            out.write(",".join(str(each[column]) for column in columns) + "\n")


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
