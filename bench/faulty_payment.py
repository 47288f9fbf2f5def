"""A payment service that fails for some payments only, so that each flight's price says how its payments go.

    13.00  nothing is ever answered
    15.00  one payment of a hundred is never answered, and one question about it neither
others are paid at once. A refund of a payment that it never made is never answered.
"""

import argparse
import asyncio
import json
import zlib

SILENT, SILENT_AT_TIMES = "13.00", "15.00"
SILENT_OF_HUNDRED = 1
SILENCE_S = 60
REASONS = {200: "OK", 404: "Not Found"}


def is_silent(booking: str, amount: str | None, call: str) -> bool:
    if call == "refund":
        return amount is None
    rarely = zlib.crc32(booking.encode()) % 100 < SILENT_OF_HUNDRED
    # A payment that was never made is one of a booking that was put into the database.
    return amount == SILENT or (amount in (SILENT_AT_TIMES, None) and rarely)


class Service:
    def __init__(self):
        self._amounts: dict[str, str] = {}
        self._refunded: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                status, answer = await self._answer(head, await reader.readexactly(body_length(head)))
                body = json.dumps(answer).encode()
                fields = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(f"HTTP/1.1 {status} {REASONS[status]}\r\n{fields}".encode() + body)
        except (OSError, asyncio.IncompleteReadError):
            # The client is gone.
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, body: bytes) -> tuple[int, dict]:
        path = head.split(" ", 2)[1]
        call = path.rsplit("/", 1)[-1]
        asked = json.loads(body) if body else {}
        booking = asked.get("booking_id", call)
        if call == "pay":
            self._amounts.setdefault(booking, str(asked["amount"]))
        if is_silent(booking, self._amounts.get(booking), call):
            await asyncio.sleep(SILENCE_S)
        if call == "refund":
            self._refunded.add(booking)
            return 200, {"refund_id": f"refund-{booking}"}
        return (200, self._shown(booking)) if booking in self._amounts else (404, {})

    def _shown(self, booking: str) -> dict:
        return {
            "payment_id": f"payment-{booking}",
            "status": "success",
            "amount": self._amounts[booking],
            "refunded": booking in self._refunded,
        }


def body_length(head: str) -> int:
    for field in head.split("\r\n")[1:]:
        name, _, value = field.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    server = await asyncio.start_server(Service().serve, "127.0.0.1", parser.parse_args().port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
