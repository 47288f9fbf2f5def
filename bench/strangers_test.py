import socket
import threading
import unittest

import faulty_payment
import strangers


class Bodies(unittest.TestCase):
    def test_the_hostile_one_is_an_object_of_about_60_kb(self):
        body = strangers.hostile_body()
        self.assertTrue(body.startswith('{"0":1,') and body.endswith(":1}"))
        self.assertEqual(body.count(":"), strangers.BODY_MEMBERS)
        self.assertAlmostEqual(len(body), 61_000, delta=1_000)


class Answers(unittest.TestCase):
    def answered(self, answer: bytes) -> int:
        with socket.create_server(("127.0.0.1", 0)) as server:

            def serve() -> None:
                peer, _ = server.accept()
                with peer:
                    peer.recv(4096)
                    peer.sendall(answer)

            thread = threading.Thread(target=serve)
            thread.start()
            connection = strangers.Connection(server.getsockname())
            status = connection.status(strangers.request("GET", "/health/live"))
            connection.close()
            thread.join()
            return status

    def test_are_read_to_their_end(self):
        self.assertEqual(self.answered(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), 200)

    def test_that_are_cut_off_are_none(self):
        self.assertEqual(self.answered(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"), 0)
        self.assertEqual(self.answered(b""), 0)


class SilentPeers(unittest.TestCase):
    def test_notice_at_once_whether_they_were_closed(self):
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours:
            self.assertFalse(strangers.is_closed(ours))
            theirs.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            self.assertFalse(strangers.is_closed(ours))
            theirs.close()
            self.assertTrue(strangers.is_closed(ours))


class Payments(unittest.TestCase):
    def test_go_as_their_price_says(self):
        bookings = [f"{number:032x}" for number in range(2000)]
        silent = [each for each in bookings if faulty_payment.is_silent(each, "15.00", "pay")]
        self.assertTrue(5 <= len(silent) <= 50, len(silent))
        self.assertTrue(all(faulty_payment.is_silent(each, "13.00", "pay") for each in bookings))
        self.assertFalse(any(faulty_payment.is_silent(each, "199.00", "pay") for each in bookings))
        self.assertTrue(faulty_payment.is_silent("a", None, "refund"))


if __name__ == "__main__":
    unittest.main()
