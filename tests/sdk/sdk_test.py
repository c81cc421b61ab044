"""Real SDKs, from their registries, report to a real daemon, and the signatures are as they should.

ROUNDS_SDK_DIR names the directory into which scripts/test-sdk has installed them; without it, or
without what is in it, the tests are skipped.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import store_view  # noqa: E402
from rounds_process import DEADLINE_SECONDS, RoundsTest, clean_environment  # noqa: E402

SKIPPED = 77  # what CMake takes for it
SDK_DIR = pathlib.Path(os.environ.get("ROUNDS_SDK_DIR") or HERE / "not-installed")
PYTHON = SDK_DIR / "python" / "bin" / "python"


def run_shop(name, **environment):
    """Runs a shop beside the SDKs, where it finds them, to its end."""
    shop = shutil.copy(HERE / name, SDK_DIR)
    program = PYTHON if name.endswith(".py") else "node"
    done = subprocess.run([program, shop], cwd=SDK_DIR, capture_output=True, text=True,
                          timeout=2 * DEADLINE_SECONDS, check=False,
                          env={**clean_environment(), **environment})
    if done.returncode != 0:
        raise AssertionError(f"{name}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")


class Sdks(RoundsTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon(arguments=["--fingerprint-rules", "v2"])
        self.dsn = f"http://0123456789abcdef0123456789abcdef@127.0.0.1:{self.daemon.address[1]}/7"

    def signatures(self):
        """What is counted, by service, type and template; several with one name are summed up in a
        list."""
        found = {}
        for each in store_view.signatures(self.daemon):
            key = (each["service"], each["error_type"], each["message_template"])
            found.setdefault(key, []).append(each["occurrence_count"])
        return found

    def metric(self, line):
        text = self.daemon.request("GET", "/metrics").body.decode()
        return next(float(each.split()[-1]) for each in text.splitlines() if each.startswith(line))

    def test_sentry_for_node(self):
        run_shop("sentry_shop.mjs", SENTRY_DSN=self.dsn)
        found = self.signatures()
        self.assertEqual(found["shop", "Error", "cannot charge order <value>"], [2], found)
        users = [key for key in found if key[0] == "users"]
        self.assertEqual([found[key] for key in users], [[1, 1]], "the fingerprint sets one apart")
        self.assertEqual(found["shop", "AggregateError", "both failed"], [1], found)
        self.assertEqual(found["shop", "Error", "the disk is almost full"], [1], found)
        self.assertEqual(store_view.stats(self.daemon)["occurrence_count"], 7)
        self.assertEqual(self.metric('rounds_sentry_items_total{outcome="below_error"}'), 1)
        self.assertEqual(self.metric('rounds_sentry_items_total{outcome="damaged"}'), 0)

    def check_sentry_for_python(self, compression):
        run_shop("sentry_shop.py", SENTRY_DSN=self.dsn, SHOP_COMPRESSION=compression)
        found = self.signatures()
        self.assertEqual(found["shop", "__main__.OrderError", "cannot charge order <value>"], [2],
                         found)
        self.assertEqual(found["users", "KeyError", "'<value>'"], [1], found)
        self.assertEqual(found["shop", "Error", "user <value> has no name"], [1], found)
        self.assertEqual(found["shop", "Error", "the disk is almost full"], [1], found)
        self.assertEqual(store_view.stats(self.daemon)["occurrence_count"], 6)
        self.assertEqual(self.metric('rounds_sentry_items_total{outcome="below_error"}'), 1)
        self.assertEqual(self.metric('rounds_sentry_items_total{outcome="damaged"}'), 0)

    def test_sentry_for_python_with_gzip(self):
        self.check_sentry_for_python("gzip")

    def test_sentry_for_python_with_brotli(self):
        self.check_sentry_for_python("br")

    def test_opentelemetry_for_node(self):
        run_shop("opentelemetry_shop.mjs", OTEL_EXPORTER_OTLP_ENDPOINT=self.daemon.url)
        self.assertEqual(self.signatures(),
                         {("shop", "TypeError", "cannot charge order <value>"): [2]})

    def test_the_same_failure_is_one_signature_whoever_reports_it(self):
        run_shop("both_shop.mjs", SENTRY_DSN=self.dsn, OTEL_EXPORTER_OTLP_ENDPOINT=self.daemon.url)
        found = self.signatures()
        self.assertEqual(len(found), 3, found)
        self.assertEqual(list(found.values()), [[2], [2], [2]], found)


if __name__ == "__main__":
    if not PYTHON.exists():
        print("the SDKs are not installed: run scripts/test-sdk", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main()
