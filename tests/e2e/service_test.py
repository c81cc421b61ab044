"""The daemon as a service: what the service manager is told, the log, and settings read anew."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import telemetry
from rounds_process import RoundsTest, program, run_program, wait_until

TIME = 1_780_000_000 * 10**9
UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "rounds-ingestd.service"


class ServiceManager:
    """The socket of a service manager, which keeps what it is told."""

    def __init__(self, directory):
        self.path = str(directory / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)
        self.told = []

    def receive(self):
        """All messages so far, each as a dictionary."""
        while True:
            try:
                text = self._socket.recv(65536).decode()
            except BlockingIOError:
                return self.told
            self.told.append(dict(line.split("=", 1) for line in text.split("\n") if line))

    def count(self, name, value="1"):
        return sum(message.get(name) == value for message in self.receive())

    def close(self):
        self._socket.close()


class Notifications(RoundsTest):
    def setUp(self):
        super().setUp()
        # The path of a socket is short.
        directory = pathlib.Path(tempfile.mkdtemp(prefix="rn-"))
        self.addCleanup(shutil.rmtree, directory)
        self.manager = ServiceManager(directory)
        self.addCleanup(self.manager.close)
        self.daemon = self.make_daemon()

    def start(self, *arguments, **environment):
        self.daemon.spawn(["--data-dir", self.daemon.data_dir, "--listen", "127.0.0.1:0",
                           *arguments], {"NOTIFY_SOCKET": self.manager.path, **environment})
        self.daemon.wait_until_listening()

    def test_it_is_told_when_the_daemon_is_ready_and_when_it_stops(self):
        self.start()
        wait_until(lambda: self.manager.count("READY") == 1, "READY")
        self.assertEqual(self.daemon.get("/readyz"), {"status": "ready"})
        self.assertEqual(self.manager.count("STOPPING"), 0)
        self.assertEqual(self.manager.count("WATCHDOG"), 0, "nobody asked for it")
        self.assertEqual(self.daemon.terminate(), 0)
        self.assertEqual(self.manager.count("STOPPING"), 1)

    def test_the_watchdog_gets_signs_of_life(self):
        self.start(WATCHDOG_USEC="400000")
        wait_until(lambda: self.manager.count("WATCHDOG") >= 4, "signs of life")
        self.assertEqual(self.daemon.terminate(), 0)

    def test_a_reload_takes_over_what_can_be_and_tells(self):
        settings = self.directory / "settings.toml"
        settings.write_text('log-level = "info"\n', encoding="utf-8")
        self.start("--config", str(settings))
        self.daemon.get("/healthz")
        self.assertNotIn("route=/healthz", self.daemon.log())
        settings.write_text('log-level = "debug"\n', encoding="utf-8")
        self.daemon.send(signal.SIGHUP)
        wait_until(lambda: self.manager.count("READY") == 2, "it is ready again")
        self.assertEqual(self.manager.count("RELOADING"), 1)
        self.daemon.get("/healthz")
        wait_until(lambda: "debug request method=GET route=/healthz status=200" in
                   self.daemon.log(), "the request is logged")
        settings.write_text('no-such = "debug"\n', encoding="utf-8")
        self.daemon.send(signal.SIGHUP)
        wait_until(lambda: "the settings stay as they were" in self.daemon.log(), "it says so")
        self.assertIn("no-such", self.daemon.log())
        self.assertEqual(self.daemon.get("/healthz")["status"], "alive")
        self.assertEqual(self.daemon.terminate(), 0)


class Log(RoundsTest):
    def test_every_line_is_a_json_object_and_no_client_forges_one(self):
        daemon = self.start_daemon(arguments=["--log-format", "json", "--log-level", "debug",
                                              "--slow-operation-ms", "1"])
        secret = "s3cret"
        daemon.request("GET", f"/healthz?token={secret}",
                       headers={"User-Agent": "\"}{\"level\":\"forged\"}"})
        daemon.request("GET", "/healthz", headers={"User-Agent": "\x1b[31mred"})
        with socket.create_connection(daemon.address, timeout=60) as connection:
            connection.sendall(b"G\x1bET /healthz HTTP/1.1\r\n\r\n")
            connection.recv(1000)
        telemetry.post(daemon, telemetry.json_traces("shop\n{}", [("E\n", "m\x1b", TIME)]))
        self.assertEqual(daemon.terminate(), 0)
        log = daemon.log()
        self.assertNotIn(secret, log)
        self.assertIsNone(re.search(r"[^\n\x20-\x7e]", log))
        lines = [json.loads(line) for line in log.splitlines()]
        for line in lines:
            self.assertLessEqual({"time", "level", "message"}, line.keys())
            self.assertIn(line["level"], ("debug", "info", "warning", "error"))
        requests = [line for line in lines if line["message"] == "request"]
        self.assertIn(("GET", "/healthz", 200),
                      [(each["method"], each["route"], each["status"]) for each in requests])
        self.assertIn("/v1/traces", [each["route"] for each in requests])

    def test_slow_operations_are_logged_and_not_without_a_threshold(self):
        # Whatever needs an fsync takes longer than nothing; a whole millisecond is the least.
        data = [telemetry.json_traces("shop", [(f"E{i}-{j}", "m" * 500, TIME) for j in range(500)])
                for i in range(20)]
        for threshold in ("1", "0"):
            daemon = self.start_daemon(self.directory / threshold,
                                       ["--slow-operation-ms", threshold])
            for post in data:
                telemetry.post(daemon, post)
            self.assertEqual(daemon.terminate(), 0)
            log = daemon.log()
            if threshold == "0":
                self.assertNotIn("slow", log)
                continue
            self.assertRegex(log, r"warning slow request.* method=POST route=/v1/traces status=200 "
                                  r"duration_ms=[1-9]\d*\.\d{3}")
            self.assertRegex(log, r"warning slow commit.* duration_ms=\d+\.\d{3} submissions=1 "
                                  r"occurrences=500")
            self.assertLess(log.count("slow request"), len(data), "they are limited")


class Unit(unittest.TestCase):
    def test_systemd_takes_it(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        with tempfile.TemporaryDirectory(prefix="rounds-unit-") as directory:
            unit = pathlib.Path(directory) / UNIT.name
            text = UNIT.read_text(encoding="utf-8")
            unit.write_text(text.replace("/usr/bin/rounds-ingestd", program("rounds-ingestd")),
                            encoding="utf-8")
            verified = subprocess.run(["systemd-analyze", "verify", "--man=no", unit],
                                      capture_output=True, text=True, check=False)
            about_it = [line for line in verified.stderr.splitlines() if UNIT.stem in line]
            self.assertEqual((verified.returncode, about_it), (0, []), verified.stderr)
            # Of 10; 2 is what a service that needs files of its own and the network can reach.
            secure = subprocess.run(["systemd-analyze", "security", "--offline=true",
                                     "--threshold=20", unit], capture_output=True, text=True,
                                    check=False)
            self.assertEqual(secure.returncode, 0, secure.stdout)

    def test_the_example_of_its_settings_is_taken(self):
        example = UNIT.with_name("rounds-ingestd.toml")
        ended = run_program("rounds-ingestd", "--config", str(example), "--data-dir",
                            os.devnull, "--listen", "127.0.0.1:0")
        self.assertEqual(ended.code, 3, "the settings are fine, the data directory is not")


if __name__ == "__main__":
    unittest.main()
