"""OTLP bodies for the daemon: the recorded ones, and made ones whose errors are known exactly.

The protobuf written and read here is the little that the tests need, by the field numbers of
opentelemetry-proto, independently of the code under test.
"""

import dataclasses
import gzip
import json
import pathlib

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
SEVERITY_ERROR = 17
# Occurrences in the recorded requests: 150 span events. 75 log records repeat every second one.
SAMPLE_OCCURRENCES = 150
SAMPLE_LOG_RECORDS = 75
SAMPLE_COUNT = 24

_SAMPLES = pathlib.Path(__file__).resolve().parents[1] / "data" / "otlp"


@dataclasses.dataclass(frozen=True)
class Post:
    """A request to send: what it carries and how many occurrences it holds."""

    path: str
    headers: dict
    body: bytes
    occurrences: int = 0

    @property
    def content_type(self):
        return self.headers["content-type"]

    def compressed(self):
        return dataclasses.replace(self, headers={**self.headers, "content-encoding": "gzip"},
                                   body=gzip.compress(self.body, compresslevel=1))


def load_samples():
    """The recorded requests, in the order in which they were sent; occurrences are not known."""
    samples = []
    for meta_file in sorted(_SAMPLES.glob("*.meta.json")):
        meta = json.loads(meta_file.read_text(encoding="utf-8"))
        body = meta_file.with_name(meta_file.name.replace(".meta.json", ".body")).read_bytes()
        samples.append(Post(meta["path"], meta["headers"], body))
    assert len(samples) == SAMPLE_COUNT, samples
    return samples


def varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def field(number, content):
    """A field of bytes, text (length-delimited), or a varint for an int."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    if isinstance(content, str):
        content = content.encode()
    return varint(number << 3 | 2) + varint(len(content)) + content


def fixed64(number, value):
    return varint(number << 3 | 1) + value.to_bytes(8, "little")


def _attribute(key, value):
    return field(1, key) + field(2, field(1, value))


def protobuf_logs(service, errors):
    """A Post of log records; `errors` are (error type, message, time in nanoseconds)."""
    records = b"".join(
        field(2, fixed64(1, time) + field(2, SEVERITY_ERROR) + field(5, field(1, message)) +
              field(6, _attribute("exception.type", error_type)) +
              field(6, _attribute("exception.message", message)))
        for error_type, message, time in errors)
    resource = field(1, field(1, _attribute("service.name", service)))
    body = field(1, resource + field(2, records))
    return Post("/v1/logs", {"content-type": PROTOBUF}, body, len(errors))


def _json_attributes(**attributes):
    return [{"key": key.replace("_", "."), "value": {"stringValue": value}}
            for key, value in attributes.items()]


def json_traces(service, errors):
    """The same errors as exception events of one span each."""
    spans = [{"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
              "name": "request", "startTimeUnixNano": str(time), "endTimeUnixNano": str(time),
              "events": [{"timeUnixNano": str(time), "name": "exception",
                          "attributes": _json_attributes(exception_type=error_type,
                                                         exception_message=message)}]}
             for error_type, message, time in errors]
    resource = {"attributes": _json_attributes(service_name=service)}
    request = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}
    return Post("/v1/traces", {"content-type": JSON}, json.dumps(request).encode(), len(errors))


def read_protobuf(message):
    """The fields of a message as a list of (number, int or bytes). Raises for anything else."""
    fields = []
    position = 0

    def read_varint():
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        tag = read_varint()
        if tag & 7 == 0:
            fields.append((tag >> 3, read_varint()))
        elif tag & 7 == 2:
            length = read_varint()
            if position + length > len(message):
                raise ValueError(f"field {tag >> 3} is cut off")
            fields.append((tag >> 3, message[position:position + length]))
            position += length
        else:
            raise ValueError(f"wire type {tag & 7} is not expected here")
    return fields


def is_full_success(answer):
    """Whether an Answer says, in its encoding, that everything was accepted."""
    if answer.status != 200:
        return False
    if answer.content_type == PROTOBUF:
        return read_protobuf(answer.body) == []
    return answer.content_type == JSON and answer.json() in ({}, {"partialSuccess": {}})


def read_status(answer):
    """The google.rpc.Status of an error answer as (code, message)."""
    if answer.content_type == PROTOBUF:
        fields = dict(read_protobuf(answer.body))
        return fields[1], fields[2].decode()
    assert answer.content_type == JSON, answer
    status = answer.json()
    return status["code"], status["message"]


def post(daemon, request, connection=None):
    """Sends a Post and returns the Answer."""
    return daemon.request("POST", request.path, request.body, request.headers, connection)
