// Secrets taken out of the texts of telemetry, before anything is made of them or kept.
//
// What is replaced by "[scrubbed]":
//   assignments   the value behind password=, "api_key":, token: and the like, in key=value, JSON,
//                 headers, queries and forms; the key stays. Behind a bare colon, where prose has
//                 words ("Unexpected token: if"), only what looks like a secret
//   URLs          user and password in scheme://user:password@host
//   credentials   behind Bearer and Basic; the values of Authorization and Cookie headers
//   keys by form  of AWS, GitHub, GitLab, Slack, Stripe, Google, npm; JSON Web Tokens; PEM private
//                 keys, also without an end
// The digits of payment cards (13 to 19, of an issuer, with a valid check digit) become zeros, so
// that the text keeps its form: a number that looks like a card by chance then makes no signature
// of its own.
//
// Nothing finds all secrets: what has no name and no form stays. Pure: usable from any thread.
// Linear in the length of the text; a text without secrets costs one pass and no memory.
#pragma once

#include <string>
#include <string_view>

#include "core/occurrence.hpp"

namespace rounds {

inline constexpr std::string_view scrubbed_marker = "[scrubbed]";

// Takes the secrets out of `text` and returns whether there were any. UTF-8 stays UTF-8. Doing it
// again changes nothing, unless the text was made for that. Each secret may make the text longer,
// by less than scrubbed_marker.
bool scrub_secrets(std::string& text);

// The same for all texts of an occurrence that are kept or made into its fingerprint, but not its
// service and frames, which are names of code. The type is cut to its limit again.
void scrub_secrets(Occurrence& occurrence);

}  // namespace rounds
