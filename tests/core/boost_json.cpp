// Boost.JSON is used header-only: this compiles its code, once for the test program.
#include <boost/json/src.hpp>
