"""The OpenAPI document is sound, and what a real daemon answers is what it says."""

import json
import re
import unittest
import urllib.parse

import openapi
import telemetry
from rounds_process import RoundsTest, wait_until

TIME = 1_780_000_000 * 10**9
DIAGNOSIS = {"root_cause": "the pool is too small", "evidence": ["trace 1"], "model": "m",
             "suggested_fix": "raise it", "confidence": "high", "cost_usd": 0.25}


class Document(RoundsTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon(arguments=["--backup-dir", self.directory / "backups"])
        self.document = self.daemon.get("/openapi.json")

    def test_it_is_sound(self):
        document = self.document
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertLessEqual({"title", "version"}, document["info"].keys())
        self.assertLessEqual(document.keys(),
                             {"openapi", "info", "servers", "tags", "paths", "components"})
        faults = []
        for name, schema in document["components"]["schemas"].items():
            faults += openapi.schema_faults(document, schema, name)
        for schema in openapi.find_schemas([document["paths"], *(
                document["components"][each] for each in ("responses", "parameters", "headers"))]):
            faults += openapi.schema_faults(document, schema, "a schema in paths")
        self.assertEqual(faults, [])

    def test_each_operation_is_sound(self):
        tags = {tag["name"] for tag in self.document["tags"]}
        ids = []
        for method, path, operation in openapi.operations(self.document):
            with self.subTest(operation=f"{method} {path}"):
                self.assertIn(method, openapi.METHODS)
                self.assertLessEqual(set(operation["tags"]), tags)
                self.assertTrue(operation["summary"].endswith("."))
                ids.append(operation["operationId"])
                parameters = [openapi.resolve(self.document, each)
                              for each in operation.get("parameters", ())]
                keys = [(each["in"], each["name"]) for each in parameters]
                self.assertEqual(len(keys), len(set(keys)))
                in_path = {each["name"] for each in parameters if each["in"] == "path"}
                self.assertEqual(in_path, set(re.findall(r"\{(\w+)\}", path)))
                for each in parameters:
                    self.assertTrue(each["in"] != "path" or each["required"])
                for status, answer in operation["responses"].items():
                    self.assertRegex(status, r"\A[1-5]\d\d\Z")
                    answer = openapi.resolve(self.document, answer)
                    self.assertTrue(answer["description"])
        self.assertEqual(len(ids), len(set(ids)))

    def test_everything_is_used(self):
        text = json.dumps(self.document)
        for kind, things in self.document["components"].items():
            for name in things:
                self.assertIn(f'"#/components/{kind}/{name}"', text)

    def check(self, method, path, target=None, body=None, status=200, headers=None):
        """Sends a request of an operation and compares the answer; returns its JSON, if it is."""
        sent = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        answer = self.daemon.request(method, target or path, body, sent)
        what = f"{method} {target or path}"
        self.assertEqual(answer.status, status, (what, answer.body))
        described = self.document["paths"][path][method.lower()]["responses"]
        self.assertIn(str(status), described, what)
        response = openapi.resolve(self.document, described[str(status)])
        media = answer.content_type.split(";")[0]
        self.assertIn(media, response["content"], what)
        for name in response.get("headers", ()):
            self.assertIn(name.lower(), answer.headers, what)
        self.seen.add((method, path))
        if media not in ("application/json", "application/problem+json"):
            return answer
        value = answer.json()
        self.assertEqual(openapi.mismatches(self.document, response["content"][media]["schema"],
                                            value, what), [])
        return value

    def check_commands(self, signature):
        base = "/api/v1/signatures/{id}"
        target = f"/api/v1/signatures/{signature}"
        context = {"actor": "ada", "reason": "r", "request_id": "1"}
        for name, body in (("investigate", context), ("revert", {}),
                           ("diagnose", {"diagnosis": DIAGNOSIS}),
                           ("resolve", {"fix": "f", "release": "1.2"}), ("retriage", {}),
                           ("mute", context), ("tags", {"add": ["a"]})):
            self.check("POST", f"{base}/{name}", f"{target}/{name}", body)
        self.check("POST", f"{base}/mute", f"{target}/mute", {}, status=409)
        self.check("POST", f"{base}/mute", f"{target}/mute", {"x": 1}, status=400)
        self.check("POST", f"{base}/mute", f"{target}/mute", "x", status=415,
                   headers={"Content-Type": "text/plain"})
        unknown = "00000000-0000-7000-8000-000000000000"
        self.check("POST", f"{base}/mute", f"/api/v1/signatures/{unknown}/mute", {}, status=404)

    def check_queries(self, signature, fingerprint):
        base = "/api/v1/signatures/{id}"
        target = f"/api/v1/signatures/{signature}"
        self.check("GET", base, target)
        self.check("GET", base, target + "?as_of=2")
        self.check("GET", base, "/api/v1/signatures/x", status=400)
        self.check("GET", f"{base}/history", f"{target}/history?limit=2")
        self.check("GET", f"{base}/history", f"{target}/history")
        self.check("GET", f"{base}/similar", f"{target}/similar")
        self.check("GET", "/api/v1/fingerprints/{fingerprint}",
                   f"/api/v1/fingerprints/{fingerprint}")
        self.check("GET", "/api/v1/fingerprints/{fingerprint}", "/api/v1/fingerprints/x",
                   status=404)
        self.check("GET", "/api/v1/stats")
        self.check("GET", "/api/v1/stats", "/api/v1/stats?as_of=1")

    def check_events(self):
        path = "/api/v1/events"
        answer = self.check("GET", path, path + "?follow=false")
        lines = [json.loads(line) for line in answer.body.splitlines()]
        self.assertGreater(len({line["kind"] for line in lines}), 7)
        for line in lines:
            schema = {"$ref": "#/components/schemas/Event"}
            self.assertEqual(openapi.mismatches(self.document, schema, line, line["kind"]), [])
        self.check("GET", path, path + "?follow=false", headers={"Accept": "text/event-stream"})
        self.check("GET", path, path + "?from=x", status=400)

    def check_sentry(self):
        key = {"X-Sentry-Auth": "Sentry sentry_version=7, sentry_key=k"}
        event = json.dumps({"event_id": "a" * 32, "message": "m", "level": "error"})
        envelope = f'{{"event_id": "{"a" * 32}"}}\n{{"type": "event"}}\n{event}\n'
        routes = {"/api/{project}/envelope/": envelope, "/api/{project}/store/": event}
        for path, body in routes.items():
            for each in (path, path.rstrip("/")):
                target = each.replace("{project}", "1")
                self.check("POST", each, target, body, headers=key)
                self.check("POST", each, target, body, status=401)
                self.check("POST", each, target, "x", status=400, headers=key)
                self.check("OPTIONS", each, target)

    def test_answers_are_what_it_says(self):
        self.seen = set()
        self.check("GET", "/api/v1/stats")
        for path, post in (("/v1/traces", telemetry.json_traces("shop", [("E", "m", TIME)])),
                           ("/v1/logs", telemetry.protobuf_logs("shop", [("F", "m", TIME)]))):
            self.check("POST", path, body=post.body, headers=post.headers)
            self.check("POST", path, body=b"x", status=400,
                       headers={"Content-Type": "application/json"})
            self.check("POST", path, body=b"x", status=415, headers={"Content-Type": "text/x"})
        page = self.check("GET", "/api/v1/signatures", "/api/v1/signatures?limit=1")
        cursor = urllib.parse.quote(page["next_cursor"], safe="")
        self.check("GET", "/api/v1/signatures", f"/api/v1/signatures?limit=1&cursor={cursor}")
        self.check("GET", "/api/v1/signatures", "/api/v1/signatures?x=1", status=400)
        self.check("GET", "/api/v1/pending")
        signature = page["signatures"][0]
        self.check_sentry()
        self.check_commands(signature["id"])
        self.check_queries(signature["id"], signature["fingerprint"])
        self.check_events()
        self.check("POST", "/api/v1/backups", status=200)
        rebuild = self.check("POST", "/api/v1/rebuilds", body={})
        one, target = "/api/v1/rebuilds/{number}", f"/api/v1/rebuilds/{rebuild['number']}"
        wait_until(lambda: self.check("GET", one, target)["state"] == "done", "the rebuild")
        self.check("GET", one, "/api/v1/rebuilds/9", status=404)
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            self.check("GET", path)
        described = {(method.upper(), path)
                     for method, path, _ in openapi.operations(self.document)}
        self.assertEqual(self.seen, described, "each operation was tried: add a check() of it")


class Validator(unittest.TestCase):
    """The validator itself finds what does not match."""

    DOCUMENT = {"components": {"schemas": {
        "A": {"type": "object", "required": ["n"],
              "properties": {"n": {"type": ["integer", "null"], "minimum": 1},
                             "s": {"type": "string", "pattern": "^x"},
                             "l": {"type": "array",
                                   "items": {"$ref": "#/components/schemas/A"}}}}}}}
    A = {"$ref": "#/components/schemas/A"}

    def test_it_takes_what_matches(self):
        for value in ({"n": 1}, {"n": None, "s": "xy", "l": [{"n": 2}]}):
            self.assertEqual(openapi.mismatches(self.DOCUMENT, self.A, value), [])

    def test_it_finds_what_does_not(self):
        for value in ({}, {"n": 0}, {"n": "1"}, {"n": True}, {"n": 1, "s": "y"}, {"n": 1, "z": 1},
                      {"n": 1, "l": [{}]}, {"n": 1, "l": {}}, [], None):
            self.assertNotEqual(openapi.mismatches(self.DOCUMENT, self.A, value), [], value)

    def test_it_finds_schemas_that_are_wrong(self):
        for schema in ({"type": "text"}, {"$ref": "#/components/schemas/B"}, {"maxLength": 1},
                       {"type": "object", "required": ["a"], "properties": {"b": {}}}, []):
            self.assertNotEqual(openapi.schema_faults(self.DOCUMENT, schema, "x"), [], schema)


if __name__ == "__main__":
    unittest.main()
