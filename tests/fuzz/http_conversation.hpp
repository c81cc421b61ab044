// One connection to the daemon's HTTP server, without network: the real session, router and
// handlers on one end of a pair of sockets, a client that sends given bytes on the other.
//
// Blocks the calling thread until the connection has ended; one thread at a time.
#pragma once

#include <string>
#include <string_view>

namespace rounds::test {

// The signature that the store behind the server holds at first.
inline constexpr std::string_view conversation_signature_id =
    "01890a5d-ac96-774b-bcce-b302099a8057";

// Sends `requests` to a new server over a new store, then ends its side of the connection. Returns
// all that the server sent before it ended its own. The store's clock stands still.
[[nodiscard]] std::string converse(std::string_view requests);

}  // namespace rounds::test
