import unittest

import markdown
from processes import BenchError

BEGIN = "<!-- begin -->"
END = "<!-- end -->"


class Tables(unittest.TestCase):
    def test_are_aligned_also_as_text(self):
        self.assertEqual(
            markdown.table(["what", "per s"], [["a", "10,000"], ["bookings", "1"]]),
            [
                "| what     |  per s |",
                "| -------- | -----: |",
                "| a        | 10,000 |",
                "| bookings |      1 |",
            ],
        )


class Documents(unittest.TestCase):
    def test_keep_what_is_around_the_markers(self):
        document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
        new = markdown.put_between_markers(document, "new\n", BEGIN, END)
        self.assertEqual(new, f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n")
        self.assertEqual(markdown.put_between_markers(new, "new", BEGIN, END), new)

    def test_without_markers_are_refused(self):
        with self.assertRaises(BenchError):
            markdown.put_between_markers(f"{BEGIN} only", "new", BEGIN, END)


if __name__ == "__main__":
    unittest.main()
