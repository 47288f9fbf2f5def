import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))

import page  # noqa: E402

MACHINE = {
    "date": "2001-01-01",
    "commit": "abc",
    "cores": 2,
    "cpu": "CPU",
    "kernel": "6",
    "postgres": "15",
    "redis": "7",
}
SCENARIO = {
    "scenario": "redis-flush",
    "title": "`FLUSHALL`",
    "shape": "embedded",
    "faults": 3,
    "bookings": 1234,
    "unanswered": 5,
    "recovery_median_s": 0.5,
    "recovery_longest_s": 1.25,
    "findings": [],
    "skipped": "",
}
RESTART = {
    "shape": "embedded",
    "flights": 20000,
    "bookings": 100000,
    "times_s": [1, 2],
    "median_s": 1.5,
    "longest_s": 2.0,
}


def results(**scenario) -> dict:
    return {
        "machine": MACHINE,
        "scenarios": [SCENARIO | scenario],
        "restart": [RESTART],
        "restart_findings": [],
    }


class Pages(unittest.TestCase):
    def test_tell_what_went_wrong_and_what_became_of_it(self):
        (line,) = [line for line in page.render(results()).splitlines() if "FLUSHALL" in line]
        self.assertEqual(
            [cell.strip() for cell in line.split("|")[1:-1]],
            ["`FLUSHALL`", "embedded", "3", "1,234", "5", "0.50", "1.25", "passed"],
        )

    def test_tell_what_was_found(self):
        text = page.render(results(findings=["a seat is lost"]))
        self.assertIn("FAILED", text)
        self.assertIn("- redis-flush: a seat is lost", text)

    def test_keep_the_rows_of_what_did_not_run(self):
        document = f"Before.\n{page.BEGIN}\n{page.END}\nAfter.\n"
        first = page.with_results(document, results())
        second = page.with_results(first, results(title="another", bookings=88) | {"restart": []})
        third = page.with_results(second, results(bookings=77) | {"restart": []})
        self.assertEqual(second.count("FLUSHALL"), 1)
        self.assertIn("1,234", second)
        self.assertIn("20,000 flights", second)
        self.assertEqual(third.count("FLUSHALL"), 1)
        self.assertIn("77", third)
        self.assertNotIn("1,234", third)
        self.assertIn("another", third)
        self.assertIn("20,000 flights", third)
        self.assertTrue(third.startswith("Before.") and third.endswith("After.\n"))

    def test_keep_a_row_of_what_could_not_run_this_time(self):
        document = f"{page.BEGIN}\n{page.END}\n"
        skipped = results(skipped="needs root")
        self.assertIn("not run: needs root", page.with_results(document, skipped))
        kept = page.with_results(page.with_results(document, results()), skipped)
        self.assertEqual(kept.count("FLUSHALL"), 1)
        self.assertIn("1,234", kept)
        again = page.with_results(page.with_results(document, skipped), results())
        self.assertNotIn("not run", again)

    def test_name_the_machine_of_each_row(self):
        document = f"{page.BEGIN}\n{page.END}\n"
        first = page.with_results(document, results() | {"restart": []})
        machine = MACHINE | {"commit": "def"}
        other = results(title="another") | {"restart": [], "machine": machine}
        lines = page.with_results(first, other).splitlines()
        named = [line for line in lines if "commit" in line or "FLUSHALL" in line or "another" in line]
        self.assertEqual([line.startswith("|") for line in named], [False, True, False, True])
        self.assertIn("commit def", named[0])
        self.assertIn("another", named[1])
        self.assertIn("commit abc", named[2])
        self.assertIn("FLUSHALL", named[3])

    def test_never_say_passed_of_what_did_not_run(self):
        text = page.render(results(skipped="needs root"))
        self.assertIn("not run: needs root", text)
        self.assertNotIn("passed", text)


if __name__ == "__main__":
    unittest.main()
