// The one translation unit that compiles the TLS of Boost.Asio (BOOST_ASIO_SEPARATE_COMPILATION,
// set for all users of rounds_asio_tls).
#include <boost/asio/ssl/impl/src.hpp>
