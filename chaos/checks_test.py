import unittest

import checks
from checks import Booking, Flight, Told


def booking(id: str, status: str = "CONFIRMED", ref: str | None = None) -> Booking:
    return Booking(id, status, f"payment-{id}" if ref is None else ref, "")


def of(*bookings: Booking) -> dict[str, Booking]:
    return {each.id: each for each in bookings}


class Seats(unittest.TestCase):
    def test_that_add_up_are_well(self):
        self.assertEqual(checks.seats([Flight("a", 10, 4, 6), Flight("b", 10, 0, 10)]), [])

    def test_sold_twice_are_found(self):
        (finding,) = checks.seats([Flight("a", 10, -1, 11)])
        self.assertIn("1 flights are oversold", finding)

    def test_that_nobody_has_are_found(self):
        (finding,) = checks.seats([Flight("a", 10, 3, 6)])
        self.assertIn("lost seats", finding)

    def test_on_offer_and_held_are_found(self):
        (finding,) = checks.seats([Flight("a", 10, 5, 6)])
        self.assertIn("offer seats that somebody holds", finding)


class SoldOutForNothing(unittest.TestCase):
    def test_is_found(self):
        self.assertEqual(checks.sold_out_for_nothing(["", "UNAVAILABLE"]), [])
        (finding,) = checks.sold_out_for_nothing(["", "OUT_OF_STOCK"])
        self.assertIn("1 bookings are told", finding)


class Counters(unittest.TestCase):
    flight = Flight("a", 10, 4, 6)

    def test_that_agree_are_well(self):
        self.assertEqual(checks.counters([self.flight], {"a": (4, 0)}), [])

    def test_are_not_asked_for_flights_off_sale(self):
        closed = Flight("b", 10, 10, 0, on_sale=False)
        self.assertEqual(checks.counters([self.flight, closed], {"a": (4, 0)}), [])

    def test_that_differ_are_found(self):
        for count in (3, 5, None):
            (finding,) = checks.counters([self.flight], {"a": (count, 0)})
            self.assertIn(f"Redis {count}, database 4", finding)

    def test_holds_that_stay_are_found(self):
        (finding,) = checks.counters([self.flight], {"a": (4, 1)})
        self.assertIn("holds left", finding)


class Clients(unittest.TestCase):
    def test_find_what_they_were_told(self):
        now = of(booking("a"), booking("b", "FAILED"), booking("c", "CANCELLED"))
        self.assertEqual(checks.told([Told("a", "CONFIRMED"), Told("b", "PENDING")], now), [])

    def test_miss_what_is_lost(self):
        (finding,) = checks.told([Told("a", "PENDING")], {})
        self.assertIn("1 acknowledged bookings are lost: a", finding)

    def test_miss_what_was_confirmed(self):
        (finding,) = checks.told([Told("a", "CONFIRMED")], of(booking("a", "FAILED")))
        self.assertIn("told CONFIRMED, is FAILED", finding)


class Money(unittest.TestCase):
    def test_taken_for_a_seat_is_well(self):
        now = of(
            booking("a"), booking("b", "FAILED", ""), booking("c", "FAILED", ""), booking("d", "CANCELLED")
        )
        paid = {"a": ("success", False), "b": ("failure", False), "d": ("success", True)}
        self.assertEqual(checks.money(now, paid), [])

    def test_that_never_came_is_found(self):
        for payments in ({}, {"a": ("failure", False)}, {"a": ("pending", False)}):
            (finding,) = checks.money(of(booking("a")), payments)
            self.assertIn("CONFIRMED and not paid", finding)

    def test_given_back_for_a_seat_that_is_kept_is_found(self):
        (finding,) = checks.money(of(booking("a")), {"a": ("success", True)})
        self.assertIn("CONFIRMED and refunded", finding)

    def test_kept_for_no_seat_is_found(self):
        for status in ("FAILED", "CANCELLED"):
            (finding,) = checks.money(of(booking("a", status)), {"a": ("success", False)})
            self.assertIn("kept for no seat", finding)

    def test_taken_for_no_booking_is_found(self):
        (finding,) = checks.money({}, {"a": ("success", False)})
        self.assertIn("for no booking", finding)

    def test_of_another_booking_is_found(self):
        (finding,) = checks.money(of(booking("a", ref="payment-b")), {"a": ("success", False)})
        self.assertIn("name another payment", finding)


class HeldUp(unittest.TestCase):
    def test_late_and_unsettled_bookings_are_found(self):
        self.assertEqual(checks.held_up([0.02, 0.5]), [])
        unsettled, late = checks.held_up([0.02, None, checks.HELD_UP_S + 0.1])
        self.assertIn("1 bookings of another flight were not settled", unsettled)
        self.assertIn("1 bookings of another flight were held up", late)


class Others(unittest.TestCase):
    def test_that_were_not_answered_are_found(self):
        self.assertEqual(checks.unanswered([]), [])
        (finding,) = checks.unanswered(["api-0: /health/live"])
        self.assertIn("1 calls of others were not answered: api-0", finding)


class Starts(unittest.TestCase):
    def test_that_add_every_flight_once_are_well(self):
        self.assertEqual(checks.added(9, 9, 9) + checks.added_again(1), [])

    def test_that_add_too_few_or_too_many_are_found(self):
        self.assertIn("of 9 flights there are 8", checks.added(9, 8, 8)[0])
        self.assertIn("9 different ones", checks.added(9, 18, 9)[0])
        self.assertIn("up to version 2", checks.added_again(2)[0])

    def test_that_do_not_stop_are_found(self):
        (finding,) = checks.stopped_late(["9.00 s"])
        self.assertIn("1 starts were not stopped: 9.00 s", finding)


class Pending(unittest.TestCase):
    def test_bookings_are_found(self):
        (finding,) = checks.pending(of(booking("a", "PENDING"), booking("b")))
        self.assertIn("1 bookings are PENDING still: a", finding)


if __name__ == "__main__":
    unittest.main()
