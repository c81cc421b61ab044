// The one translation unit that compiles Boost.Beast (BOOST_BEAST_SEPARATE_COMPILATION, set for all
// users of rounds_daemon).
#include <boost/beast/src.hpp>
