import tempfile
import unittest
from pathlib import Path

from payment_service import Book, Service, is_silent, verdict


def booking_of(status: str) -> str:
    return next(name for name in map(str, range(1000)) if verdict(name) == status)


class Books(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "payments.txt"
        self.paid = booking_of("success")
        self.declined = booking_of("failure")

    def test_know_after_a_kill_what_they_decided(self):
        book = Book(self.file)
        for booking in (self.paid, self.declined):
            book.open(booking, "10.00")
            book.decide(booking)
        book.refund(self.paid)
        again = Book(self.file).payments
        self.assertEqual((again[self.paid].status, again[self.paid].refunded), ("success", True))
        self.assertEqual((again[self.declined].status, again[self.declined].refunded), ("failure", False))

    def test_forget_what_was_not_decided(self):
        Book(self.file).open(self.paid, "10.00")
        self.assertEqual(Book(self.file).payments, {})

    def test_forget_a_line_that_was_cut_off(self):
        book = Book(self.file)
        book.open(self.paid, "10.00")
        book.decide(self.paid)
        with self.file.open("a") as out:
            out.write(f"{self.declined} 10.00 succ")
        again = Book(self.file)
        self.assertEqual(list(again.payments), [self.paid])
        again.open(self.declined, "10.00")
        again.decide(self.declined)
        self.assertEqual(len(Book(self.file).payments), 2)


class Services(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.book = Book(Path(folder.name) / "payments.txt")
        self.service = Service(self.book)
        self.paid = booking_of("success")

    async def pay(self):
        body = f'{{"booking_id": "{self.paid}", "amount": "10.00"}}'
        return await self.service._answer("POST", "/mock_payment/pay", body)

    async def test_charge_once_however_often_they_are_asked(self):
        first, again = await self.pay(), await self.pay()
        self.assertEqual(first, again)
        self.assertEqual(first[1]["status"], "success")
        ledger = await self.service._answer("GET", "/ledger", "")
        self.assertEqual(ledger, (200, [[self.paid, "success", False]]))

    async def test_answer_500_with_and_without_a_charge(self):
        await self.service._answer("PUT", "/behaviour", "broken")
        self.assertEqual((await self.pay())[0], 500)
        self.assertEqual(self.book.payments[self.paid].status, "success")
        self.book.payments.clear()
        self.assertEqual((await self.pay())[0], 500)
        self.assertEqual(self.book.payments, {})

    async def test_refund_only_what_was_paid(self):
        body = f'{{"booking_id": "{self.paid}"}}'
        self.assertEqual((await self.service._answer("POST", "/mock_payment/refund", body))[0], 404)
        await self.pay()
        self.assertEqual((await self.service._answer("POST", "/mock_payment/refund", body))[0], 200)
        self.assertTrue(self.book.payments[self.paid].refunded)


class Silence(unittest.TestCase):
    def test_is_of_some_all_or_refunds(self):
        bookings = [str(number) for number in range(1000)]
        some = [booking for booking in bookings if is_silent("some-silent", booking, "pay")]
        self.assertTrue(10 < len(some) < 100)
        self.assertTrue(
            all(is_silent("some-silent", booking, booking) for booking in some), "whatever the call"
        )
        self.assertTrue(is_silent("silent", "1", "pay"))
        self.assertTrue(is_silent("refunds-hang", "1", "refund"))
        self.assertFalse(is_silent("refunds-hang", "1", "pay"))
        self.assertFalse(is_silent("well", "1", "pay"))


if __name__ == "__main__":
    unittest.main()
