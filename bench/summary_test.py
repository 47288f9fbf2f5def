import unittest

import summary


def measured(scenario: str, system: str, rate: float, connections: int = 256, server: float = 0.05) -> dict:
    return {
        "scenario": scenario,
        "system": system,
        "connections": connections,
        "rate": rate,
        "p50_ms": 10.0,
        "p99_ms": 20.0,
        "errors": 1,
        "other_cores": 0.25,
        "cpu_s_per_1000": {"server": server, "postgres": 0.07, "load": 0.01},
        "memory_mb": {"server": 24.0, "postgres": 60.0},
        "peak_mb": {"server": 25.0},
    }


def told(**changes) -> dict:
    accepted = {"p50": 10.0, "p99": 50.0, "max": 90.0}
    return {
        "offered_per_s": 5000,
        "confirmed_per_s": 5000,
        "requests": 30000,
        "seconds": 6,
        "overloaded": 0,
        "overloaded_without_retry_after": 0,
        "timeouts": 0,
        "errors": 0,
        "not_sent": 0,
        "behind_ms_max": 1.5,
        "latency_ms": {"accepted": accepted},
    } | changes


def isolated(**during) -> dict:
    seen = {"offered_per_s": 300, "confirmed_per_s": 300, "refused": 0, "p50_ms": 3.0, "p99_ms": 20.0}
    seen |= {"health_asked": 180, "health_failed": 0, "health_p99_ms": 2.0, "health_max_ms": 9.0}
    return {"title": "a fault", "without": seen, "with": seen | during, "kept": during.get("kept", 1.0)}


def verdicts(results: dict) -> dict[str, str]:
    return {row["what"]: row["verdict"] for row in summary.judgements(results)}


class Table(unittest.TestCase):
    def test_has_a_row_a_scenario_and_system_with_medians(self):
        rows = summary.table([measured("hot", "Flightdeck", rate) for rate in (9000, 12000, 10000)])
        self.assertEqual(len(rows), 1)
        self.assertEqual((rows[0]["rate"], rows[0]["rate_min"], rows[0]["rate_max"]), (10000, 9000, 12000))
        self.assertEqual(rows[0]["errors"], 3)
        self.assertEqual(rows[0]["cpu_s_per_1000"]["postgres"], 0.07)

    def test_keeps_numbers_of_connections_apart(self):
        rows = summary.table([measured("hot", "Flightdeck", 9000), measured("hot", "Flightdeck", 5000, 64)])
        self.assertEqual([(row["connections"], row["rate"]) for row in rows], [(256, 9000), (64, 5000)])


class Comparisons(unittest.TestCase):
    def compare(self, *measurements: dict) -> dict[str, dict]:
        rows = summary.table(list(measurements))
        return {row["scenario"]: row for row in summary.comparisons(rows, "Flightdeck")}

    def test_are_with_the_better_peer(self):
        got = self.compare(
            measured("hot", "Flightdeck", 10000), measured("hot", "A", 400), measured("hot", "B", 500)
        )
        self.assertEqual(
            (got["hot"]["peer"], got["hot"]["ratio"], got["hot"]["verdict"]), ("B", 20, "goal met")
        )

    def test_sold_out_answers_are_compared_with_the_peers_bookings(self):
        got = self.compare(measured("sold_out", "Flightdeck", 6000), measured("hot", "A", 500))
        self.assertEqual((got["sold_out"]["ratio"], got["sold_out"]["verdict"]), (12, "above the floor"))

    def test_rates_at_few_connections_are_not_compared(self):
        got = self.compare(measured("hot", "Flightdeck", 10000, 64), measured("hot", "A", 400))
        self.assertEqual(got, {})

    def test_without_a_peer_there_is_no_ratio(self):
        got = self.compare(measured("hot", "Flightdeck", 10000))
        self.assertEqual((got["hot"]["ratio"], got["hot"]["verdict"]), (None, "not measured"))


class LoadJudgements(unittest.TestCase):
    def judge(self, half: dict, double: dict) -> dict[str, str]:
        points = [{"percent": 50, "told": half}]
        overloads = [{"users": 256, "maximum_per_s": 10000, "told": double}]
        return verdicts({"open_loop": {"points": points, "overloads": overloads}})

    def test_all_met(self):
        got = self.judge(told(), told(confirmed_per_s=8000, overloaded=9000))
        self.assertEqual(set(got.values()), {"met"})
        self.assertEqual(len(got), 7)

    def test_half_the_load_loses_nothing_and_has_a_short_tail(self):
        slow = {"accepted": {"p50": 10.0, "p99": 101.0, "max": 120.0}}
        half = told(timeouts=1, latency_ms=slow, confirmed_per_s=4700)
        got = self.judge(half, told(confirmed_per_s=8000))
        self.assertEqual(got["half the maximum: confirmed, of what was offered"], "NOT MET")
        self.assertEqual(got["half the maximum: p99 in medians"], "NOT MET")
        self.assertEqual(got["half the maximum: lost, refused or timed out"], "NOT MET")

    def test_twice_the_load_is_refused_in_time_and_does_not_slow_down_the_rest(self):
        late = {"accepted": {"p50": 500.0, "p99": 900.0, "max": 1001.0}}
        double = told(
            confirmed_per_s=7900, latency_ms=late, overloaded=5, overloaded_without_retry_after=1, errors=2
        )
        got = self.judge(told(), double)
        self.assertEqual({what: v for what, v in got.items() if what.startswith("half") and v != "met"}, {})
        self.assertEqual({v for what, v in got.items() if what.startswith("twice")}, {"NOT MET"})

    def overload(self, maximum: float, confirmed: float, longest: float = 200, users: int = 256) -> dict:
        latencies = {"accepted": {"p50": 10.0, "p99": 100.0, "max": longest}}
        return {
            "users": users,
            "maximum_per_s": maximum,
            "told": told(confirmed_per_s=confirmed, latency_ms=latencies),
        }

    def test_twice_the_load_is_compared_with_the_maximum_beside_it_and_the_median_counts(self):
        overloads = [
            self.overload(8000, 7200),
            self.overload(4000, 2000, longest=1001),
            self.overload(10000, 8100),
        ]
        got = verdicts({"open_loop": {"points": [], "overloads": overloads}})
        self.assertEqual(summary.median_overload(overloads), overloads[2])
        self.assertEqual(got["twice the maximum of 256 users: confirmed, of the maximum, median"], "met")
        self.assertEqual(got["twice the maximum: longest accepted"], "NOT MET", "of all")
        self.assertEqual(summary.median_overload(overloads[:2]), overloads[1])

    def test_twice_the_maximum_of_another_crowd_is_judged_by_itself(self):
        overloads = [self.overload(7000, 6000), self.overload(8000, 6000, users=1024)]
        got = verdicts({"open_loop": {"points": [], "overloads": overloads}})
        self.assertEqual(got["twice the maximum of 256 users: confirmed, of the maximum, median"], "met")
        self.assertEqual(
            got["twice the maximum of 1,024 users: confirmed, of the maximum, median"], "NOT MET"
        )


class GrowthJudgements(unittest.TestCase):
    def point(self, cpu_us: float, **more) -> dict:
        return {"rate": 1, "cpu_us": cpu_us, "memory_mb": {"server": 100}, "peak_mb": {"server": 110}} | more

    def test_cost_may_grow_by_a_fifth_and_memory_by_a_tenth(self):
        growth = {
            "flights": {
                "loaded": 20000,
                "few": self.point(100),
                "many": self.point(119),
                "all_of_many": self.point(121),
            },
            "past": [
                self.point(100, bookings=0),
                self.point(110, bookings=1000, filled_mb=100.0),
                self.point(130, bookings=2000, filled_mb=111.0),
            ],
        }
        got = verdicts({"growth": growth})
        self.assertEqual(
            list(got.values()),
            ["met", "met", "NOT MET", "met", "NOT MET", "NOT MET"],
        )

    def test_with_no_past_bookings_there_is_nothing_to_judge(self):
        self.assertEqual(verdicts({"growth": {"past": [self.point(100, bookings=0)]}}), {})

    def test_cheaper_is_well(self):
        growth = {"past": [self.point(100, bookings=0), self.point(50, bookings=10, filled_mb=1.0)]}
        self.assertEqual(list(verdicts({"growth": growth}).values()), ["met"])


class Cost(unittest.TestCase):
    def test_leaves_out_the_load_generator(self):
        self.assertAlmostEqual(summary.cost_us(measured("hot", "Flightdeck", 1)), 120)


class Isolation(unittest.TestCase):
    def judge(self, **during) -> list[str]:
        return list(verdicts({"isolation": [isolated(**during)]}).values())

    def test_a_fault_that_nobody_else_notices_is_met(self):
        self.assertEqual(self.judge(), ["met"] * 4)

    def test_each_kind_of_noticing_is_told(self):
        self.assertEqual(self.judge(kept=0.89)[0], "NOT MET")
        self.assertEqual(self.judge(p99_ms=251.0)[1], "NOT MET")
        self.assertEqual(self.judge(health_max_ms=50.1)[2], "NOT MET")
        self.assertEqual(self.judge(health_failed=1)[3], "NOT MET")


if __name__ == "__main__":
    unittest.main()
