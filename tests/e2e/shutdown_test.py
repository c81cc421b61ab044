"""Starting and stopping: what is in flight is finished; exit codes and messages are as promised."""

import json
import os
import random
import signal
import socket
import unittest

import load
import store_view
import telemetry
from rounds_process import NO_BUDGET, RoundsTest, run_program, wait_until

TIME = 1_780_000_000 * 10**9
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def refuses_connections(address):
    """Also a reset says no: the listener closed between the handshake and the connect's return."""
    try:
        socket.create_connection(address).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def is_ready(daemon):
    """Before the store is open it answers 503, before it listens not at all."""
    try:
        return daemon.request("GET", "/readyz").status == 200
    except OSError:
        return False


class Stop(RoundsTest):
    def begin_request(self, daemon, request):
        """A connection whose request has begun for sure: the daemon has asked for its body."""
        connection = socket.create_connection(daemon.address, timeout=60)
        self.addCleanup(connection.close)
        connection.sendall((f"POST {request.path} HTTP/1.1\r\nHost: x\r\n"
                            f"Content-Type: {request.content_type}\r\nExpect: 100-continue\r\n"
                            f"Content-Length: {len(request.body)}\r\n\r\n").encode())
        self.assertRegex(connection.recv(1000), rb"\AHTTP/1\.1 100 ")
        return connection

    def test_a_request_in_flight_is_finished(self):
        for number in SIGNALS:
            with self.subTest(signal=number.name):
                daemon = self.start_daemon(self.directory / number.name)
                request = telemetry.protobuf_logs("in flight", [("E", "m", TIME)] * 3)
                connection = self.begin_request(daemon, request)
                connection.sendall(request.body[:10])
                daemon.send(number)
                wait_until(lambda: refuses_connections(daemon.address),
                           "the daemon takes no more connections")
                connection.sendall(request.body[10:])
                answer = b""
                while chunk := connection.recv(65536):
                    answer += chunk
                self.assertRegex(answer, rb"\AHTTP/1\.1 200 ")
                self.assertRegex(answer, rb"(?i)connection: close")
                self.assertEqual(daemon.wait(), 0)
                daemon.restart()
                self.assertEqual(store_view.stats(daemon)["occurrence_count"], 3)
                self.assertEqual(daemon.terminate(number), 0)
                self.check_data(daemon.data_dir)

    def test_a_stop_under_load_loses_nothing(self):
        seed = load.random_seed()
        for number in SIGNALS:
            with self.subTest(signal=number.name):
                daemon = self.start_daemon(self.directory / number.name, NO_BUDGET)
                clients = load.Clients(
                    daemon, 4, lambda client, number: telemetry.json_traces(
                        f"{client}-{number}", [("E", "m", TIME)] * 10))
                enough = random.Random(seed).randint(1, 100)
                try:
                    self.assertTrue(clients.wait_for_acknowledged(enough, seconds=60))
                    clients.down()
                    self.assertEqual(daemon.terminate(number), 0)
                finally:
                    sent = clients.stop()
                self.assertEqual(sent.unexpected, [])
                daemon.restart()
                found = store_view.signatures(daemon)
                self.assertEqual({each["occurrence_count"] for each in found}, {10})
                self.assertGreaterEqual(len(found), len(sent.acknowledged))
                self.assertLessEqual(len(found), len(sent.acknowledged) + len(sent.lost))
                self.assertEqual(daemon.terminate(), 0)
                self.assertNotIn("cut off", daemon.log())

    def test_idle_connections_do_not_hold_it_up(self):
        daemon = self.start_daemon()
        idle = [socket.create_connection(daemon.address, timeout=60) for _ in range(20)]
        used = daemon.connect()
        self.assertEqual(daemon.request("GET", "/healthz", connection=used).status, 200)
        self.assertEqual(daemon.terminate(), 0)
        self.assertNotIn("cut off", daemon.log())
        for connection in (*idle, used):
            connection.close()

    def test_a_client_that_never_finishes_is_cut_off(self):
        daemon = self.start_daemon()
        self.begin_request(daemon, telemetry.protobuf_logs("endless", [("E", "m", TIME)]))
        self.assertEqual(daemon.terminate(), 0)
        self.assertRegex(daemon.log(), "1 connections? w[a-z]+ cut off")
        daemon.restart()
        self.assertEqual(store_view.stats(daemon)["occurrence_count"], 0)

    def test_a_second_signal_changes_nothing(self):
        daemon = self.start_daemon()
        request = telemetry.protobuf_logs("twice", [("E", "m", TIME)])
        connection = self.begin_request(daemon, request)
        daemon.send(signal.SIGTERM)
        wait_until(lambda: refuses_connections(daemon.address), "it stops")
        daemon.send(signal.SIGINT)
        daemon.send(signal.SIGTERM)
        connection.sendall(request.body)
        self.assertRegex(connection.recv(1000), rb"\AHTTP/1\.1 200 ")
        connection.close()
        self.assertEqual(daemon.wait(), 0)


class Start(RoundsTest):
    def test_it_prints_exactly_one_line(self):
        daemon = self.start_daemon()
        telemetry.post(daemon, telemetry.load_samples()[0])
        host, port = daemon.address
        self.assertEqual(daemon.terminate(), 0)
        self.assertEqual(daemon.stdout_lines, [f"listening on http://{host}:{port}\n"])

    def test_it_serves_though_nobody_reads_its_output(self):
        reading, writing = os.pipe()
        os.close(reading)
        data_dir = self.directory / "data"
        daemon = self.make_daemon(data_dir)
        # As `rounds-ingestd | head -0` would: writing its line fails with EPIPE.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        daemon.spawn(["--data-dir", data_dir, "--listen", f"127.0.0.1:{port}"], stdout=writing)
        os.close(writing)
        daemon.address = ("127.0.0.1", port)
        wait_until(lambda: not daemon.is_running() or is_ready(daemon), "it is ready")
        self.assertEqual(daemon.get("/readyz"), {"status": "ready"})
        self.assertEqual(daemon.terminate(), 0)

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        daemon = self.start_daemon()
        self.assertTrue(telemetry.is_full_success(
            telemetry.post(daemon, telemetry.load_samples()[0])))
        before = store_view.snapshot(daemon)
        second = run_program("rounds-ingestd", "--data-dir", daemon.data_dir,
                             "--listen", "127.0.0.1:0")
        self.assert_failure(second, 3, str(daemon.data_dir), "another process")
        for tool in (("rounds", "list"), ("rounds", "verify", "--renew-watermark"),
                     ("rounds-replay",)):
            with self.subTest(tool=tool):
                run = run_program(*tool, "--data-dir", daemon.data_dir)
                self.assert_failure(run, 3, str(daemon.data_dir), "another process")
        self.check_data(daemon.data_dir)  # only reads
        self.assertEqual(store_view.snapshot(daemon), before)

    def assert_failure(self, run, code, *words):
        """Ended with `code` and one sentence on stderr that holds the words."""
        self.assertEqual(run.code, code, run)
        self.assertEqual(run.stdout, "", run)
        lines = run.stderr.strip().split("\n")
        self.assertEqual(len(lines), 1, run)
        for word in words:
            self.assertIn(word, lines[0], run)

    def test_a_port_in_use_ends_with_3(self):
        daemon = self.start_daemon()
        listen = "{}:{}".format(*daemon.address)
        run = run_program("rounds-ingestd", "--data-dir", self.directory / "other",
                          "--listen", listen)
        self.assert_failure(run, 3, listen)

    def test_wrong_usage_ends_with_2(self):
        (self.directory / "bad.toml").write_text("no-such-setting = 1\n")
        for arguments in (("--nonsense",), ("extra",), ("--listen", "nowhere"),
                          ("--listen", "127.0.0.1"), ("--listen", "127.0.0.1:65536"),
                          ("--listen", "127.0.0.1:-1"), ("--listen",), ("--log-level", "loud"),
                          ("--config", self.directory / "absent.toml"),
                          ("--config", self.directory / "bad.toml")):
            with self.subTest(arguments=arguments):
                run = run_program("rounds-ingestd", *arguments, directory=self.directory)
                self.assert_failure(run, 2, "rounds-ingestd: ")
                self.assertFalse((self.directory / "data").exists(), "it touched the data")

    def test_data_that_is_no_directory_ends_with_3(self):
        occupied = self.directory / "a file"
        occupied.write_text("not a store")
        run = run_program("rounds-ingestd", "--data-dir", occupied, "--listen", "127.0.0.1:0")
        self.assert_failure(run, 3, str(occupied))
        self.assertEqual(occupied.read_text(), "not a store")

    def test_help_and_version_go_to_stdout(self):
        for name in ("rounds-ingestd", "rounds", "rounds-replay"):
            for flag, text in (("--help", "--data-dir"), ("--version", name)):
                with self.subTest(program=name, flag=flag):
                    run = self.run_ok(name, flag)
                    self.assertIn(text, run.stdout)
                    self.assertEqual(run.stderr, "")


class Settings(RoundsTest):
    def test_flags_win_over_the_environment_and_that_over_the_file(self):
        for name in ("flag", "environment", "file"):
            (self.directory / name).mkdir()
        file = self.directory / "rounds.toml"
        file.write_text(f"data-dir = {json.dumps(str(self.directory / 'file'))}\n")
        flag = ["--data-dir", self.directory / "flag"]
        environment = {"ROUNDS_DATA_DIR": str(self.directory / "environment")}
        for arguments, variables, used in ((flag, environment, "flag"),
                                           ([], environment, "environment"), ([], {}, "file")):
            with self.subTest(used=used):
                daemon = self.make_daemon()
                daemon.spawn(["--listen", "127.0.0.1:0", "--config", file, *arguments],
                             environment=variables)
                daemon.wait_until_listening()
                self.assertEqual(daemon.terminate(), 0)
                self.assertTrue((self.directory / used / "log").is_dir())
        self.assertFalse((self.directory / "data").exists())


if __name__ == "__main__":
    unittest.main()
