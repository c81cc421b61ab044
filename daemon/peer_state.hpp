// What the other side of a connection does while nothing is expected of it.
//
// The thread that owns the socket.
#pragma once

#include <array>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace rounds::daemon {

enum class PeerState : std::uint8_t {
  waits,  // nothing to read
  sends,  // there is something to read, which stays there
  gone,   // it has closed its side, or the connection is broken
};

// Looks without waiting. That a socket was told to be readable is no proof that it is: the news may
// be of bytes that have been read since.
[[nodiscard]] inline PeerState peer_state(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  socket.non_blocking(true, error);
  if (error) return PeerState::gone;
  std::array<char, 1> byte{};
  socket.receive(boost::asio::buffer(byte), boost::asio::socket_base::message_peek, error);
  if (error == boost::asio::error::would_block) return PeerState::waits;
  return error ? PeerState::gone : PeerState::sends;
}

}  // namespace rounds::daemon
