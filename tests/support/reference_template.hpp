// Message templates of rules v1 and v2, written a second time: slow and plain, after the tables in
// docs/grouping.md, to compare the real ones with. Regular expressions and copies of texts
// everywhere; only for short texts. Usable from any thread.
#pragma once

#include <string>

namespace rounds::test {

// message_template_v1() for texts of ASCII.
[[nodiscard]] std::string reference_template_v1(const std::string& message);

// message_template_v2() for texts that are shorter than any limit on their length.
[[nodiscard]] std::string reference_template_v2(const std::string& message);

}  // namespace rounds::test
