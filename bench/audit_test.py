import unittest
from dataclasses import replace

import audit

GOOD = audit.Counts(told=1000, confirmed=1010, connections=64, pending=0, wrong_flights=0)


class Findings(unittest.TestCase):
    def test_none_when_all_adds_up(self):
        self.assertEqual(audit.findings(GOOD), [])

    def test_as_many_untold_as_were_under_way_are_right(self):
        self.assertEqual(audit.findings(replace(GOOD, confirmed=1000)), [])
        self.assertEqual(audit.findings(replace(GOOD, confirmed=1064)), [])

    def test_a_booking_told_that_is_not_there(self):
        self.assertEqual(
            audit.findings(replace(GOOD, confirmed=999)),
            ["1000 bookings told, 999 confirmed in the database"],
        )

    def test_more_bookings_than_anybody_asked_for(self):
        (finding,) = audit.findings(replace(GOOD, confirmed=1065))
        self.assertIn("more than the 64 under way", finding)

    def test_seats_that_do_not_add_up_and_bookings_left_pending(self):
        found = audit.findings(replace(GOOD, wrong_flights=2, pending=3))
        self.assertEqual(len(found), 2)
        self.assertIn("2 flights", found[0])
        self.assertIn("3 bookings PENDING", found[1])


if __name__ == "__main__":
    unittest.main()
