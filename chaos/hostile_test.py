import json
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))

import hostile  # noqa: E402


class Bodies(unittest.TestCase):
    def test_have_thousands_of_names_and_are_as_long_as_is_taken(self):
        body = hostile.body_of_names()
        self.assertLessEqual(len(body), hostile.BODY_BYTES)
        self.assertGreater(len(body), hostile.BODY_BYTES - 16)
        self.assertGreater(len(json.loads(body)), 6000)

    def test_are_announced_whole_and_sent_in_part(self):
        head, _, body = hostile.request_of(b"0123456789", 4).partition(b"\r\n\r\n")
        self.assertIn(b"Content-Length: 10", head)
        self.assertEqual(body, b"0123")
        self.assertTrue(hostile.request_of(b"0123456789").endswith(b"0123456789"))


class Heads(unittest.TestCase):
    def test_do_not_end(self):
        head = hostile.endless_headers(10_000)
        self.assertNotIn(b"\r\n\r\n", head)
        self.assertGreater(len(head), 9_000)

    def test_of_cursors_are_whole_requests(self):
        request = hostile.long_cursor("/search?")
        self.assertTrue(request.startswith(b"GET /search?cursor=AAAA"))
        self.assertTrue(request.endswith(b"\r\n\r\n"))


if __name__ == "__main__":
    unittest.main()
