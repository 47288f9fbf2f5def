import unittest

from flightdeck import count_answers, metric

PAGE = """# TYPE request_latency_seconds histogram
request_latency_seconds_count{method="POST",route="/booking",status="400"} 12
request_latency_seconds_sum{method="POST",route="/booking",status="400"} 0.5
request_latency_seconds_bucket{method="POST",route="/booking",status="400",le="0.001"} 11
request_latency_seconds_count{method="POST",route="/booking",status="503"} 7
request_latency_seconds_count{method="DELETE",route="/booking/{booking_id}",status="400"} 100
"""


class CountedAnswers(unittest.TestCase):
    def test_are_those_of_the_route_and_status(self):
        self.assertEqual(count_answers(PAGE, "/booking", 400), 12)
        self.assertEqual(count_answers(PAGE, "/booking", 503), 7)
        self.assertEqual(count_answers(PAGE, "/booking", 404), 0)


class AMetric(unittest.TestCase):
    def test_is_the_one_of_that_name_without_labels(self):
        page = "# TYPE audit_findings gauge\naudit_findings_all 9\naudit_findings 5\n"
        self.assertEqual(metric(page, "audit_findings"), 5)
        self.assertEqual(metric(page, "audit_duration_seconds"), 0)


if __name__ == "__main__":
    unittest.main()
