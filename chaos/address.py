"""An address that moves: whoever connects is led to where it leads then, and stays there."""

import socket
import threading

CHUNK = 65536


class Address:
    """A TCP port of the loopback in front of a server that changes. Open connections are left alone."""

    def __init__(self, port: int):
        self.leads_to = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._shut(self._listener)
        with self._lock:
            still_open = list(self._open)
        for each in still_open:
            self._shut(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                # The listener is closed.
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.leads_to), timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {client, server}
            left = threading.Semaphore(0)
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, target, left), daemon=True).start()
            threading.Thread(target=self._end, args=(client, server, left), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, left: threading.Semaphore) -> None:
        try:
            while chunk := source.recv(CHUNK):
                target.sendall(chunk)
        except OSError:
            pass
        self._shut(source)
        self._shut(target)
        left.release()

    def _end(self, client: socket.socket, server: socket.socket, left: threading.Semaphore) -> None:
        left.acquire()
        left.acquire()
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()

    @staticmethod
    def _shut(each: socket.socket) -> None:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other end has shut it down.
            pass
