import unittest

import load
from processes import BenchError

LINE = (
    'result {"duration_us":2003596,"requests":596,"bytes":330780,'
    '"errors":{"connect":1,"read":2,"write":3,"status":96,"timeout":4},'
    '"latency_us":{"p50":7684,"p90":15872,"p99":16060,"max":16494,"mean":6992}}\n'
)


class WrkOutput(unittest.TestCase):
    def test_is_read_in_seconds_and_milliseconds(self):
        run = load.parse_wrk("Running 2s test @ http://127.0.0.1:1\nRequests/sec: 593.86\n" + LINE)
        self.assertEqual(run.seconds, 2.003596)
        self.assertEqual(run.requests, 596)
        self.assertEqual((run.p50_ms, run.p90_ms, run.p99_ms, run.max_ms), (7.684, 15.872, 16.06, 16.494))

    def test_tells_answers_of_success_from_refusals_and_broken_connections(self):
        run = load.parse_wrk(LINE)
        self.assertEqual(run.accepted, 500)
        self.assertEqual(run.refused, 96)
        self.assertEqual(run.broken, 10)

    def test_without_a_result_is_an_error_that_shows_it(self):
        with self.assertRaisesRegex(BenchError, "unable to connect"):
            load.parse_wrk("unable to connect to 127.0.0.1:1 Connection refused\n")

    def test_with_two_results_is_an_error(self):
        with self.assertRaises(BenchError):
            load.parse_wrk(LINE + LINE)


if __name__ == "__main__":
    unittest.main()
