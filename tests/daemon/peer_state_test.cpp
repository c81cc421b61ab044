#include "daemon/peer_state.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace rounds::daemon {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

TEST(PeerState, TellsAPeerThatSaysNothingFromOneThatIsGone) {
  asio::io_context io;
  Tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  Tcp::socket peer(io);
  peer.connect(acceptor.local_endpoint());
  Tcp::socket ours = acceptor.accept();
  EXPECT_EQ(peer_state(ours), PeerState::waits);
  asio::write(peer, asio::buffer("x", 1));
  ours.wait(Tcp::socket::wait_read);
  EXPECT_EQ(peer_state(ours), PeerState::sends);
  EXPECT_EQ(peer_state(ours), PeerState::sends) << "looking takes nothing";
  char byte = 0;
  asio::read(ours, asio::buffer(&byte, 1));
  // As when a socket is told to be readable by bytes that have been read since.
  EXPECT_EQ(peer_state(ours), PeerState::waits);
  peer.close();
  ours.wait(Tcp::socket::wait_read);
  EXPECT_EQ(peer_state(ours), PeerState::gone);
}

}  // namespace
}  // namespace rounds::daemon
