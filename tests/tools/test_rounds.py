"""The rounds command on a data directory."""

import gzip
import json
import subprocess
import unittest

from programs import (ABSENT_ID, BIN, DATA_UNUSABLE, DIAGNOSIS, REFUSED, SAMPLES, WRONG_USAGE,
                      Daemon, ProgramTest, occurrence)


class Queries(ProgramTest):
    def test_list_filters_and_orders(self):
        self.ingest(occurrence("a", second=1), occurrence("b", second=2),
                    occurrence("c", service="cart", second=3),
                    occurrence("d", error_type="KeyError", second=4))

        def templates(*arguments):
            page = self.rounds_json("list", *arguments)
            self.assertGreater(page["sequence"], 0)
            return [each["message_template"] for each in page["signatures"]]

        self.assertEqual(templates(), ["d", "c", "b", "a"])
        self.assertEqual(templates("--limit", "2"), ["d", "c"])
        self.assertEqual(templates("--service", "cart"), ["c"])
        self.assertEqual(templates("--error-type", "KeyError"), ["d"])
        self.assertEqual(templates("--status", "muted"), [])

    def test_show_takes_ids_and_fingerprints(self):
        [key] = self.ingest(occurrence("a"))
        signature = self.rounds_json("show", key)
        self.assertEqual(signature["status"], "new")
        self.assertEqual(self.rounds_json("show", signature["fingerprint"]), signature)
        self.assertIn(signature["fingerprint"], self.rounds("show", key).stdout)

    def test_history_lists_events_with_who_and_why(self):
        [key] = self.ingest(occurrence("a"))
        self.rounds("mute", key, "--actor", "alice", "--reason", "known", "--request-id", "r-1")
        events = self.rounds_json("history", key)["events"]
        self.assertEqual([each["kind"] for each in events],
                         ["signature_detected", "signature_muted"])
        self.assertEqual([events[1][name] for name in ("actor", "reason", "request_id")],
                         ["alice", "known", "r-1"])
        self.assertEqual(len(self.rounds_json("history", key, "--limit", "1")["events"]), 1)
        self.assertRegex(self.rounds("history", key).stdout, r"signature muted +alice +known")

    def test_pending_lists_new_ones(self):
        first, second = self.ingest(occurrence("a", second=2), occurrence("b", second=1))
        self.rounds("mute", first)
        pending = self.rounds_json("pending", "--limit", "10")["signatures"]
        self.assertEqual([each["id"] for each in pending], [second])

    def test_similar_lists_others_of_the_service_and_type(self):
        keys = self.ingest(occurrence("a", second=3), occurrence("b", second=2),
                           occurrence("c", service="cart", second=1))
        similar = self.rounds_json("similar", keys[0])["signatures"]
        self.assertEqual([each["id"] for each in similar], [keys[1]])

    def test_stats_count(self):
        self.ingest(occurrence("a"), occurrence("a"), occurrence("b", service="cart"))
        stats = self.rounds_json("stats")
        self.assertEqual((stats["total"], stats["occurrence_count"]), (2, 3))
        self.assertEqual(stats["by_service"], {"cart": 1, "shop": 1})
        self.assertEqual(stats["by_status"]["new"], 2)
        self.assertRegex(self.rounds("stats").stdout, r"(?m)^occurrences +3$")

    def test_settings_come_from_the_environment_and_a_file(self):
        self.ingest(occurrence("a"))
        config = self.directory / "rounds.toml"
        config.write_text(f'data-dir = "{self.data}"\n')
        for arguments, env in ((["--config", config], {}), ([], {"ROUNDS_DATA_DIR": self.data}),
                               ([], {"ROUNDS_CONFIG": config})):
            answer = self.run_program("rounds", *arguments, "stats", "--json",
                                      env={name: str(value) for name, value in env.items()})
            self.assertEqual(json.loads(answer.stdout)["total"], 1)


class Lifecycle(ProgramTest):
    def setUp(self):
        super().setUp()
        [self.key] = self.ingest(occurrence("a"))

    def status_after(self, *arguments):
        return self.rounds_json(*arguments)["status"]

    def test_every_command_leads_where_it_says(self):
        file = self.directory / "diagnosis.json"
        file.write_text(json.dumps(DIAGNOSIS))
        self.assertEqual(self.status_after("investigate", self.key), "investigating")
        self.assertEqual(self.status_after("revert", self.key), "new")
        diagnosed = self.rounds_json("diagnose", self.key, "--file", file)
        self.assertEqual((diagnosed["status"], diagnosed["diagnosis"]), ("diagnosed", DIAGNOSIS))
        self.assertEqual(self.status_after("resolve", self.key, "--fix", "restarted",
                                           "--release", "2.4.1"), "resolved")
        retriaged = self.rounds_json("retriage", self.key, "--reason", "came back")
        self.assertEqual((retriaged["status"], retriaged["diagnosis"]), ("new", None))
        self.assertEqual(self.status_after("mute", self.key, "--reason", "known"), "muted")
        events = self.rounds_json("history", self.key)["events"]
        self.assertEqual((events[4]["fix"], events[4]["release"]), ("restarted", "2.4.1"))
        self.assertIn("in release 2.4.1: restarted", self.rounds("history", self.key).stdout)
        self.assertEqual(self.rounds_json("show", self.key)["version"], 7)

    def test_tags_are_added_and_removed(self):
        tagged = self.rounds_json("tag", self.key, "--add", "b", "--add", "a")
        self.assertEqual(tagged["tags"], ["a", "b"])
        tagged = self.rounds_json("tag", self.key, "--remove", "a", "--add", "c")
        self.assertEqual(tagged["tags"], ["b", "c"])
        listed = self.rounds_json("list", "--tag", "c")["signatures"]
        self.assertEqual([signature["id"] for signature in listed], [self.key])
        self.assertEqual(self.rounds_json("list", "--tag", "a")["signatures"], [])

    def test_commands_take_fingerprints(self):
        fingerprint = self.rounds_json("show", self.key)["fingerprint"]
        self.assertEqual(self.status_after("mute", fingerprint), "muted")

    def test_a_table_shows_the_signature_afterwards(self):
        self.assertRegex(self.rounds("mute", self.key).stdout, r"(?m)^status +muted$")

    def test_refusals_conflicts_and_absent_signatures_are_code_one(self):
        before = self.rounds_json("show", self.key)
        refused = self.rounds("revert", self.key, code=REFUSED)
        self.assertIn(f"signature {self.key} is new", refused.stderr)
        self.rounds("mute", self.key, "--expected-version", "7", code=REFUSED)
        self.rounds("mute", ABSENT_ID, code=REFUSED)
        self.assertEqual(self.rounds_json("show", self.key), before)
        self.rounds("mute", self.key, "--expected-version", "1")


class Errors(ProgramTest):
    def test_missing_data_is_code_three(self):
        for command in ("list", "stats", "pending", "verify"):
            self.assertIn(str(self.data), self.rounds(command, code=DATA_UNUSABLE).stderr)
        self.rounds("show", ABSENT_ID, code=DATA_UNUSABLE)
        self.assertFalse(self.data.exists(), "looking at data must not create it")

    def test_data_in_use_is_code_three(self):
        with Daemon(self.data):
            for command in (["list"], ["verify", "--renew-watermark"], ["ingest", "-"]):
                self.assertIn(str(self.data),
                              self.rounds(*command, code=DATA_UNUSABLE, stdin="").stderr)

    def test_wrong_usage_is_code_two(self):
        self.ingest(occurrence("a"))
        for arguments in ([], ["nonsense"], ["list", "--limit", "0"], ["show"], ["tag", "x"],
                          ["list", "--server", "http://127.0.0.1:1"],
                          ["ingest", "-", "--format", "otlp-json"]):
            self.rounds(*arguments, code=WRONG_USAGE)

    def test_a_result_that_cannot_be_written_is_no_success(self):
        self.ingest(occurrence("a"))
        with open("/dev/full", "w", encoding="ascii") as full:
            answer = subprocess.run([BIN / "rounds", "--data-dir", self.data, "list"], stdout=full,
                                    stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(answer.returncode, DATA_UNUSABLE)
        self.assertIn("could not be written", answer.stderr)


class Ingest(ProgramTest):
    def test_several_files_are_counted_once_each(self):
        for name in ("one", "two"):
            (self.directory / name).write_text(occurrence(name) + "\n")
        answer = self.rounds_json("ingest", "one", "two")
        self.assertEqual(answer, {"accepted": 2, "rejected": 0})
        self.assertEqual(self.rounds_json("stats")["occurrence_count"], 2)

    def test_bad_lines_are_named_and_do_not_stop_the_others(self):
        (self.directory / "mixed").write_text(f"{occurrence('a')}\n{{\n{occurrence('b')}\n")
        answer = self.rounds("ingest", "mixed", code=REFUSED)
        self.assertEqual(answer.stdout, "accepted 2, rejected 1\n")
        self.assertIn("mixed:2: ", answer.stderr)

    def test_recorded_telemetry_is_counted(self):
        bodies = sorted(SAMPLES.glob("otlp/*.body"))
        self.assertEqual(len(bodies), 24)
        accepted = 0
        for body in bodies:
            meta = json.loads(body.with_suffix(".meta.json").read_text())
            json_type = meta["headers"]["content-type"] == "application/json"
            content = body.read_bytes()
            if meta["headers"].get("content-encoding") == "gzip":
                content = gzip.decompress(content)
            file = self.directory / body.name
            file.write_bytes(content)
            answer = self.rounds_json(
                "ingest", file, "--format", "otlp-json" if json_type else "otlp-proto",
                "--signal", meta["path"].removeprefix("/v1/"))
            self.assertEqual(answer["rejected"], 0)
            accepted += answer["accepted"]
        self.assertEqual(accepted, 225)
        # What stands on a span and on its log record, or came twice, counts once.
        self.assertEqual(self.rounds_json("stats")["occurrence_count"], 150)

    def test_files_that_are_no_telemetry_are_rejected(self):
        answer = self.rounds("ingest", "-", "--format", "otlp-proto", "--signal", "logs",
                             stdin="no protobuf", code=REFUSED)
        self.assertEqual(answer.stdout, "accepted 0, rejected 1\n")
        self.assertIn("standard input: ", answer.stderr)

    def test_missing_files_are_code_three(self):
        self.assertIn("absent", self.rounds("ingest", "absent", code=DATA_UNUSABLE).stderr)


class Fingerprint(ProgramTest):
    def test_every_reference_vector_is_reproduced(self):
        lines = (SAMPLES / "fingerprint_v1/vectors.jsonl").read_text().splitlines()
        vectors = [json.loads(line) for line in lines]
        self.assertEqual(len(vectors), 973)
        answers = ("template", "stack_hash", "fingerprint")
        questions = [json.dumps({name: value for name, value in vector.items()
                                 if name not in answers}) for vector in vectors]
        output = self.run_program("rounds", "fingerprint", "--rules", "v1",
                                  stdin="\n".join(questions)).stdout
        for vector, line in zip(vectors, output.splitlines(), strict=True):
            answer = json.loads(line)
            self.assertEqual(answer, vector)
            self.assertEqual(list(answer), list(vector), "the order of the members")

    def test_the_store_finds_what_it_computes(self):
        self.ingest(occurrence("user 1234 at 10.0.0.1:80"))
        line = json.dumps({"error_type": "TimeoutError", "service": "shop",
                           "message": "user 99999 at 10.9.9.9:8080",
                           "frames": [{"module": "app.db", "function": "dial"}]})
        answer = json.loads(self.run_program("rounds", "fingerprint", stdin=line).stdout)
        self.assertEqual(self.rounds_json("show", answer["fingerprint"])["message_template"],
                         answer["template"])


    def test_a_change_of_rules_begins_no_signature_and_every_fingerprint_resolves(self):
        line = occurrence("user 1234 at 10.0.0.1:80")
        question = json.dumps({"error_type": "TimeoutError", "service": "shop",
                               "message": "user 1234 at 10.0.0.1:80",
                               "frames": [{"module": "app.db", "function": "dial"}]})

        def fingerprint(*arguments):
            answer = self.run_program("rounds", "fingerprint", *arguments, stdin=question)
            return json.loads(answer.stdout)["fingerprint"]

        v1, v2 = fingerprint("--rules", "v1"), fingerprint()
        self.assertRegex(v2, "^v2:[0-9a-f]{64}$")
        for rules in ("v1", "v2", "v1", ""):
            self.rounds("ingest", "-", stdin=line, env={"ROUNDS_FINGERPRINT_RULES": rules})
        by_v1, by_v2 = self.rounds_json("show", v1), self.rounds_json("show", v2)
        self.assertEqual(by_v1, by_v2)
        self.assertEqual((by_v1["fingerprint"], by_v1["fingerprints"]), (v1, [v1, v2]))
        self.assertEqual(by_v1["occurrence_count"], 4)
        self.assertIn(f"also answers to  {v2}", self.rounds("show", v1).stdout)
        self.assertEqual([each["kind"] for each in self.rounds_json("history", v2)["events"]],
                         ["signature_detected"] + 3 * ["occurrences_recorded"])
        self.replay()
        self.replay("--verify")
        self.assertEqual(self.rounds_json("show", v2), by_v2)
        with Daemon(self.data) as daemon:
            for each in (v1, v2):
                shown = self.run_program("rounds", "--server", daemon.url, "--json", "show", each)
                self.assertEqual(json.loads(shown.stdout), by_v2)


class Verify(ProgramTest):
    def test_a_sound_log_is_code_zero(self):
        self.ingest(occurrence("a"), occurrence("b"))
        self.assertEqual(self.rounds_json("verify"),
                         {"sound": True, "last_sequence": 2, "event_count": 2,
                          "signature_count": 2, "watermark": {"sequence": 2, "closed": True},
                          "damage_count": 0, "damages": [],
                          "affected_signature_count": 0, "affected_signatures": [],
                          "projections": None})
        self.assertTrue(self.rounds_json("verify", "--projections")["projections"]["equal"])
        self.assertIn("compared as of event 2 of 2\n",
                      self.rounds("verify", "--projections").stdout)
        self.assertEqual(self.rounds("verify").stdout,
                         "2 of 2 events of 2 signatures are sound\n"
                         "the watermark says that 2 were acknowledged\n")

    def damage(self):
        """Damages the event with this message, which is unlike anything else in the log, so that
        compression leaves it as it is."""
        damaged = 0
        for file in [*self.data.glob("log/*.log"), *self.data.glob("log/*.sst")]:
            content = bytearray(file.read_bytes())
            place = content.find(b"jqxzvkwpfgyb")
            if place >= 0:
                content[place] ^= 1
                file.write_bytes(content)
                damaged += 1
        self.assertGreater(damaged, 0, "the message was not found in the files of the log")

    def test_a_damaged_log_is_code_three(self):
        self.ingest(occurrence("a"), occurrence("jqxzvkwpfgyb"), occurrence("c"))
        self.damage()
        self.rounds("verify", code=DATA_UNUSABLE)

    def test_salvage_copies_what_is_sound_and_names_the_rest(self):
        # One table file each.
        for message in ("a", "jqxzvkwpfgyb", "c"):
            self.ingest(occurrence(message))
        lost = self.rounds_json("list", "--limit", "10")["signatures"]
        [lost] = [each["id"] for each in lost if each["message_template"] == "jqxzvkwpfgyb"]
        self.damage()
        before = {file: file.read_bytes() for file in self.data.rglob("*") if file.is_file()}
        new = self.directory / "new"
        report = self.rounds_json("verify", "--salvage", new, code=REFUSED)
        self.assertEqual(report["log"].pop("damage_count"), 1)
        self.assertEqual((report["complete"], report["kept_event_count"],
                          report["known_event_count"], report["unattributed_event_count"]),
                         (False, 2, 3, 0))
        self.assertEqual(report["left_out"], [{"first": 2, "last": 2}])
        self.assertEqual(report["incomplete_signatures"],
                         [{"id": lost, "kept_version": 0, "known_version": 1,
                           "unreadable_version_count": 1}])
        self.assertIsNone(report["copied_because"])
        self.assertEqual(report["projections"], {"sequence": 3, "error": None})
        self.assertIn("is not an empty directory",
                      self.rounds("verify", "--salvage", new, code=WRONG_USAGE).stderr)
        text = self.rounds("verify", "--salvage", self.directory / "text", code=REFUSED).stdout
        self.assertIn("left out: event 2\n", text)
        self.assertIn(f"signature {lost}: left out of 1; 1 lost\n", text)
        self.assertIn("kept 2 of 3 events, with new sequences from 1 on\n", text)
        self.assertEqual({file: file.read_bytes() for file in self.data.rglob("*")
                          if file.is_file()}, before)
        self.data = new
        self.assertTrue(self.rounds_json("verify", "--projections")["projections"]["equal"])
        self.assertEqual(self.rounds_json("stats")["total"], 2)

    def test_salvage_of_a_sound_store_copies_all_of_it(self):
        self.ingest(occurrence("a"), occurrence("b"))
        answer = self.rounds("verify", "--salvage", self.directory / "new")
        self.assertEqual(answer.stdout, "kept 2 of 2 events\n")

    def test_projections_are_compared_beside_a_daemon(self):
        self.ingest(occurrence("a"), occurrence("b"))
        with Daemon(self.data):
            verified = self.rounds_json("verify", "--projections")["projections"]
            self.assertEqual((verified["equal"], verified["sequence"]), (True, 2))
            self.replay("--verify")


if __name__ == "__main__":
    unittest.main()
