"""rounds-replay: rebuilding and verifying projections from outside."""

import json
import shutil
import unittest

from programs import DATA_UNUSABLE, WRONG_USAGE, Daemon, ProgramTest, occurrence

PROJECTIONS = ["signatures", "fingerprints", "by_status", "by_service", "history", "stats"]


class Replay(ProgramTest):
    def setUp(self):
        super().setUp()
        keys = self.ingest(*(occurrence(f"message {letter}", second=second)
                             for second, letter in enumerate("abcdef")))
        self.rounds("mute", keys[0])
        self.rounds("tag", keys[1], "--add", "a")
        self.keys = keys

    def everything(self):
        """All that queries answer, but for the age of the oldest."""
        stats = self.rounds_json("stats")
        del stats["oldest_age_seconds"]
        return [self.rounds_json("list"), stats,
                [self.rounds_json("history", key) for key in self.keys]]

    def test_deleted_projections_come_back_from_the_log(self):
        before = self.everything()
        shutil.rmtree(self.data / "projections")
        report = json.loads(self.replay("--json").stdout)
        self.assertEqual(report, {"sequence": 8, "rebuilt": PROJECTIONS})
        verification = json.loads(self.replay("--verify", "--json").stdout)
        self.assertTrue(verification["equal"])
        self.assertEqual([each["projection"] for each in verification["projections"]], PROJECTIONS)
        self.assertEqual(self.everything(), before)

    def test_projections_that_cannot_be_opened_are_replaced(self):
        before = self.everything()
        (self.data / "projections/CURRENT").write_text("nonsense\n")
        self.replay("--verify", code=DATA_UNUSABLE)
        self.replay()
        self.assertEqual(self.everything(), before)

    def test_projections_of_another_log_are_refused_and_replaced(self):
        before = self.everything()
        mine, self.data = self.data, self.directory / "other"
        self.ingest(occurrence("elsewhere"))
        shutil.rmtree(mine / "projections")
        shutil.copytree(self.data / "projections", mine / "projections")
        self.data = mine
        self.rounds("list", code=DATA_UNUSABLE)
        self.replay("--verify", code=DATA_UNUSABLE)
        self.replay()
        self.assertEqual(self.everything(), before)

    def test_the_text_names_each_projection(self):
        text = self.replay("--verify").stdout
        for projection in PROJECTIONS:
            self.assertRegex(text, rf"(?m)^{projection} +\d+ +0 ")

    def test_errors_have_their_codes(self):
        self.replay("--projection", "nonsense", code=WRONG_USAGE)
        self.replay("--data-dir", self.directory / "absent", code=WRONG_USAGE)
        with Daemon(self.data):
            self.assertIn(str(self.data), self.replay(code=DATA_UNUSABLE).stderr)
        self.data = self.directory / "absent"
        self.assertIn(str(self.data), self.replay(code=DATA_UNUSABLE).stderr)
        self.assertFalse(self.data.exists())


if __name__ == "__main__":
    unittest.main()
