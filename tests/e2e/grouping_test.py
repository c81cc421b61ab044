"""Which occurrences a real daemon takes for one failure: by changing rules, and by the user's."""

import json
import pathlib
import unittest

import telemetry
from rounds_process import RoundsTest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "grouping.md"
TIME = 1_780_000_000 * 10**9
SETTINGS = """
grouping-rule = [
  'type:*Timeout message:"* pool *" -> pool',
  'service:checkout function:charge -> charging, {{ type }}',
]
"""


class Grouping(RoundsTest):
    def send(self, daemon, message, time, error_type="E"):
        self.assertTrue(telemetry.is_full_success(
            telemetry.post(daemon, telemetry.protobuf_logs("shop", [(error_type, message, time)]))))

    def send_to_sentry(self, daemon, error_type, message, function):
        frame = {"function": function, "filename": "app/pay.js", "in_app": True}
        event = {"platform": "node", "tags": {"service": "checkout"}, "exception": {"values": [
            {"type": error_type, "value": message, "stacktrace": {"frames": [frame]}}]}}
        answer = daemon.request("POST", "/api/1/store/?sentry_key=any", json.dumps(event))
        self.assertEqual(answer.status, 200, answer)

    def fingerprint(self, rules, message):
        occurrence = json.dumps({"service": "shop", "error_type": "E", "message": message})
        return self.run_ok("rounds", "fingerprint", "--rules", rules,
                           stdin=occurrence).json()["fingerprint"]

    def counts(self, daemon):
        signatures = daemon.get("/api/v1/signatures")["signatures"]
        return sorted((each["service"], each["occurrence_count"]) for each in signatures)

    def test_a_change_of_the_rules_splits_and_orphans_no_history(self):
        daemon = self.start_daemon(arguments=["--fingerprint-rules", "v1"])
        self.send(daemon, "id 42 gone", TIME)
        for number, rules in ((43, "v2"), (42, "v1")):
            daemon.terminate()
            daemon.arguments = ["--fingerprint-rules", rules]
            daemon.restart()
            self.send(daemon, f"id {number} gone", TIME + number)
        self.assertEqual(self.counts(daemon), [("shop", 3)])
        [signature] = daemon.get("/api/v1/signatures")["signatures"]
        self.assertEqual(signature["fingerprint"], self.fingerprint("v1", "id 42 gone"))
        for fingerprint in (self.fingerprint(rules, "id 42 gone") for rules in ("v1", "v2")):
            self.assertEqual(daemon.get(f"/api/v1/fingerprints/{fingerprint}"), signature)
            shown = self.run_ok("rounds", "--server", daemon.url, "--json", "show", fingerprint)
            self.assertEqual(shown.json()["id"], signature["id"])
        daemon.terminate()
        self.check_data(daemon.data_dir)

    def test_the_rules_that_the_documentation_shows_are_taken(self):
        [example] = DOCS.read_text(encoding="utf-8").split("```toml\n")[1:]
        settings = self.directory / "rounds.toml"
        settings.write_text(example.split("```")[0], encoding="utf-8")
        occurrence = json.dumps({"service": "s", "error_type": "ReadTimeoutError",
                                 "message": "x payments y"})
        explained = self.run_ok("rounds", "--config", settings, "fingerprint", "--explain",
                                stdin=occurrence).stdout
        self.assertIn("payments-slow", explained)
        self.start_daemon(arguments=["--config", settings])

    def test_rules_of_the_settings_decide_for_every_protocol(self):
        settings = self.directory / "rounds.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        daemon = self.start_daemon(arguments=["--config", settings])
        self.send(daemon, "the pool of one is empty", TIME, "ReadTimeout")
        self.send(daemon, "another pool is full", TIME, "WriteTimeout")
        self.send(daemon, "the disk is full", TIME, "WriteTimeout")
        for message in ("card alice", "card bob"):
            self.send_to_sentry(daemon, "Refused", message, "charge")
            self.send_to_sentry(daemon, "Refused", message, "refund")
        self.assertEqual(self.counts(daemon), [("checkout", 1), ("checkout", 1), ("checkout", 2),
                                               ("shop", 1), ("shop", 2)])


if __name__ == "__main__":
    unittest.main()
