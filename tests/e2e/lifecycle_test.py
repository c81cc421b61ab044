"""Every command through every status, over HTTP and on the command line; tags, pages, orders."""

import dataclasses
import itertools
import json
import unittest

import store_view
import telemetry
from rounds_process import RoundsTest, run_program

TIME = 1_780_000_000 * 10**9
SECOND = 10**9

DIAGNOSIS = {"root_cause": "the pool is too small", "evidence": ["30 waiting", "5 connections"],
             "suggested_fix": "raise it", "confidence": "high", "model": "alice", "cost_usd": 0.25,
             "diagnosed_at": "2026-01-02T03:04:05.678901Z"}

# From each status: the status that a command leads to; absent: refused.
TRANSITIONS = {
    "new": {"investigate": "investigating", "diagnose": "diagnosed", "resolve": "resolved",
            "mute": "muted", "retriage": "new"},
    "investigating": {"investigate": "investigating", "revert": "new", "diagnose": "diagnosed",
                      "resolve": "resolved", "mute": "muted", "retriage": "new"},
    "diagnosed": {"diagnose": "diagnosed", "resolve": "resolved", "mute": "muted",
                  "retriage": "new"},
    "resolved": {"mute": "muted", "retriage": "new"},
    "muted": {"resolve": "resolved", "retriage": "new"},
}
# The commands, with what a refusal calls them.
COMMANDS = {"investigate": "start investigation", "revert": "revert investigation",
            "diagnose": "diagnose", "resolve": "resolve", "mute": "mute", "retriage": "retriage"}
# How to bring a new signature into each status.
WAYS = {"new": (), "investigating": ("investigate",), "diagnosed": ("investigate", "diagnose"),
        "resolved": ("resolve",), "muted": ("mute",)}


@dataclasses.dataclass
class Outcome:
    """What a command led to: the signature after it, or the refusal."""

    signature: dict | None
    refusal: str = ""


class OverHttp:
    """Runs commands with requests to the daemon."""

    def __init__(self, daemon):
        self.daemon = daemon

    def run(self, test, signature_id, name, **body):
        if name == "diagnose":
            body = {"diagnosis": DIAGNOSIS, **body}
        answer = self.daemon.command(signature_id, name, **body)
        test.assertIn(answer.status, (200, 409), answer)
        if answer.status == 200:
            return Outcome(answer.json())
        return Outcome(None, answer.json()["detail"])


class OnTheCommandLine:
    """Runs commands with `rounds`; `location` is --data-dir DIR or --server URL."""

    def __init__(self, directory, *location):
        self.location = location
        self.diagnosis_file = directory / "diagnosis.json"
        self.diagnosis_file.write_text(json.dumps(DIAGNOSIS))

    def run(self, test, signature_id, name, add=(), remove=(), **options):
        arguments = ["tag" if name == "tags" else name, signature_id]
        if name == "diagnose":
            arguments += ["--file", self.diagnosis_file]
        for option, value in options.items():
            arguments += [f"--{option.replace('_', '-')}", str(value)]
        arguments += itertools.chain.from_iterable(("--add", tag) for tag in add)
        arguments += itertools.chain.from_iterable(("--remove", tag) for tag in remove)
        run = run_program("rounds", *arguments, "--json", *self.location)
        test.assertIn(run.code, (0, 1), run)
        if run.code == 0:
            return Outcome(run.json())
        test.assertEqual(run.stdout, "", run)
        return Outcome(None, run.stderr)


class LifecycleTest(RoundsTest):
    def record(self, *errors, service="shop"):
        """Counts (error type, message, seconds) and returns the daemon's signatures of them."""
        timed = [(kind, message, TIME + seconds * SECOND) for kind, message, seconds in errors]
        request = telemetry.protobuf_logs(service, timed)
        self.assertTrue(telemetry.is_full_success(telemetry.post(self.daemon, request)))
        return store_view.signatures(self.daemon, service=service)

    def make_signatures(self, count):
        """New signatures, all alike but for the error type."""
        return self.record(*((f"E{i}", "m", 0) for i in range(count)))


class Transitions(LifecycleTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()

    def check_all(self, runner):
        """Runs every command in every status, each on a signature of its own."""
        pairs = list(itertools.product(TRANSITIONS, COMMANDS))
        made = self.make_signatures(len(pairs))
        if "--data-dir" in getattr(runner, "location", ()):
            self.assertEqual(self.daemon.terminate(), 0)
        expected = {}
        for before, (status, command) in zip(made, pairs, strict=True):
            with self.subTest(status=status, command=command):
                signature_id = before["id"]
                for step in WAYS[status]:
                    before = runner.run(self, signature_id, step).signature
                after = runner.run(self, signature_id, command, actor="bob", reason="because",
                                   request_id="r-1")
                leads_to = TRANSITIONS[status].get(command)
                if leads_to is None:
                    self.assertIn(signature_id, after.refusal)
                    self.assertIn(status, after.refusal)
                    self.assertIn(COMMANDS[command], after.refusal)
                    expected[signature_id] = before
                    continue
                self.assertEqual(after.signature["status"], leads_to)
                diagnosed = command == "diagnose" or (status == "diagnosed" and
                                                      command != "retriage")
                self.assertEqual(after.signature["diagnosis"], DIAGNOSIS if diagnosed else None)
                expected[signature_id] = after.signature
        if not self.daemon.is_running():
            self.daemon.restart()
        for signature_id, signature in expected.items():
            self.assertEqual(self.daemon.get(store_view.path("signatures", signature_id)),
                             signature)
            self.check_history(signature)
        self.assertEqual(self.daemon.terminate(), 0)
        self.check_data(self.daemon.data_dir)

    def check_history(self, signature):
        events = store_view.history(self.daemon, signature["id"])
        self.assertEqual([event["version"] for event in events],
                         list(range(1, signature["version"] + 1)))
        for event in events[1:]:
            if event["actor"]:
                self.assertEqual((event["actor"], event["reason"], event["request_id"]),
                                 ("bob", "because", "r-1"))

    def test_over_http(self):
        self.check_all(OverHttp(self.daemon))

    def test_on_the_command_line_through_the_daemon(self):
        self.check_all(OnTheCommandLine(self.directory, "--server", self.daemon.url))

    def test_on_the_command_line_on_the_data(self):
        self.check_all(OnTheCommandLine(self.directory, "--data-dir", self.daemon.data_dir))

    def test_what_a_command_carries_is_in_the_history(self):
        signature_id = self.make_signatures(1)[0]["id"]
        runner = OverHttp(self.daemon)
        who = {"actor": "bob ☃", "reason": "line\nbreak", "request_id": "r-2"}
        runner.run(self, signature_id, "investigate", **who)
        runner.run(self, signature_id, "diagnose", **who)
        runner.run(self, signature_id, "resolve", fix="a bigger pool", **who)
        runner.run(self, signature_id, "tags", add=["a"], **who)
        events = store_view.history(self.daemon, signature_id)
        self.assertEqual([event["kind"] for event in events],
                         ["signature_detected", "investigation_started", "signature_diagnosed",
                          "signature_resolved", "tags_changed"])
        for event in events[1:]:
            self.assertEqual({name: event[name] for name in who}, who)
        self.assertEqual(events[2]["diagnosis"], DIAGNOSIS)
        self.assertEqual(events[3]["fix"], "a bigger pool")
        self.assertEqual((events[4]["added"], events[4]["removed"]), (["a"], []))

    def test_an_expected_version_lets_one_of_two_win(self):
        signature_id = self.make_signatures(1)[0]["id"]
        for runner in (OverHttp(self.daemon),
                       OnTheCommandLine(self.directory, "--server", self.daemon.url)):
            version = self.daemon.get(store_view.path("signatures", signature_id))["version"]
            first = runner.run(self, signature_id, "tags", add=[f"t{version}"],
                               expected_version=version)
            self.assertEqual(first.signature["version"], version + 1)
            second = runner.run(self, signature_id, "mute", expected_version=version)
            self.assertIsNone(second.signature)
            self.assertIn(str(version + 1), second.refusal)

    def test_occurrences_reopen_what_was_resolved_before_them(self):
        first, = self.record(("E", "m", 0))
        runner = OverHttp(self.daemon)
        for second, name in ((1, "mute"), (2, "investigate")):
            runner.run(self, first["id"], "retriage")
            after = runner.run(self, first["id"], name).signature
            again, = self.record(("E", "m", second))
            self.assertEqual(again["status"], after["status"], "only resolved ones are reopened")
        resolved = runner.run(self, first["id"], "resolve").signature
        late, = self.record(("E", "m", 3))  # long before the resolution, which is now
        self.assertEqual((late["status"], late["occurrence_count"]), ("resolved", 4))
        future = (4_000_000_000 * 10**9 - TIME) // SECOND
        reopened, = self.record(("E", "m", future))
        self.assertEqual((reopened["status"], reopened["occurrence_count"]), ("new", 5))
        self.assertGreater(reopened["version"], resolved["version"])
        kinds = [event["kind"] for event in store_view.history(self.daemon, first["id"])]
        self.assertIn("signature_regressed", kinds)


class Tags(LifecycleTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()
        self.signature_id = self.make_signatures(1)[0]["id"]

    def check_tags(self, runner):
        """Adds and removes; a set that stays sorted, and no event where nothing changes."""
        def change(**changes):
            signature = runner.run(self, self.signature_id, "tags", **changes).signature
            return signature["tags"], signature["version"]

        _, version = change(add=["new"])
        change(remove=["new"])
        self.assertEqual(change(add=["b", "a b", "ü"]), (["a b", "b", "ü"], version + 2))
        self.assertEqual(change(add=["b"], remove=["absent"]), (["a b", "b", "ü"], version + 2))
        self.assertEqual(change(add=["c"], remove=["b"]), (["a b", "c", "ü"], version + 3))
        self.assertEqual(change(add=["c"], remove=["c"]), (["a b", "c", "ü"], version + 3))
        self.assertEqual(change(remove=["a b", "c", "ü"]), ([], version + 4))

    def test_over_http(self):
        self.check_tags(OverHttp(self.daemon))

    def test_on_the_command_line(self):
        self.check_tags(OnTheCommandLine(self.directory, "--server", self.daemon.url))
        self.assertEqual(self.daemon.terminate(), 0)
        self.check_tags(OnTheCommandLine(self.directory, "--data-dir", self.daemon.data_dir))


class Pages(LifecycleTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()
        # Equal last_seen with different counts, equal both, and different times.
        errors = []
        for i in range(12):
            errors += [(f"E{i % 3}", "message " + "x" * i, i // 4 * 10)] * (1 + i % 2)
        self.all = self.record(*errors)
        self.assertEqual(len(self.all), 12)

    def test_pages_of_any_size_hold_the_same_in_order(self):
        self.assertEqual(self.all, store_view.in_listing_order(self.all))
        for filters in ({}, {"status": "new"}, {"service": "shop"}, {"error_type": "E1"},
                        {"service": "shop", "error_type": "E2"}, {"status": "muted"},
                        {"status": "new", "service": "shop", "error_type": "E0"}):
            expected = [each for each in self.all
                        if each["error_type"] == filters.get("error_type", each["error_type"]) and
                        each["status"] == filters.get("status", each["status"])]
            for limit in (1, 2, 5, 12, 1000):
                with self.subTest(filters=filters, limit=limit):
                    found = list(store_view.pages(self.daemon, "signatures", limit=limit,
                                                  **filters))
                    self.assertEqual([each for page in found for each in page["signatures"]],
                                     expected)
                    self.assertLessEqual(max(len(page["signatures"]) for page in found), limit)
                    self.assertEqual({page["sequence"] for page in found}, {12})

    def test_a_cursor_survives_a_restart(self):
        first = self.daemon.get(store_view.path("signatures", limit="5"))
        self.daemon.kill9()
        self.daemon.restart()
        rest = self.daemon.get(store_view.path("signatures", cursor=first["next_cursor"]))
        self.assertEqual(first["signatures"] + rest["signatures"], self.all)
        self.assertIsNone(rest["next_cursor"])

    def test_pending_are_the_new_ones_in_order(self):
        muted, resolved, returned = (self.all[i]["id"] for i in (0, 5, 7))
        self.assertEqual(self.daemon.command(muted, "mute").status, 200)
        self.assertEqual(self.daemon.command(resolved, "resolve").status, 200)
        self.assertEqual(self.daemon.command(returned, "investigate").status, 200)
        self.assertEqual(self.daemon.command(returned, "revert").status, 200)
        expected = [each["id"] for each in self.all if each["id"] not in (muted, resolved)]
        for limit in (1, 3, 50):
            found = [each["id"] for page in store_view.pages(self.daemon, "pending", limit=limit)
                     for each in page["signatures"]]
            self.assertEqual(found, expected)
        told = self.run_ok("rounds", "pending", "--json", "--server", self.daemon.url).json()
        self.assertEqual([each["id"] for each in told["signatures"]], expected)

    def test_new_occurrences_move_a_signature_to_the_front(self):
        last = self.all[-1]
        self.record((last["error_type"], last["message_template"], 100))
        front = self.daemon.get(store_view.path("signatures", limit="1"))["signatures"][0]
        self.assertEqual(front["id"], last["id"])
        self.assertEqual(front["occurrence_count"], last["occurrence_count"] + 1)

    def test_a_late_occurrence_never_moves_last_seen_back(self):
        first = self.all[0]
        self.record((first["error_type"], first["message_template"], -1000))
        now = self.daemon.get(store_view.path("signatures", first["id"]))
        self.assertEqual(now["last_seen"], first["last_seen"])
        self.assertLess(now["first_seen"], first["first_seen"])
        self.assertEqual(now["occurrence_count"], first["occurrence_count"] + 1)

    def test_similar_are_of_the_same_service_and_type(self):
        self.record(("E0", "of another service", 50), service="other")
        for wanted in self.all:
            expected = [each["id"] for each in self.all
                        if each["error_type"] == wanted["error_type"] and each != wanted]
            for limit in (1, 2, 50):
                path = store_view.path("signatures", wanted["id"], "similar", limit=str(limit))
                found = [each["id"] for each in self.daemon.get(path)["signatures"]]
                self.assertEqual(found, expected[:limit])

    def test_history_in_pages_is_the_same(self):
        signature_id = self.all[3]["id"]
        for i in range(7):
            self.assertEqual(self.daemon.command(signature_id, "tags", add=[f"t{i}"]).status, 200)
        whole = store_view.history(self.daemon, signature_id)
        self.assertEqual(len(whole), 8)
        for limit in (1, 2, 3, 8, 1000):
            found = list(store_view.pages(self.daemon, "signatures", signature_id, "history",
                                          limit=limit))
            self.assertEqual([event for page in found for event in page["events"]], whole)
            self.assertLessEqual(max(len(page["events"]) for page in found), limit)
        told = self.run_ok("rounds", "history", signature_id, "--limit", "3", "--json",
                           "--server", self.daemon.url).json()
        self.assertEqual(told["events"], whole[:3])


if __name__ == "__main__":
    unittest.main()
