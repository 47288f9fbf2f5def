import socket
import threading
import unittest

from address import Address


class Echo:
    """Answers each line with its own name."""

    def __init__(self, name: bytes):
        self._name = name
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        while connection.recv(100):
            connection.sendall(self._name)


class AnAddress(unittest.TestCase):
    def ask(self, connection: socket.socket) -> bytes:
        connection.sendall(b"who?")
        return connection.recv(100)

    def test_leads_new_connections_elsewhere_and_leaves_old_ones(self):
        first, second = Echo(b"first"), Echo(b"second")
        address = Address(first.port)
        old = socket.create_connection(("127.0.0.1", address.port), timeout=10)
        self.assertEqual(self.ask(old), b"first")
        address.leads_to = second.port
        new = socket.create_connection(("127.0.0.1", address.port), timeout=10)
        self.assertEqual(self.ask(new), b"second")
        self.assertEqual(self.ask(old), b"first")
        address.close()
        self.assertEqual(old.recv(100), b"")


if __name__ == "__main__":
    unittest.main()
