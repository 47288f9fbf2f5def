import unittest

import figures


class Percentiles(unittest.TestCase):
    def test_are_values_that_were_measured(self):
        self.assertEqual(figures.percentile([4, 1, 3, 2], 0.5), 2)
        self.assertEqual(figures.percentile([4, 1, 3, 2], 1), 4)
        self.assertEqual(figures.percentile(list(range(1, 101)), 0.99), 99)

    def test_of_one_value_are_it(self):
        for share in (0, 0.5, 0.99, 1):
            self.assertEqual(figures.percentile([7], share), 7)

    def test_of_nothing_are_refused(self):
        with self.assertRaises(ValueError):
            figures.percentile([], 0.5)


class Medians(unittest.TestCase):
    def test_skip_rows_without_the_figure(self):
        rows = [{"cpu": {"server": 1}}, {"cpu": {}}, {"cpu": {"server": 3}}, {"cpu": {"server": 100}}]
        self.assertEqual(figures.median_of(rows, "cpu", "server"), 3)
        self.assertIsNone(figures.median_of(rows, "cpu", "worker"))

    def test_take_zero_for_a_figure(self):
        self.assertEqual(figures.median_of([{"rate": 0}, {"rate": 0}, {"rate": 5}], "rate"), 0)


class Ratios(unittest.TestCase):
    def test_need_both(self):
        self.assertEqual(figures.ratio(20, 5), 4)
        self.assertIsNone(figures.ratio(20, None))
        self.assertIsNone(figures.ratio(20, 0))
        self.assertIsNone(figures.ratio(None, 5))
        self.assertEqual(figures.ratio(0, 5), 0)


class Verdicts(unittest.TestCase):
    def test_goal_and_floor_belong_to_the_better_side(self):
        self.assertEqual(figures.verdict(20, 20, 12), "goal met")
        self.assertEqual(figures.verdict(19.9, 20, 12), "above the floor")
        self.assertEqual(figures.verdict(12, 20, 12), "above the floor")
        self.assertEqual(figures.verdict(11.9, 20, 12), "BELOW THE FLOOR")
        self.assertEqual(figures.verdict(None, 20, 12), "not measured")

    def test_a_limit_may_be_reached(self):
        self.assertEqual(figures.within(150, 150), "met")
        self.assertEqual(figures.within(150.1, 150), "NOT MET")
        self.assertEqual(figures.within(None, 150), "not measured")
        self.assertEqual(figures.at_least(0.8, 0.8), "met")
        self.assertEqual(figures.at_least(0.79, 0.8), "NOT MET")
        self.assertEqual(figures.at_least(None, 0.8), "not measured")

    def test_growth_is_a_share_of_what_was(self):
        self.assertAlmostEqual(figures.growth(100, 120), 0.2)
        self.assertAlmostEqual(figures.growth(100, 90), -0.1)
        self.assertIsNone(figures.growth(0, 90))


if __name__ == "__main__":
    unittest.main()
