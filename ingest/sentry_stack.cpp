#include "ingest/sentry_stack.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/limits.hpp"
#include "ingest/sentry_json.hpp"
#include "ingest/stack_parsers.hpp"

namespace rounds::sentry {
namespace json = boost::json;
namespace {

// Exceptions of one event that are looked at: of more, the last ones, which are nearest to the
// failure. Twice what can be kept, so that the order of a group can be told.
constexpr std::size_t max_exceptions = 2 * (limits::max_causes + 1);

// Threads of one event that are looked at for the one that matters.
constexpr std::size_t max_threads = 1024;

std::string_view without_query(std::string_view path) {
  static_cast<void>(stack::take_prefix(path, "file://"));
  return path.substr(0, path.find_first_of("?#"));
}

// What Node's SDK writes for functions without a name, as V8 prints it.
std::string javascript_function(std::string function) {
  if (function == "?" || function == "<anonymous>") return {};
  if (function.ends_with(".?")) function.replace(function.size() - 1, 1, "<anonymous>");
  return function;
}

// PHP's SDK puts the class in front: "Acme\Pay::charge".
void split_php_function(StackFrame& frame) {
  const std::size_t separator = frame.function.rfind("::");
  if (separator == std::string::npos || !frame.module.empty()) return;
  frame.module = frame.function.substr(0, separator);
  frame.function.erase(0, separator + 2);
}

FrameOrigin origin_of(const json::object& object, const Platform& platform) {
  const auto in_app = bool_in(object, "in_app");
  if (!in_app) return FrameOrigin::unknown;
  if (!*in_app) return FrameOrigin::library;
  return platform.knows_application ? FrameOrigin::application : FrameOrigin::unknown;
}

StackFrame read_frame(const json::object& object, const Platform& platform) {
  StackFrame frame;
  frame.module = string_in(object, "module");
  frame.function = string_in(object, "function");
  std::string_view path = string_in(object, "abs_path");
  if (path.empty()) path = string_in(object, "filename");
  frame.filename = without_query(path);
  frame.line = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
      integer_in(object, "lineno").value_or(0), 0, std::numeric_limits<std::uint32_t>::max()));
  frame.origin = origin_of(object, platform);
  const std::string_view image = stack::file_name_of(string_in(object, "package"));
  switch (platform.language) {
    case Language::python:
    case Language::javascript:
    case Language::ruby:
    case Language::unknown:
      // Their names of modules depend on the SDK, where those of files do not.
      if (!frame.filename.empty()) frame.module = stack::module_of_path(frame.filename);
      if (platform.language == Language::javascript) {
        frame.function = javascript_function(std::move(frame.function));
      }
      break;
    case Language::php:
      split_php_function(frame);
      break;
    case Language::cpp:
    case Language::rust:
      // A qualified name of a function says it all; without one there is the image.
      frame.module = frame.function.empty() ? image : std::string_view();
      break;
    case Language::swift:
      if (frame.module.empty()) frame.module = image;
      break;
    case Language::java:
    case Language::dotnet:
    case Language::go:
      break;
  }
  return frame;
}

// The frames in member `stacktrace` of an exception, a thread or an event.
std::vector<StackFrame> read_frames(const json::object& owner, const Platform& platform) {
  std::vector<StackFrame> frames;
  const json::object* stack_trace = object_in(owner, "stacktrace");
  if (stack_trace == nullptr) return frames;
  for (const json::object* frame : values_in(*stack_trace, "frames", limits::max_frames)) {
    frames.push_back(read_frame(*frame, platform));
  }
  return frames;
}

// Whether the type of an exception is to be completed by its module: OpenTelemetry's SDKs for these
// languages report the full name.
bool has_short_types(Language language) {
  return language == Language::java || language == Language::python;
}

std::string type_of(const json::object& exception, const Platform& platform) {
  const std::string type = text_in(exception, "type", limits::max_name_bytes);
  const std::string_view module = string_in(exception, "module");
  const bool qualify = has_short_types(platform.language) && !type.empty() &&
                       type.find('.') == std::string::npos && stack::is_type_name(module) &&
                       module != "builtins" && module.size() + type.size() < limits::max_name_bytes;
  return qualify ? fmt::format("{}.{}", module, type) : type;
}

ErrorCause read_exception(const json::object& exception, const Platform& platform) {
  return {type_of(exception, platform), text_in(exception, "value", limits::max_message_bytes),
          read_frames(exception, platform)};
}

// What `mechanism` says about the place of an exception among the others; nothing if it says
// nothing.
struct Link {
  std::optional<std::int64_t> id;
  std::optional<std::int64_t> parent;
};

Link link_of(const json::object& exception) {
  const json::object* mechanism = object_in(exception, "mechanism");
  if (mechanism == nullptr) return {};
  return {integer_in(*mechanism, "exception_id"), integer_in(*mechanism, "parent_id")};
}

// The order in which `exceptions` led to each other: the reported one, then the nearest cause of it
// with the causes of that, and so on. Indexes into it, each once.
std::vector<std::size_t> order_of(const std::vector<const json::object*>& exceptions) {
  std::vector<Link> links;
  links.reserve(exceptions.size());
  for (const json::object* exception : exceptions) links.push_back(link_of(*exception));
  std::vector<std::size_t> order;
  std::vector<bool> taken(exceptions.size(), false);
  // Those that nothing refers to come in the order of the list, the last one first.
  std::vector<std::size_t> waiting(exceptions.size());
  std::iota(waiting.begin(), waiting.end(), std::size_t{0});
  while (!waiting.empty()) {
    const std::size_t next = waiting.back();
    waiting.pop_back();
    if (taken[next]) continue;
    taken[next] = true;
    order.push_back(next);
    if (!links[next].id) continue;
    // Of the causes of one error, the one with the lowest id is the nearest: it is taken next.
    std::vector<std::size_t> causes;
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (!taken[i] && links[i].id && links[i].parent == links[next].id) causes.push_back(i);
    }
    std::ranges::sort(causes, std::ranges::greater{},
                      [&](std::size_t i) { return std::pair(*links[i].id, i); });
    waiting.insert(waiting.end(), causes.begin(), causes.end());
  }
  return order;
}

}  // namespace

Platform platform_of(const json::object& event) {
  constexpr std::array<std::pair<std::string_view, Language>, 3> other_names{
      {{"cocoa", Language::swift}, {"objc", Language::swift}, {"c#", Language::dotnet}}};
  const std::string_view name = string_in(event, "platform");
  Platform platform;
  platform.language = language_of_name(name);
  const auto* other =
      std::ranges::find(other_names, name, &decltype(other_names)::value_type::first);
  if (other != other_names.end()) platform.language = other->second;
  const json::object* sdk = object_in(event, "sdk");
  const std::string_view sdk_name = sdk == nullptr ? std::string_view() : string_in(*sdk, "name");
  if (sdk_name.starts_with("sentry.rust")) platform.language = Language::rust;
  platform.knows_application = name != "javascript";
  return platform;
}

bool read_exceptions(const json::object& event, const Platform& platform, ExceptionChain& chain) {
  auto exceptions = values_in(event, "exception", max_exceptions);
  if (exceptions.empty()) {
    exceptions = values_in(event, "sentry.interfaces.Exception", max_exceptions);
  }
  if (exceptions.empty()) return false;
  const std::vector<std::size_t> order = order_of(exceptions);
  chain.error = read_exception(*exceptions[order.front()], platform);
  for (std::size_t i = 1; i < order.size() && chain.causes.size() < limits::max_causes; ++i) {
    chain.causes.push_back(read_exception(*exceptions[order[i]], platform));
  }
  return true;
}

std::vector<StackFrame> read_event_frames(const json::object& event, const Platform& platform) {
  std::vector<StackFrame> frames = read_frames(event, platform);
  if (!frames.empty()) return frames;
  const auto threads = values_in(event, "threads", max_threads);
  const auto find = [&threads](std::string_view flag) {
    return std::ranges::find_if(threads, [flag](const json::object* thread) {
      return bool_in(*thread, flag).value_or(false);
    });
  };
  auto thread = find("crashed");
  if (thread == threads.end()) thread = find("current");
  if (thread == threads.end() && threads.size() == 1) thread = threads.begin();
  return thread == threads.end() ? frames : read_frames(**thread, platform);
}

}  // namespace rounds::sentry
