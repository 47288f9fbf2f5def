import tempfile
import unittest
from pathlib import Path

import schedule


class Flights(unittest.TestCase):
    def test_that_are_sold_are_all_different(self):
        flights = list(schedule.sold("T", 20_000))
        self.assertEqual(len({(each["flight_number"], each["departure_ts"]) for each in flights}), 20_000)
        self.assertTrue(all(each["source"] != each["destination"] for each in flights))
        self.assertFalse(any((each["source"], each["destination"]) == schedule.ROUTE for each in flights))

    def test_that_are_searched_are_on_the_day_that_is_asked_for(self):
        flights = schedule.searched(30)
        self.assertEqual({each["departure_ts"][:10] for each in flights}, {f"{schedule.day(30):%Y-%m-%d}"})
        self.assertIn(flights[0]["departure_ts"][:10], schedule.search_path())

    def test_have_a_line_each_in_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "flights.csv"
            schedule.write_csv(path, schedule.sold("T", 2, seats=5))
            lines = path.read_text().splitlines()
        self.assertEqual(
            lines[0], "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"
        )
        self.assertEqual(len(lines), 3)
        self.assertTrue(lines[1].startswith("T0,"))
        self.assertTrue(lines[1].endswith(",5,199.00"))


if __name__ == "__main__":
    unittest.main()
