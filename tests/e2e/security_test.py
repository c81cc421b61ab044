"""Tokens, TLS and secrets, with the programs as people run them."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import unittest

import telemetry
from rounds_process import Answer, RoundsTest, run_program, wait_until

TIME = 1_780_000_000 * 10**9
INGEST_TOKEN = "ingest-0123456789abcdef"
ADMIN_TOKEN = "admin-0123456789abcdef"
WRONG_USAGE = 2


class SecurityTest(RoundsTest):
    def write_secret(self, name, text, mode=0o600):
        path = self.directory / name
        path.write_text(text)
        os.chmod(path, mode)
        return path

    def token_arguments(self):
        return ["--ingest-token-file", self.write_secret("ingest", INGEST_TOKEN + "\n"),
                "--admin-token-file", self.write_secret("admin", ADMIN_TOKEN + "\n")]

    def refused(self, *arguments):
        """The one line with which rounds-ingestd refuses to start."""
        run = run_program("rounds-ingestd", "--data-dir", self.directory / "data", *arguments)
        self.assertEqual(run.code, WRONG_USAGE, run)
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, r"\Arounds-ingestd: .+\n\Z")
        self.assertFalse((self.directory / "data").exists(), "and has not touched anything")
        return run.stderr

    def status(self, daemon, path, token=None, method="GET"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return daemon.request(method, path, headers=headers).status


class TokensTest(SecurityTest):
    def test_it_does_not_listen_elsewhere_without_a_token(self):
        self.assertIn("--insecure", self.refused("--listen", "0.0.0.0:0"))
        self.assertIn("--admin-token-file", self.refused("--listen", "[::]:0"))

    def test_it_does_not_start_with_tokens_that_everybody_reads(self):
        path = self.write_secret("open", ADMIN_TOKEN, 0o644)
        self.assertIn(str(path), self.refused("--admin-token-file", path))
        self.assertIn("absent", self.refused("--admin-token-file", self.directory / "absent"))

    def test_with_insecure_it_listens_elsewhere_and_says_so(self):
        daemon = self.make_daemon()
        daemon.spawn(["--data-dir", daemon.data_dir, "--listen", "0.0.0.0:0", "--insecure"])
        daemon.wait_until_listening()
        daemon.address = ("127.0.0.1", daemon.address[1])
        self.assertEqual(self.status(daemon, "/api/v1/stats"), 200)
        self.assertIn("--insecure", daemon.log())

    def test_tools_send_the_token_that_they_are_given(self):
        daemon = self.start_daemon(arguments=self.token_arguments())
        sample = self.directory / "body"
        sample.write_bytes(telemetry.json_traces("shop", [("E", "it broke", TIME)]).body)
        ingest = ["ingest", sample, "--format", "otlp-json", "--signal", "traces"]
        server = ["--server", daemon.url]
        admin = ["--token-file", self.directory / "admin"]

        refused = run_program("rounds", *server, *ingest)
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("--token-file", refused.stderr)
        self.run_ok("rounds", *server, *ingest,
                    environment={"ROUNDS_TOKEN_FILE": str(self.directory / "ingest")})
        refused = run_program("rounds", *server, "--token-file", self.directory / "ingest", "list")
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("admin token", refused.stderr)
        stats = self.run_ok("rounds", *server, *admin, "--json", "stats").json()
        self.assertEqual(stats["occurrence_count"], 1)
        self.run_ok("rounds-replay", *server, *admin)
        self.assertEqual(run_program("rounds-replay", *server).code, 1)

    def test_sighup_reads_tokens_anew_and_bad_ones_change_nothing(self):
        daemon = self.start_daemon(arguments=self.token_arguments())
        kept = daemon.connect()

        def kept_status(token):
            headers = {"Authorization": f"Bearer {token}"}
            return daemon.request("GET", "/api/v1/stats", headers=headers,
                                  connection=kept).status

        self.assertEqual(kept_status(ADMIN_TOKEN), 200)
        self.write_secret("admin", "too short\n")
        os.kill(daemon.pid, signal.SIGHUP)
        wait_until(lambda: "stays in use" in daemon.log(), "the daemon refuses the new tokens")
        self.assertEqual(kept_status(ADMIN_TOKEN), 200)
        self.write_secret("admin", "fresh-0123456789abcdef\n")
        os.kill(daemon.pid, signal.SIGHUP)
        wait_until(lambda: "tokens, certificate and key were read anew" in daemon.log(),
                   "the daemon takes the new tokens")
        self.assertEqual(kept_status("fresh-0123456789abcdef"), 200)
        self.assertEqual(kept_status(ADMIN_TOKEN), 401)
        kept.close()
        for secret in (ADMIN_TOKEN, INGEST_TOKEN, "too short"):
            self.assertNotIn(secret, daemon.log())


class TlsTest(SecurityTest):
    def make_certificate(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                        self.directory / "key.pem", "-out", self.directory / "certificate.pem"],
                       check=True, capture_output=True)
        os.chmod(self.directory / "key.pem", 0o600)

    def start_encrypted(self):
        self.make_certificate("first")
        daemon = self.make_daemon()
        daemon.spawn(["--data-dir", daemon.data_dir, "--listen", "127.0.0.1:0",
                      "--tls-certificate-file", self.directory / "certificate.pem",
                      "--tls-key-file", self.directory / "key.pem"])
        wait_until(lambda: daemon.stdout_lines, "the daemon comes up")
        line = daemon.stdout_lines[0]
        self.assertRegex(line, r"\Alistening on https://127\.0\.0\.1:\d+\n\Z")
        daemon.address = ("127.0.0.1", int(line.rsplit(":", 1)[1]))
        return daemon

    def connect(self, daemon):
        context = ssl.create_default_context(cafile=self.directory / "certificate.pem")
        return http.client.HTTPSConnection(*daemon.address, context=context, timeout=60)

    def ask(self, connection):
        connection.request("GET", "/api/v1/stats")
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def test_tools_speak_https_to_servers_that_they_trust(self):
        daemon = self.start_encrypted()
        server = ["--server", f"https://127.0.0.1:{daemon.address[1]}"]
        self.run_ok("rounds", *server, "--ca-file", self.directory / "certificate.pem", "stats")
        self.run_ok("rounds-replay", *server,
                    environment={"ROUNDS_CA_FILE": str(self.directory / "certificate.pem")})
        refused = run_program("rounds", *server, "stats")
        self.assertEqual(refused.code, 3, refused)
        self.assertIn("certificate", refused.stderr)

    def test_sighup_takes_a_new_certificate_and_drops_nobody(self):
        daemon = self.start_encrypted()
        kept = self.connect(daemon)
        self.assertEqual(self.ask(kept).status, 200)
        self.make_certificate("second")
        os.kill(daemon.pid, signal.SIGHUP)
        wait_until(lambda: "tokens, certificate and key were read anew" in daemon.log(),
                   "the daemon takes the new certificate")
        self.assertEqual(self.ask(kept).status, 200)
        fresh = self.connect(daemon)  # trusts the second one alone
        self.assertEqual(self.ask(fresh).status, 200)
        kept.close()
        fresh.close()


class SecretsTest(SecurityTest):
    SECRETS = ("hunter2", "4111111111111111", "AKIA" + "IOSFODNN7EXAMPLE", "dXNlcjpwYXNzd29yZA==")
    MESSAGE = ("login {password: 'hunter2'} with card 4111111111111111 and AKIA"
               "IOSFODNN7EXAMPLE: Authorization: Basic dXNlcjpwYXNzd29yZA==")

    def bytes_on_disk(self):
        return b"".join(path.read_bytes() for path in self.directory.rglob("*") if path.is_file())

    def ingest(self, **environment):
        body = self.directory / "body.tmp"
        body.write_bytes(telemetry.json_traces("shop", [("E", self.MESSAGE, TIME)]).body)
        self.run_ok("rounds", "--data-dir", self.directory / "local", "ingest", body, "--format",
                    "otlp-json", "--signal", "traces", environment=environment)
        body.unlink()

    def test_secrets_never_reach_the_disk(self):
        daemon = self.start_daemon()
        telemetry.post(daemon, telemetry.json_traces("shop", [("E", self.MESSAGE, TIME)]))
        [signature] = daemon.get("/api/v1/signatures")["signatures"]
        daemon.close()
        self.ingest()
        [local] = self.run_ok("rounds", "--data-dir", self.directory / "local", "--json",
                              "list").json()["signatures"]
        self.assertEqual(local["fingerprint"], signature["fingerprint"])
        content = self.bytes_on_disk()
        self.assertIn(b"[scrubbed]", content)
        for secret in self.SECRETS:
            self.assertNotIn(secret.encode(), content)
            self.assertNotIn(secret, json.dumps(signature))
        self.check_data(self.directory / "data")

    def test_the_owner_may_keep_them(self):
        self.ingest(ROUNDS_SCRUB_SECRETS="off")
        self.assertIn(b"hunter2", self.bytes_on_disk())


if __name__ == "__main__":
    unittest.main()
