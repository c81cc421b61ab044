// What one client, and all clients together, may take from the daemon, each with its reason.
#pragma once

#include <chrono>
#include <cstddef>

namespace rounds::daemon {

// Threads that parse, decode and answer. None of them ever waits for the disk; two use both of the
// processors that the smallest supported machine has.
inline constexpr int io_threads = 2;

// Request line and header fields together. Browsers and proxies stay below 8 KiB.
inline constexpr std::size_t max_header_bytes = 16 * 1024;

// Real requests have about ten fields, behind a few proxies thirty.
inline constexpr std::size_t max_header_fields = 100;

// Path and query. The longest of ours are cursors and names of services: a few KiB, escaped.
inline constexpr std::size_t max_target_bytes = 8 * 1024;

// What is read from a socket ahead of the parser, pipelined requests included.
inline constexpr std::size_t max_read_ahead_bytes = 128 * 1024;

// An OTLP body as sent. SDKs send batches of 512 records, collectors of 8192: a few MiB.
inline constexpr std::size_t max_otlp_body_bytes = 16 * 1024 * 1024;

// An OTLP body after decompression: telemetry compresses about ten times, attacks a thousand times.
inline constexpr std::size_t max_otlp_decompressed_bytes = 64 * 1024 * 1024;

// The same of Sentry's envelopes: events have at most 1 MiB there, the rest is attachments.
inline constexpr std::size_t max_sentry_body_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t max_sentry_decompressed_bytes = 64 * 1024 * 1024;

// The body of a command: the largest diagnosis (limits::max_diagnosis_bytes), escaped.
inline constexpr std::size_t max_command_body_bytes = 2 * 1024 * 1024;

// Request bodies that all connections together hold at once, decompressed ones included. At least
// one request of the largest size must fit.
inline constexpr std::size_t max_request_memory_bytes = 256 * 1024 * 1024;
static_assert(max_request_memory_bytes >= max_otlp_body_bytes + max_otlp_decompressed_bytes);

// Connections at once, if the limit on file descriptors allows twice as many. When there are so
// many, a new one takes the place of the one that has waited longest for a request; only if all are
// busy does it wait in the kernel's queue. One costs 8 to 11 KiB, idle or slow.
inline constexpr std::size_t max_connections = 16'384;

// The same with TLS, where an idle one costs 76 KiB.
inline constexpr std::size_t max_tls_connections = 4096;

// How often a place is looked for while there is none: the one that was to give way may have become
// busy at the same time, and those that were busy may be idle now.
inline constexpr std::chrono::milliseconds eviction_retry_interval{100};

// A body takes this much of max_request_memory_bytes when it begins, and more only as it arrives:
// announcing much costs others nothing.
inline constexpr std::size_t first_body_reservation_bytes = 64 * 1024;

// From the first byte of a request to the end of its header, and from there to the end of its body.
inline constexpr std::chrono::milliseconds header_timeout{10'000};
inline constexpr std::chrono::milliseconds body_timeout{30'000};

// Between two requests of a connection. Longer than the intervals in which SDKs export (5 s) and
// Prometheus scrapes (60 s), so that these keep their connection.
inline constexpr std::chrono::milliseconds idle_timeout{75'000};

// For a client to take an answer.
inline constexpr std::chrono::milliseconds write_timeout{30'000};

// Between two signs of life on an event stream without events. Shorter than the idle timeouts of
// proxies, of which 60 s is the usual one.
inline constexpr std::chrono::milliseconds heartbeat_interval{15'000};

// For a client to take the rest of an event stream that is being ended.
inline constexpr std::chrono::milliseconds stream_end_timeout{1'000};

// After an answer that ends the connection, what the client still sends is read and dropped for so
// long and so much: closing with unread data resets the connection, and many clients would then see
// the reset instead of the answer.
inline constexpr std::chrono::milliseconds linger_timeout{5'000};
inline constexpr std::size_t max_linger_bytes = 64 * 1024 * 1024;

// How long a stop waits for requests in flight. Service managers kill after 90 s.
inline constexpr std::chrono::milliseconds stop_deadline{10'000};

// What Retry-After asks of clients that met an overload or a store that takes no writes.
inline constexpr int retry_after_seconds = 5;

}  // namespace rounds::daemon
