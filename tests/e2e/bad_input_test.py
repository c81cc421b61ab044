"""Whatever clients send, the answer is right and clear, the daemon lives and nothing is lost."""

import gzip
import itertools
import json
import re
import socket
import unittest

import exposition
import store_view
import telemetry
from rounds_process import RoundsTest, wait_until

MEBIBYTE = 1024 * 1024
TIME = 1_780_000_000 * 10**9
PROBLEM = "application/problem+json"
JSON_TYPE = {"Content-Type": "application/json"}
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"


class BadInputTest(RoundsTest):
    """Starts a daemon that holds something, and checks afterwards that it still does."""

    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()
        for request in telemetry.load_samples()[:6]:
            self.assertTrue(telemetry.is_full_success(telemetry.post(self.daemon, request)))
        self.before = store_view.snapshot(self.daemon)
        self.pid = self.daemon.pid

    def tearDown(self):
        self.assertTrue(self.daemon.is_running(), "the daemon died")
        self.assertEqual(self.daemon.get("/healthz"), {"status": "alive"})
        self.assertEqual(self.daemon.request("GET", "/readyz").status, 200)
        self.assertEqual(store_view.snapshot(self.daemon), self.before)
        self.assertEqual(self.daemon.pid, self.pid)

    def assert_sentence(self, text):
        """Says something to a person: words on one line, not endlessly long."""
        self.assertRegex(text, r"\w+ \w+ \w+")
        self.assertNotIn("\n", text)
        self.assertLess(len(text), 2000)

    def assert_problem(self, answer, status, pattern="."):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.content_type, PROBLEM, answer)
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"], problem)
        self.assertRegex(problem["detail"], pattern)
        self.assert_sentence(problem["detail"])

    def assert_rpc_status(self, answer, status, content_type, pattern="."):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.content_type, content_type, answer)
        code, message = telemetry.read_status(answer)
        self.assertGreater(code, 0)
        self.assertRegex(message, pattern)
        self.assert_sentence(message)

    def post_otlp(self, body, content_type=telemetry.PROTOBUF, path="/v1/logs", encoding=None):
        headers = {"Content-Type": content_type}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.daemon.request("POST", path, body, headers)

    def send_raw(self, data):
        """Sends bytes and returns all that comes back until the daemon closes."""
        with socket.create_connection(self.daemon.address, timeout=60) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
            return received

    def first_id(self):
        return self.before["signatures"][0]["id"]


class Telemetry(BadInputTest):
    def test_every_truncation_of_protobuf_is_refused(self):
        whole = telemetry.protobuf_logs("truncated", [("E", "m", TIME)]).body
        for length in range(1, len(whole)):
            self.assert_rpc_status(self.post_otlp(whole[:length]), 400, telemetry.PROTOBUF)

    def test_truncated_samples_are_refused(self):
        for request in telemetry.load_samples():
            cut = request.body[:len(request.body) // 2]
            answer = self.daemon.request("POST", request.path, cut, request.headers)
            self.assert_rpc_status(answer, 400, request.content_type)

    def test_wrong_types_in_json_are_refused_by_name(self):
        for body in ('{"resourceLogs": 5}', '{"resourceLogs": [5]}', '[]', '5', '"x"', 'null',
                     '{"resourceLogs": [{"scopeLogs": {"logRecords": []}}]}',
                     '{"resourceLogs": [{"scopeLogs": [{"logRecords": "x"}]}]}'):
            with self.subTest(body=body):
                self.assert_rpc_status(self.post_otlp(body, telemetry.JSON), 400, telemetry.JSON)
        answer = self.post_otlp('{"resourceLogs": 5}', telemetry.JSON)
        self.assert_rpc_status(answer, 400, telemetry.JSON, "resourceLogs")

    def test_broken_json_is_refused(self):
        for body in ("{", '{"resourceLogs": [}', "{} {}", "\x00", '{"a": "\xff"', "{'a': 1}",
                     '{"resourceLogs": [1e999]}'):
            with self.subTest(body=body):
                answer = self.post_otlp(body.encode("latin-1"), telemetry.JSON)
                self.assert_rpc_status(answer, 400, telemetry.JSON)

    def test_deep_nesting_is_refused(self):
        value = '{"arrayValue": {"values": [' * 20_000
        body = '{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": ' + value
        self.assert_rpc_status(self.post_otlp(body, telemetry.JSON), 400, telemetry.JSON, "deep")
        body = "[" * 200_000 + "]" * 200_000
        self.assert_rpc_status(self.post_otlp(body, telemetry.JSON), 400, telemetry.JSON)
        value = telemetry.field(1, "x")
        for _ in range(2000):  # ArrayValue.values of AnyValue.array_value
            value = telemetry.field(5, telemetry.field(1, value))
        record = telemetry.field(2, telemetry.field(2, telemetry.field(5, value)))
        self.assert_rpc_status(self.post_otlp(telemetry.field(1, record)), 400, telemetry.PROTOBUF)

    def test_a_bomb_of_zeros_is_refused_in_the_form_of_the_request(self):
        bomb = gzip.compress(bytes(100 * MEBIBYTE), compresslevel=9)
        for content_type in (telemetry.PROTOBUF, telemetry.JSON):
            answer = self.post_otlp(bomb, content_type, encoding="gzip")
            self.assert_rpc_status(answer, 413, content_type, r"\d")

    def test_damaged_gzip_is_refused(self):
        whole = gzip.compress(telemetry.json_traces("damaged", [("E", "m", TIME)]).body)
        flipped = bytearray(whole)
        flipped[-6] ^= 0xFF  # in the checksum
        for body in (b"not gzip at all", whole[:-4], whole[:20], bytes(flipped), whole + b"x"):
            answer = self.post_otlp(body, telemetry.JSON, "/v1/traces", "gzip")
            self.assert_rpc_status(answer, 400, telemetry.JSON)

    def test_unknown_types_and_encodings_are_unsupported(self):
        answer = self.post_otlp(b"x", "text/plain")
        self.assert_problem(answer, 415, "text/plain")
        answer = self.daemon.request("POST", "/v1/logs", b"x")
        self.assert_problem(answer, 415, "content type")
        for content_type in (telemetry.PROTOBUF, telemetry.JSON):
            answer = self.post_otlp(b"x", content_type, encoding="br")
            self.assert_rpc_status(answer, 415, content_type, "br")

    def test_bodies_over_the_limit_are_refused_announced_or_not(self):
        zeros = bytes(17 * MEBIBYTE)
        self.assert_rpc_status(self.post_otlp(zeros), 413, telemetry.PROTOBUF, r"\d")
        chunks = iter([bytes(MEBIBYTE)] * 17)  # no length: sent in chunks
        answer = self.daemon.request("POST", "/v1/logs", chunks,
                                     {"Content-Type": telemetry.JSON})
        self.assert_rpc_status(answer, 413, telemetry.JSON, r"\d")

    def test_an_empty_request_is_a_success(self):
        for content_type, body in ((telemetry.PROTOBUF, b""), (telemetry.JSON, b"{}")):
            self.assertTrue(telemetry.is_full_success(self.post_otlp(body, content_type)))

    def test_other_methods_are_refused_in_the_form_of_the_request(self):
        answer = self.daemon.request("GET", "/v1/logs")
        self.assert_problem(answer, 405, "POST")
        self.assertEqual(answer.headers["allow"], "POST")
        answer = self.daemon.request("PUT", "/v1/traces", b"", {"Content-Type": telemetry.PROTOBUF})
        self.assert_rpc_status(answer, 405, telemetry.PROTOBUF, "POST")


class Queries(BadInputTest):
    def test_unknown_routes_are_not_found(self):
        for path in ("/", "/api", "/api/v2/stats", "/v1/metrics", "/api/v1/signatures/", "//",
                     f"/api/v1/signatures/{UNKNOWN_ID}/explode", "/api/v1/stats/x",
                     "/%2e%2e/%2e%2e/etc/passwd", "/..%00", "/" + "a" * 8000):
            with self.subTest(path=path[:80]):
                self.assert_problem(self.daemon.request("GET", path), 404)

    def test_wrong_methods_name_the_right_ones(self):
        first = self.first_id()
        for method, path, allowed in (("POST", "/api/v1/stats", "GET, HEAD"),
                                      ("DELETE", f"/api/v1/signatures/{first}", "GET, HEAD"),
                                      ("GET", f"/api/v1/signatures/{first}/mute", "POST"),
                                      ("PATCH", "/metrics", "GET, HEAD"),
                                      ("BREW", "/healthz", "GET, HEAD")):
            with self.subTest(method=method, path=path):
                answer = self.daemon.request(method, path)
                self.assert_problem(answer, 405, allowed.split(",", maxsplit=1)[0])
                self.assertEqual(answer.headers["allow"], allowed)

    def test_ids_are_unknown_or_malformed(self):
        for rest in ("", "/history", "/similar"):
            with self.subTest(rest=rest):
                answer = self.daemon.request("GET", f"/api/v1/signatures/{UNKNOWN_ID}{rest}")
                self.assert_problem(answer, 404, UNKNOWN_ID)
                answer = self.daemon.request("GET", f"/api/v1/signatures/not-an-id{rest}")
                self.assert_problem(answer, 400, "not-an-id")
        for fingerprint in ("0" * 64, "x", "%00", "%ff%fe", "f" * 5000):
            with self.subTest(fingerprint=fingerprint[:80]):
                answer = self.daemon.request("GET", f"/api/v1/fingerprints/{fingerprint}")
                self.assert_problem(answer, 404)

    def test_bad_query_parameters_are_refused_by_name(self):
        first = self.first_id()
        listing, history = "/api/v1/signatures", f"/api/v1/signatures/{first}/history"
        values = {"limit": ("0", "-1", "1001", "abc", "1.5", "99999999999999999999", "0x10"),
                  "cursor": ("x", "0", "f" * 63, "g" * 64, "f" * 65)}
        for name, bad in values.items():
            for value, path in itertools.product(bad, (listing, "/api/v1/pending")):
                with self.subTest(path=path, name=name, value=value):
                    answer = self.daemon.request("GET", f"{path}?{name}={value}")
                    self.assert_problem(answer, 400, name)
        for path, query in ((listing, "status=bogus"), (listing, "statsu=new"),
                            (listing, "limit=1&limit=2"), (history, "cursor=x"),
                            (history, "cursor=-1"), (history, "cursor=99999999999999999999"),
                            (history, "limit=0"), (history, "status=new"),
                            (f"/api/v1/signatures/{first}/similar", "limit=1001"),
                            (f"/api/v1/signatures/{first}/similar", "cursor=1")):
            with self.subTest(path=path, query=query):
                self.assert_problem(self.daemon.request("GET", f"{path}?{query}"), 400)

    def test_hostile_filters_match_nothing(self):
        for value in ("%00", "%ff", "..%2F..", "%F0%9F%92%A5", "x" * 1024):
            with self.subTest(value=value[:20]):
                page = self.daemon.get(f"/api/v1/signatures?service={value}")
                self.assertEqual(page["signatures"], [])


class Commands(BadInputTest):
    def post_command(self, name, body, headers=None, signature_id=None):
        path = f"/api/v1/signatures/{signature_id or self.first_id()}/{name}"
        return self.daemon.request("POST", path, body, JSON_TYPE if headers is None else headers)

    def test_refused_transitions_name_the_signature_its_status_and_the_command(self):
        answer = self.post_command("revert", "{}")
        self.assert_problem(answer, 409, f"{self.first_id()}.*new|new.*{self.first_id()}")
        self.assertRegex(answer.json()["detail"], "revert")
        self.assertEqual(answer.json()["code"], "refused")

    def test_a_stale_version_is_a_conflict(self):
        version = self.before["signatures"][0]["version"]
        for expected in (version - 1, version + 1, 0, 2**63):
            answer = self.post_command("mute", json.dumps({"expected_version": expected}))
            self.assert_problem(answer, 409, str(version))
            self.assertEqual(answer.json()["code"], "conflict")

    def test_unknown_and_malformed_ids(self):
        for name in ("investigate", "revert", "resolve", "mute", "retriage"):
            answer = self.post_command(name, "{}", signature_id=UNKNOWN_ID)
            self.assert_problem(answer, 404, UNKNOWN_ID)
            self.assert_problem(self.post_command(name, "{}", signature_id="42"), 400, "42")

    def test_bodies_that_are_no_commands_are_refused(self):
        diagnosis = {"root_cause": "r", "evidence": [], "suggested_fix": "f", "confidence": "high",
                     "model": "m", "cost_usd": 0.5}
        bad = [("mute", "["), ("mute", "[]"), ("mute", "5"), ("mute", '{"reason": 5}'),
               ("mute", '{"reasn": "x"}'), ("mute", '{"fix": "x"}'), ("mute", '{"actor": {}}'),
               ("mute", "{}{}"), ("mute", "[" * 100_000), ("mute", b'{"reason": "\xff"}'),
               ("mute", '{"expected_version": -1}'), ("mute", '{"expected_version": "1"}'),
               ("mute", '{"expected_version": 1.5}'), ("mute", '{"expected_version": 1e30}'),
               ("mute", json.dumps({"reason": "x" * 17_000})),
               ("mute", json.dumps({"actor": "x" * 17_000})),
               ("resolve", '{"fix": ["x"]}'), ("resolve", json.dumps({"fix": "x" * 17_000})),
               ("tags", "{}"), ("tags", '{"add": "x"}'), ("tags", '{"add": [1]}'),
               ("tags", '{"add": [""]}'), ("tags", json.dumps({"add": ["x" * 257]})),
               ("tags", json.dumps({"add": [str(i) for i in range(300)]})),
               ("diagnose", "{}"), ("diagnose", '{"diagnosis": null}'),
               ("diagnose", '{"diagnosis": "x"}')]
        for change in ({"confidence": "sure"}, {"cost_usd": -1}, {"cost_usd": "1"},
                       {"evidence": "x"}, {"evidence": [1]}, {"diagnosed_at": "yesterday"},
                       {"root_cause": "x" * 300_000}, {"extra": 1}, {"model": None}):
            bad.append(("diagnose", json.dumps({"diagnosis": {**diagnosis, **change}})))
        for absent in diagnosis:
            without = {name: value for name, value in diagnosis.items() if name != absent}
            bad.append(("diagnose", json.dumps({"diagnosis": without})))
        for name, body in bad:
            with self.subTest(name=name, body=body[:100]):
                self.assert_problem(self.post_command(name, body), 400)

    def test_other_content_is_unsupported(self):
        self.assert_problem(self.post_command("mute", "x", {"Content-Type": "text/html"}), 415)
        gzipped = {**JSON_TYPE, "Content-Encoding": "gzip"}
        self.assert_problem(self.post_command("mute", gzip.compress(b"{}"), gzipped), 415)

    def test_a_body_over_the_limit_is_too_large(self):
        body = json.dumps({"reason": "x" * 3 * MEBIBYTE})
        self.assert_problem(self.post_command("mute", body), 413)


class Connections(BadInputTest):
    def assert_raw_problem(self, received, status):
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertRegex(head, rf"\AHTTP/1\.[01] {status} ".encode())
        self.assertIn(PROBLEM.encode(), head)
        self.assertEqual(json.loads(body)["status"], status)
        self.assert_sentence(json.loads(body)["detail"])

    def test_huge_headers_are_refused(self):
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * 70_000 + b"\r\n\r\n"
        self.assert_raw_problem(self.send_raw(request), 431)
        request = b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        self.assert_raw_problem(self.send_raw(request), 431)
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"
        self.assert_raw_problem(self.send_raw(request), 431)

    def test_garbage_is_refused(self):
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # a TLS hello
                        b"hello there\r\n\r\n", bytes(1000), b"\xff" * 1000, b"GET\r\n\r\n",
                        b"GET /healthz HTTP/9.9\r\n\r\n", b"GET /healthz\r\n\r\n",
                        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
                        b"POST /v1/logs HTTP/1.1\r\nContent-Length: many\r\n\r\n",
                        b"POST /v1/logs HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
            with self.subTest(garbage=garbage[:40]):
                self.assert_raw_problem(self.send_raw(garbage), 400)

    def test_a_body_of_two_lengths_is_refused(self):
        """Two programs that disagree where a request ends can be made to smuggle one."""
        for fields in (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                       b"Content-Length: 2\r\nContent-Length: 3\r\n"):
            request = (b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
                       fields + b"\r\n{}\r\n\r\n")
            with self.subTest(fields=fields):
                received = self.send_raw(request)
                self.assertRegex(received, rb"\AHTTP/1\.1 400 ")
                self.assertEqual(len(re.findall(rb"HTTP/1\.1 \d", received)), 1)

    def test_bad_chunks_are_refused(self):
        request = (b"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
        self.assertRegex(self.send_raw(request), rb"\AHTTP/1\.1 400 ")

    def test_half_a_request_is_forgotten(self):
        request = telemetry.protobuf_logs("half", [("E", "m", TIME)] * 100)
        head = (f"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: {telemetry.PROTOBUF}\r\n"
                f"Content-Length: {len(request.body)}\r\n\r\n").encode()
        whole = head + request.body
        for length in (1, len(head) // 2, len(head), len(head) + 1, len(whole) - 1):
            with self.subTest(length=length):
                self.assertEqual(self.send_raw(whole[:length]), b"")

    def test_a_reset_in_the_middle_of_a_request_is_survived(self):
        linger_none = (1).to_bytes(4, "little") + bytes(4)
        for _ in range(20):
            connection = socket.create_connection(self.daemon.address, timeout=60)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
            connection.sendall(b"POST /v1/logs HTTP/1.1\r\nContent-Length: 1000\r\n\r\nhalf")
            connection.close()

    def test_pipelined_requests_are_answered_in_order(self):
        received = self.send_raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                                 b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
                                 b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", received), [b"200", b"404", b"200"])

    def test_closed_connections_are_not_kept(self):
        def connections():
            metrics = self.daemon.request("GET", "/metrics").body.decode()
            return int(re.search(r"^rounds_connections (\d+)$", metrics, re.MULTILINE).group(1))

        opened = [socket.create_connection(self.daemon.address) for _ in range(50)]
        wait_until(lambda: connections() == 51, "50 connections and our own are counted")
        for connection in opened:
            connection.close()
        wait_until(lambda: connections() == 1, "the closed connections are gone")

    def test_metrics_count_every_answer(self):
        self.daemon.request("GET", "/nowhere")
        metrics = self.daemon.request("GET", "/metrics").body.decode()
        exposition.parse(metrics)
        self.assertIn('rounds_http_requests_total{route="other",status="4xx"} 1\n', metrics)
        occurrences = self.before["stats"]["occurrence_count"]
        self.assertIn(f"rounds_occurrences {occurrences}\n", metrics)


if __name__ == "__main__":
    unittest.main()
