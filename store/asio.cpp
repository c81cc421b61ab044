// The one translation unit that compiles Boost.Asio (BOOST_ASIO_SEPARATE_COMPILATION, set for all
// users of rounds_store): every other one would pay for it again.
#include <boost/asio/impl/src.hpp>
