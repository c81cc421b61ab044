"""Clients that send as fast as they can to a daemon that is killed under them."""

import dataclasses
import http.client
import os
import random
import threading

import telemetry

# Kills in one test, as many as keep it under half a minute.
KILLS = 10


def random_seed():
    """The seed of a random test: ROUNDS_TEST_SEED if set, else a fresh one. Printed either way."""
    seed = int(os.environ.get("ROUNDS_TEST_SEED") or random.SystemRandom().getrandbits(32))
    print(f"seed {seed}; run again with ROUNDS_TEST_SEED={seed}", flush=True)
    return seed


@dataclasses.dataclass
class Sent:
    """What became of the requests: answered with success, or sent without an answer."""

    acknowledged: list = dataclasses.field(default_factory=list)
    lost: list = dataclasses.field(default_factory=list)
    unexpected: list = dataclasses.field(default_factory=list)


class Clients:
    """Threads that each send requests on one connection until they are stopped.

    `make_request(client, number)` gives the next Post of a client. A request that could not even
    connect was not sent and is tried again once the daemon is back.
    """

    def __init__(self, daemon, count, make_request):
        self.sent = Sent()
        self._daemon = daemon
        self._make_request = make_request
        self._changed = threading.Condition()
        self._stopping = False
        self._up = True
        self._threads = [threading.Thread(target=self._run, args=(client,))
                         for client in range(count)]
        for thread in self._threads:
            thread.start()

    def down(self):
        """Tells the clients that the daemon is about to go."""
        with self._changed:
            self._up = False

    def up(self):
        """Tells the clients that the daemon is back, perhaps on another port."""
        with self._changed:
            self._up = True
            self._changed.notify_all()

    def wait_for_acknowledged(self, further, seconds):
        """Waits until so many more requests were answered; returns whether that was in time."""
        with self._changed:
            goal = len(self.sent.acknowledged) + further
            return self._changed.wait_for(lambda: len(self.sent.acknowledged) >= goal, seconds)

    def stop(self):
        """Lets each client finish its request and returns what became of all."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        return self.sent

    def _wait_until_up(self):
        with self._changed:
            self._changed.wait_for(lambda: self._up or self._stopping)
            return not self._stopping

    def _run(self, client):
        number = 0
        request = self._make_request(client, number)
        while self._wait_until_up():
            connection = self._daemon.connect()
            try:
                connection.connect()
            except OSError:
                continue
            try:
                while not self._stopping:
                    if not self._send(request, connection):
                        break
                    number += 1
                    request = self._make_request(client, number)
                else:
                    return
            finally:
                connection.close()
            number += 1
            request = self._make_request(client, number)

    def _send(self, request, connection):
        """Sends one request and notes its outcome; returns whether the connection still works."""
        try:
            answer = telemetry.post(self._daemon, request, connection)
        except (OSError, http.client.HTTPException):
            with self._changed:
                self.sent.lost.append(request)
            return False
        with self._changed:
            if telemetry.is_full_success(answer):
                self.sent.acknowledged.append(request)
            else:
                self.sent.unexpected.append((request, answer))
            self._changed.notify_all()
        return True


def kill_under_load(test, daemon, clients, generator):
    """Kills and restarts the daemon KILLS times, each time at a random moment of the load."""
    never = threading.Event()
    for _ in range(KILLS):
        test.assertTrue(clients.wait_for_acknowledged(generator.randint(1, 60), seconds=60),
                        "the clients get no answers")
        # Anywhere between two answers, not just after one.
        never.wait(generator.uniform(0, 0.02))
        clients.down()
        daemon.kill9()
        daemon.restart()
        clients.up()
    test.assertTrue(clients.wait_for_acknowledged(1, seconds=60), "the last restart does not serve")
