"""Followers of the stream of events miss nothing and see nothing twice, though the daemon is killed
under them and they go on with Last-Event-ID; a stop does not wait for them."""

import http.client
import json
import random
import threading
import unittest

import load
import store_view
import telemetry
from rounds_process import (DEADLINE_SECONDS, NO_BUDGET, POLL_SECONDS, RoundsTest,
                            wait_until)

CLIENTS = 4
FOLLOWERS = 3
TIME = 1_780_000_000 * 10**9
# Of the last event of a test, behind which followers end.
LAST_SERVICE = "the end"
_NEVER = threading.Event()


class Follower(threading.Thread):
    """Reads server-sent events as a browser does, and connects again when the stream breaks."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.events = []
        self.failure = None
        self.connections = 0
        self._daemon = daemon
        self._done = False
        self.start()

    @property
    def position(self):
        return self.events[-1]["sequence"] if self.events else 0

    def run(self):
        try:
            while not self._done:
                self._read_one_stream()
                _NEVER.wait(POLL_SECONDS)  # it may be starting
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def _read_one_stream(self):
        connection = self._daemon.connect()
        try:
            connection.request("GET", "/api/v1/events", headers={
                "Accept": "text/event-stream", "Last-Event-ID": str(self.position)})
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            self.connections += 1
            fields = {}
            while not self._done:
                line = answer.readline()
                if not line:
                    return
                if line == b"\n":
                    self._take(fields)
                    fields = {}
                elif line.endswith(b"\n"):
                    name, _, value = line[:-1].partition(b": ")
                    fields[name] = value
        except (OSError, http.client.HTTPException):
            pass  # what came in part is sent again
        finally:
            connection.close()

    def _take(self, fields):
        if b"id" not in fields:
            return  # a sign of life, or why the stream ends
        event = json.loads(fields[b"data"])
        assert event["sequence"] == int(fields[b"id"]), fields
        assert event["kind"] == fields[b"event"].decode(), fields
        self.events.append(event)
        self._done = event.get("identity", {}).get("service") == LAST_SERVICE


class Events(RoundsTest):
    def whole_log(self, daemon):
        answer = daemon.request("GET", "/api/v1/events?from=1&follow=false")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.content_type, "application/x-ndjson")
        return [json.loads(line) for line in answer.body.splitlines() if line]

    def test_followers_see_every_event_once_though_the_daemon_is_killed(self):
        generator = random.Random(load.random_seed())
        daemon = self.start_daemon(arguments=NO_BUDGET)
        clients = load.Clients(
            daemon, CLIENTS, lambda client, number: telemetry.json_traces(
                f"service {client}", [(f"Type{number % 7}", "it broke", TIME + number)] * 3))
        followers = [Follower(daemon) for _ in range(FOLLOWERS)]
        try:
            load.kill_under_load(self, daemon, clients, generator)
        finally:
            sent = clients.stop()
        telemetry.post(daemon, telemetry.json_traces(LAST_SERVICE, [("E", "m", TIME)]))
        for follower in followers:
            follower.join(DEADLINE_SECONDS)
        self.assertEqual(sent.unexpected, [])
        log = self.whole_log(daemon)
        self.assertEqual([event["sequence"] for event in log], list(range(1, len(log) + 1)))
        for follower in followers:
            self.assertIsNone(follower.failure)
            self.assertFalse(follower.is_alive(), follower.position)
            self.assertGreater(follower.connections, 1)
            self.assertEqual(follower.events, log)
        self.assertEqual(len(log), store_view.stats(daemon)["sequence"])
        self.assertGreaterEqual(store_view.counted(log), 3 * len(sent.acknowledged))
        self.assertEqual(daemon.terminate(), 0)
        self.check_data(daemon.data_dir)

    def test_a_stop_ends_streams_at_once_and_says_why(self):
        daemon = self.start_daemon()
        telemetry.post(daemon, telemetry.load_samples()[0])
        streams = []
        for accept in ("text/event-stream", "application/x-ndjson") * 10:
            connection = daemon.connect()
            self.addCleanup(connection.close)
            connection.request("GET", "/api/v1/events", headers={"Accept": accept})
            streams.append(connection.getresponse())
        for stream in streams:
            self.assertIn(b"1", stream.readline())
        self.assertEqual(daemon.terminate(), 0)
        for stream in streams:
            self.assertIn(b"the daemon is stopping", stream.read())  # and not cut off
        self.assertNotIn("cut off", daemon.log())

    def test_a_client_that_leaves_is_forgotten(self):
        daemon = self.start_daemon()
        connection = daemon.connect()
        connection.request("GET", "/api/v1/events")
        self.assertEqual(connection.getresponse().status, 200)

        def open_streams():
            metrics = daemon.request("GET", "/metrics").body.decode().splitlines()
            return next(int(line.split()[1]) for line in metrics
                        if line.startswith("rounds_event_streams "))

        self.assertEqual(open_streams(), 1)
        connection.close()
        wait_until(lambda: open_streams() == 0, "the stream ends with its client")


if __name__ == "__main__":
    unittest.main()
