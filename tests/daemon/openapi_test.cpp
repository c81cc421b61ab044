// The OpenAPI document names exactly the routes that the server has.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/daemon/server_fixture.hpp"

namespace rounds::test {
namespace {

using OpenApi = ServerTest;

// "GET /path" for each operation of the document.
std::set<std::string> operations_of(const boost::json::value& document) {
  std::set<std::string> operations;
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      std::string name(method);
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      operations.insert(name + " " + std::string(path));
    }
  }
  return operations;
}

TEST_F(OpenApi, NamesExactlyTheRoutesThatThereAre) {
  start();
  const auto operations = operations_of(json_of(get("/openapi.json")));
  const auto list = server_->routes();
  const std::set<std::string> routes(list.begin(), list.end());
  EXPECT_EQ(routes.size(), list.size()) << "a route twice";
  for (const std::string& route : routes) {
    EXPECT_TRUE(operations.contains(route))
        << "the daemon serves " << route << ", which api/openapi.json does not describe: add it";
  }
  for (const std::string& operation : operations) {
    EXPECT_TRUE(routes.contains(operation))
        << "api/openapi.json describes " << operation << ", which the daemon does not serve";
  }
}

TEST_F(OpenApi, IsServedAsJsonWithTheVersionOfTheRelease) {
  start();
  const Answer answer = get("/openapi.json");
  EXPECT_EQ(answer.result_int(), 200U);
  EXPECT_EQ(answer[http::field::content_type], "application/json");
  const auto document = json_of(answer);
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  const std::string version(document.at("info").at("version").as_string());
  EXPECT_EQ(std::ranges::count(version, '.'), 2) << version;
  EXPECT_EQ(version.find('@'), version.npos) << version;
}

}  // namespace
}  // namespace rounds::test
