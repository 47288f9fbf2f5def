"""A payment service that keeps what it decided in a file, so that a `kill -9` loses no charge and every one
can be audited.

It speaks the part of docs/api.md that Flightdeck calls. Flightdeck's own mock forgets its payments when it
ends, so it could not tell afterwards who was charged. Beyond that:
    PUT /behaviour HOW                  broken: half of the charges are made before 500 is answered
                                        some-silent, silent: nothing is ever answered of some payments, or all
                                        refunds-hang: no refund is answered
    GET /ledger                         every payment, for the audit
"""

import argparse
import asyncio
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

DELAY_S = 0.02
# Longer than a booking waits for its payment here.
SLOW_S = 6
DECLINED_OF_TEN = 1
SILENT_OF_HUNDRED = 5
SILENCE_S = 60
REASONS = {200: "OK", 202: "Accepted", 404: "Not Found", 409: "Conflict", 500: "Internal Server Error"}


@dataclass
class Payment:
    amount: str
    # pending, success or failure
    status: str = "pending"
    refunded: bool = False


def verdict(booking: str) -> str:
    return "failure" if zlib.crc32(booking.encode()) % 10 < DECLINED_OF_TEN else "success"


def is_silent(behaviour: str, booking: str, call: str) -> bool:
    if behaviour == "some-silent":
        return zlib.crc32(booking[::-1].encode()) % 100 < SILENT_OF_HUNDRED
    return behaviour == "silent" or (behaviour == "refunds-hang" and call == "refund")


class Book:
    """Payments by booking. Decisions and refunds are in the file before anybody is told of them."""

    def __init__(self, file: Path):
        self.payments: dict[str, Payment] = {}
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        # What a kill cut off in the middle of a line was told to nobody.
        whole = file.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        os.ftruncate(self._file, len(whole))
        for line in whole.decode().splitlines():
            booking, amount, what = line.split(" ")
            payment = self.payments.setdefault(booking, Payment(amount))
            if what == "refunded":
                payment.refunded = True
            else:
                payment.status = what

    def open(self, booking: str, amount: str) -> Payment:
        return self.payments.setdefault(booking, Payment(amount))

    def decide(self, booking: str) -> Payment:
        payment = self.payments[booking]
        if payment.status == "pending":
            decided = verdict(booking)
            self._write(f"{booking} {payment.amount} {decided}")
            payment.status = decided
        return payment

    def refund(self, booking: str) -> None:
        payment = self.payments[booking]
        if not payment.refunded:
            self._write(f"{booking} {payment.amount} refunded")
            payment.refunded = True

    def _write(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())


class Service:
    def __init__(self, book: Book):
        self._book = book
        self._behaviour = "well"
        self._broken_calls = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await read_request(reader):
                status, answer = await self._answer(*request)
                body = json.dumps(answer).encode()
                head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
                writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            # The client is gone, maybe killed.
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, body: str) -> tuple[int, object]:
        payments = self._book.payments
        if (method, path) == ("PUT", "/behaviour"):
            self._behaviour = body
            return 200, {}
        if (method, path) == ("GET", "/ledger"):
            return 200, [[booking, each.status, each.refunded] for booking, each in payments.items()]
        broken = self._behaviour == "broken"
        asked = json.loads(body) if method == "POST" else {}
        call = path.rsplit("/", 1)[-1]
        if is_silent(self._behaviour, asked.get("booking_id", call), call):
            await asyncio.sleep(SILENCE_S)
            return 500, {}
        if (method, path) == ("POST", "/mock_payment/pay"):
            return await self._pay(asked["booking_id"], str(asked["amount"]))
        if broken:
            return 500, {}
        if (method, path) == ("POST", "/mock_payment/refund"):
            return self._refund(asked["booking_id"])
        payment = payments.get(path.removeprefix("/mock_payment/payments/"))
        return (200, shown(path, payment)) if payment else (404, {})

    async def _pay(self, booking: str, amount: str) -> tuple[int, object]:
        if self._behaviour == "broken":
            self._broken_calls += 1
            if self._broken_calls % 2:
                self._book.open(booking, amount)
                self._book.decide(booking)
            return 500, {}
        self._book.open(booking, amount)
        await asyncio.sleep(SLOW_S if self._behaviour == "slow" else DELAY_S)
        return 200, shown(booking, self._book.decide(booking))

    def _refund(self, booking: str) -> tuple[int, object]:
        payment = self._book.payments.get(booking)
        if payment is None:
            return 404, {}
        if payment.status != "success":
            return 409, {}
        self._book.refund(booking)
        return 200, {"refund_id": f"refund-{booking}"}


def shown(path: str, payment: Payment) -> dict:
    booking = path.rsplit("/", 1)[-1]
    return {
        "payment_id": f"payment-{booking}",
        "status": payment.status,
        "amount": payment.amount,
        "refunded": payment.refunded,
    }


async def read_request(reader: asyncio.StreamReader) -> tuple[str, str, str] | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    line, *fields = head.split("\r\n")
    length = 0
    for field in fields:
        name, _, value = field.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    method, path, _ = line.split(" ")
    return method, path, (await reader.readexactly(length)).decode()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    arguments = parser.parse_args()
    service = Service(Book(arguments.file))
    server = await asyncio.start_server(service.serve, "127.0.0.1", arguments.port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
