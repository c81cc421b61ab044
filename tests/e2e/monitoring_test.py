"""The alerts and the dashboard ask for metrics that there are, with labels that they have."""

import json
import pathlib
import re
import shutil
import subprocess
import unittest

import exposition
import telemetry
from rounds_process import RoundsTest

_DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "monitoring"
ALERTS = _DOCS / "rounds-alerts.yml"
DASHBOARD = _DOCS / "rounds-dashboard.json"
TIME = 1_780_000_000 * 10**9
# Of Prometheus itself, not of the daemon.
TARGET_LABELS = {"instance", "job"}


def alert_expressions():
    return re.findall(r"^ +expr: (.+)$", ALERTS.read_text(encoding="utf-8"), re.MULTILINE)


def dashboard_expressions():
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def metrics_of(expression):
    """(name, labels that it selects by)."""
    for name, labels in re.findall(r"\b((?:rounds|process)_\w+)(?:\{([^}]*)\})?", expression):
        yield name, {match for match in re.findall(r'(\w+)\s*(?:=|!=|=~|!~)\s*"', labels)}


class Monitoring(RoundsTest):
    def setUp(self):
        super().setUp()
        daemon = self.start_daemon()
        telemetry.post(daemon, telemetry.json_traces("shop", [("E", "m", TIME)]))
        daemon.request("GET", "/metrics")  # so that its own route was counted
        families = exposition.parse(daemon.request("GET", "/metrics").body.decode())
        self.samples = {}
        for family in families.values():
            for name, labels in family.samples:
                self.samples.setdefault(name, set()).update(label for label, _ in labels)

    def check(self, expressions):
        self.assertGreater(len(expressions), 10)
        for expression in expressions:
            with self.subTest(expression=expression):
                self.assertEqual(expression.count("("), expression.count(")"))
                names = list(metrics_of(expression))
                self.assertTrue(names or "up{" in expression)
                for name, labels in names:
                    self.assertIn(name, self.samples, "the daemon has no such metric")
                    self.assertLessEqual(labels - TARGET_LABELS, self.samples[name])

    def test_alerts_ask_for_metrics_that_there_are(self):
        self.check(alert_expressions())

    def test_the_dashboard_asks_for_metrics_that_there_are(self):
        self.check(dashboard_expressions())

    def test_panels_have_their_own_places(self):
        panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))


class Alerts(unittest.TestCase):
    def test_each_says_how_bad_it_is_and_what_to_do(self):
        text = ALERTS.read_text(encoding="utf-8")
        alerts = re.split(r"^ +- alert: ", text, flags=re.MULTILINE)[1:]
        self.assertEqual(len(alerts), len(alert_expressions()))
        for alert in alerts:
            self.assertRegex(alert, r"severity: (critical|warning)\}")
            self.assertRegex(alert, r"\n +summary: \S.*\.\n +action: \S.*[.?]\n")

    def test_prometheus_takes_them(self):
        promtool = shutil.which("promtool")
        if not promtool:
            self.skipTest("promtool (package prometheus) is not installed")
        checked = subprocess.run([promtool, "check", "rules", ALERTS], capture_output=True,
                                 text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


if __name__ == "__main__":
    unittest.main()
