// The OpenAPI document of the HTTP interface: api/openapi.json, which people write and which is
// built in.
//
// Tests compare it with the routes and with real answers. Pure: usable from any thread.
#pragma once

#include <string_view>

namespace rounds::api {

// The whole document, with the version of this release in it.
[[nodiscard]] std::string_view openapi_document();

}  // namespace rounds::api
