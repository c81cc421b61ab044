// What grouping rules v2 see of a stack frame: whose code it is, and a name that is the same in
// every build, on every host and in every version of the runtime.
//
// Internal to core/. Pure: usable from any thread. Linear in the length of the frame's texts.
#pragma once

#include <span>
#include <string>

#include "core/language.hpp"
#include "core/occurrence.hpp"

namespace rounds::v2 {

struct FrameKey {
  FrameOrigin origin = FrameOrigin::application;  // never unknown
  std::string name;  // "com.acme.Pay.charge"; empty: nothing is known of it
};

[[nodiscard]] FrameKey key_of_frame(const StackFrame& frame, Language language);

// The language of frames that came without one, told from the files that they name.
[[nodiscard]] Language language_of_frames(std::span<const StackFrame> frames);

// A module and a function without what differs between builds: numbers of lambdas, hashes,
// parameters, versions in paths.
struct CodeName {
  std::string module;
  std::string function;
};
[[nodiscard]] CodeName stable_name(const StackFrame& frame, Language language);

// "shop::charge" of "_ZN4shop6chargeEi", without parameters; the symbol itself if it is none of
// the common forms.
[[nodiscard]] std::string demangle(std::string_view symbol);

}  // namespace rounds::v2
