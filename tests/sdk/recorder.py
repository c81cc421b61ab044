"""A server that takes all that SDKs send and keeps it as it came, for tests/data/sentry."""

import dataclasses
import http.server
import threading

# What says nothing about the body, or differs from one run to the next.
_LEFT_OUT = ("host", "connection", "accept-encoding")


@dataclasses.dataclass(frozen=True)
class Recorded:
    method: str
    path: str
    headers: dict
    body: bytes


class Recorder:
    """Listens on a free port while it is entered."""

    def __init__(self):
        self.requests = []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self._read_body()
                headers = {name.lower(): value for name, value in self.headers.items()
                           if name.lower() not in _LEFT_OUT}
                recorder.requests.append(Recorded("POST", self.path, headers, body))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def _read_body(self):
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers["Content-Length"]))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def port(self):
        return self._server.server_address[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
