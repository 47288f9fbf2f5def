import unittest

import checks
from checks import Booking, Call, Flight, Stop, Told


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


class Bystanders(unittest.TestCase):
    def test_that_are_served_are_well(self):
        calls = [Call("api-0", "booking", 0.02, ""), Call("api-1", "health", checks.HELD_UP_S, "")]
        self.assertEqual(checks.calls_of_bystanders(calls) + checks.hardly_asked([]), [])

    def test_whose_calls_fail_are_found(self):
        calls = [Call("api-0", "booking", 9, "no answer"), Call("api-0", "health", 0.1, "")]
        (finding,) = checks.calls_of_bystanders(calls)
        self.assertEqual(finding, "1 of 2 calls of bystanders failed: booking at api-0: no answer")

    def test_whose_calls_are_held_up_are_found(self):
        (finding,) = checks.calls_of_bystanders([Call("api-0", "look-up", checks.HELD_UP_S + 0.1, "")])
        self.assertIn("1 of 1 calls of bystanders were held up: look-up at api-0: 2.10 s", finding)

    def test_that_got_hardly_an_answer_are_found(self):
        (finding,) = checks.hardly_asked(["api-1"])
        self.assertIn("api-1", finding)


class Lists(unittest.TestCase):
    def test_that_are_answered_or_refused_are_well(self):
        self.assertEqual(checks.lists([200, 503, None], False), [])
        self.assertEqual(checks.lists([503, None], True), [])

    def test_that_nobody_gets_are_found(self):
        self.assertIn("none of 2 lists was answered", checks.lists([503, None], False)[0])

    def test_that_stand_still_and_are_not_refused_are_found(self):
        self.assertIn("none of 1 lists", checks.lists([None], True)[0])
        self.assertIn("1 lists were answered", checks.lists([503, 200], True)[0])


class LookUps(unittest.TestCase):
    def test_of_what_was_told_are_well(self):
        for told, now in (("CONFIRMED", "CONFIRMED"), ("PENDING", "PENDING"), ("PENDING", "FAILED")):
            self.assertEqual(checks.contradiction({"status": told}, (200, {"status": now})), "")

    def test_of_something_else_are_found(self):
        told = {"status": "CONFIRMED"}
        self.assertEqual(checks.contradiction(told, (200, {"status": "FAILED"})), "told CONFIRMED, is FAILED")

    def test_that_fail_are_found(self):
        told = {"status": "CONFIRMED"}
        self.assertEqual(checks.contradiction(told, None), "no answer")
        self.assertEqual(checks.contradiction(told, (503, {"code": "UNAVAILABLE"})), "503 UNAVAILABLE")


class Starts(unittest.TestCase):
    def test_that_add_every_flight_once_are_well(self):
        self.assertEqual(checks.added(9, 9, 9) + checks.added_again(1), [])

    def test_that_add_too_few_or_too_many_are_found(self):
        self.assertIn("of 9 flights there are 8", checks.added(9, 8, 8)[0])
        self.assertIn("9 different ones", checks.added(9, 18, 9)[0])
        self.assertIn("up to version 2", checks.added_again(2)[0])

    def test_that_stop_soon_and_clean_are_well(self):
        stops = [Stop("loading", 0.1, 0, False, False), Stop("begun", 0.0, -15, True, False)]
        self.assertEqual(checks.stops(stops), [])

    def test_that_do_not_stop_are_found(self):
        late, unclean = checks.stops([Stop("loading", 20.0, None, False, False)])
        self.assertIn("1 starts were not stopped in time: 20.00 s, loading", late)
        self.assertIn("ended badly when they were stopped: exit code None, loading", unclean)

    def test_that_the_signal_kills_are_found(self):
        for code in (-15, 1):
            (finding,) = checks.stops([Stop("loading", 0.1, code, False, False)])
            self.assertIn(f"exit code {code}, loading", finding)

    def test_that_go_on_to_listen_are_found(self):
        (finding,) = checks.stops([Stop("loading", 0.1, 0, False, True)])
        self.assertIn("1 starts opened their port after they were stopped: loading", finding)


class Pending(unittest.TestCase):
    def test_bookings_are_found(self):
        (finding,) = checks.pending(of(booking("a", "PENDING"), booking("b")))
        self.assertIn("1 bookings are PENDING still: a", finding)


if __name__ == "__main__":
    unittest.main()
