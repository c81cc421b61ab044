"""Many connections that send one byte now and then and never a whole request, as attackers keep
them: one that the daemon closes is opened again."""

import errno
import selectors
import socket
import threading
import time

REQUEST = b"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"x" * 1024
# Opened in one go, so that the first ones are not kept waiting by the others.
BURST = 200


class SlowConnections:
    """`count` connections, each of which sends a byte every `interval_seconds`. A context."""

    def __init__(self, address, count, interval_seconds):
        self.address = address
        self.count = count
        self.interval_seconds = interval_seconds
        self.opened = 0  # all told
        self.closed_by_daemon = 0
        self.bytes_sent = 0
        self._selector = selectors.DefaultSelector()
        self._stopping = threading.Event()
        self._all_open = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def wait_until_open(self, seconds):
        """Whether all of them were open at the same time within this time."""
        return self._all_open.wait(seconds)

    def open_count(self):
        return len(self._selector.get_map())

    def _run(self):
        next_round = time.monotonic()
        while not self._stopping.is_set():
            self._open_missing()
            if time.monotonic() >= next_round:
                self._send_one_byte_each()
                next_round += self.interval_seconds
            for key, _ in self._selector.select(timeout=0.05):
                self._close_if_ended(key.fileobj)

    def _open_missing(self):
        for _ in range(min(BURST, self.count - self.open_count())):
            connection = socket.socket()
            connection.setblocking(False)
            error = connection.connect_ex(self.address)
            if error not in (0, errno.EINPROGRESS):
                connection.close()
                return
            self._selector.register(connection, selectors.EVENT_READ, data=[0])
            self.opened += 1
            self._send(connection, self._selector.get_key(connection).data)
        if self.open_count() == self.count:
            self._all_open.set()

    def _send_one_byte_each(self):
        for key in list(self._selector.get_map().values()):
            self._send(key.fileobj, key.data)

    def _send(self, connection, sent):
        try:
            self.bytes_sent += connection.send(REQUEST[sent[0]:sent[0] + 1])
            sent[0] += 1
        except BlockingIOError:
            pass  # not connected yet
        except OSError:
            self._close_if_ended(connection)

    def _close_if_ended(self, connection):
        try:
            if connection.recv(4096):
                return  # an answer; the end follows
        except BlockingIOError:
            return
        except OSError:
            pass
        self._selector.unregister(connection)
        connection.close()
        self.closed_by_daemon += 1
