import tempfile
import unittest
from pathlib import Path

import plot
import report
import summary
from summary_test import isolated, measured, told


def results(**changes) -> dict:
    rows = summary.table([measured("hot", "Flightdeck", 10500), measured("hot", "Fastify", 500)])
    found = {
        "machine": {
            "date": "2026-01-02 03:04 UTC",
            "commit": "abc",
            "cores": 2,
            "cpu": "a processor",
            "memory_gb": 16,
            "kernel": "6.1",
            "postgres": "15.1",
            "redis": "7.0",
        },
        "threads": None,
        "lengths": {"rounds": 3, "seconds": 6},
        "rows": rows,
        "comparisons": summary.comparisons(rows, "Flightdeck"),
        "findings": [],
        "open_loop": {
            "maximum_per_s": 10000,
            "crowds": [{"users": 256, "confirmed_per_s": 10000}],
            "points": [{"percent": 50, "told": told()}],
            "overloads": [{"users": 256, "maximum_per_s": 10000, "told": told()}],
        },
        "isolation": [isolated()],
    }
    found |= changes
    return found | {"judgements": summary.judgements(found)}


class Tables(unittest.TestCase):
    def test_all_have_as_many_cells_as_columns(self):
        lines = report.render(results()).splitlines()
        pairs = [pair for pair in zip(lines, lines[1:]) if all(line.startswith("|") for line in pair)]
        self.assertGreater(len(pairs), 10)
        for before, after in pairs:
            self.assertEqual(before.count("|"), after.count("|"), after)

    def test_show_the_ratio_its_goal_and_the_verdict(self):
        (line,) = [line for line in report.render(results()).splitlines() if "20x (12x)" in line]
        for cell in ("10,500", "Fastify", "500", "21.0x", "goal met"):
            self.assertIn(cell, line)


class Audits(unittest.TestCase):
    def test_that_failed_come_before_any_figure(self):
        text = report.render(results(findings=["hot: 1 booking is missing"]))
        self.assertLess(text.index("AUDIT FAILED"), text.index("| rate at"))
        self.assertIn("- hot: 1 booking is missing", text)

    def test_that_passed_are_said(self):
        self.assertIn("Audit after every run: passed.", report.render(results()))


class Plots(unittest.TestCase):
    def test_draw_a_point_a_load(self):
        open_loop = {"points": [{"percent": 50, "told": told(overloaded=600)}]}
        self.assertEqual(plot.rows(open_loop), [[5000, 5000, 10.0, 50.0, 100.0]])

    def test_are_svg(self):
        points = [{"percent": rate / 100, "told": told(offered_per_s=rate)} for rate in (1000, 5000, 9000)]
        with tempfile.TemporaryDirectory() as folder:
            drawn = Path(folder) / "it's.svg"
            plot.draw({"points": points}, drawn)
            text = drawn.read_text()
        self.assertIn("<svg", text)
        self.assertIn("Throughput over offered load", text)


if __name__ == "__main__":
    unittest.main()
