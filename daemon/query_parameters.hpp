// Reading the query parameters of a request. Pure: usable from any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "daemon/http.hpp"

namespace rounds::daemon {

// Errors: invalid_argument names the first query parameter that is not in `known`: a misspelt
// filter must not be ignored silently.
[[nodiscard]] Result<void> check_parameters(const Request& request,
                                            std::initializer_list<std::string_view> known);

// The value of a parameter; null if it is absent. Belongs to the request.
[[nodiscard]] const std::string* find_parameter(const Request& request, std::string_view name);

// Reads the sequence of an event. Errors: invalid_argument names `what` and the text.
[[nodiscard]] Result<Sequence> parse_sequence(std::string_view what, std::string_view text);

}  // namespace rounds::daemon
