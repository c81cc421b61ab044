#include "tests/torture/ledger.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/lifecycle.hpp"

namespace rounds::test {
namespace {

// The whole history, or the error that ended it.
Result<std::vector<Event>> history_of(SignatureStore& store, const SignatureId& id) {
  std::vector<Event> events;
  HistoryQuery query;
  while (true) {
    auto page = store.history(id, query);
    if (!page) return std::unexpected(std::move(page.error()));
    std::ranges::move(page->events, std::back_inserter(events));
    if (!page->next) return events;
    query.after = *page->next;
  }
}

class Inspector {
 public:
  Inspector(SignatureStore& store, const Ledger& ledger) : store_(store), ledger_(ledger) {}

  Inspection run() {
    for (const auto& [fingerprint, entry] : ledger_.entries()) check(fingerprint, entry);
    check_listings();
    check_stats();
    return std::move(found_);
  }

 private:
  template <typename T>
  bool answered(const Result<T>& result) {
    if (!result) found_.refused.push_back(result.error().message);
    return result.has_value();
  }

  void wrong(std::string text) { found_.wrong.push_back(std::move(text)); }

  void check(const std::string& fingerprint, const Ledger::Entry& entry) {
    const auto found = store_.get_by_fingerprint(fingerprint);
    if (!answered(found)) {
      counts_known_ = false;
      return;
    }
    if (!*found) {
      if (entry.acknowledged > 0) wrong(fmt::format("{} is gone", fingerprint));
      return;
    }
    const Signature& signature = **found;
    const auto by_id = store_.get_by_id(signature.id);
    if (answered(by_id) && *by_id != signature) wrong(fmt::format("{} by id", fingerprint));
    expected_.push_back(signature);
    total_ += signature.occurrence_count;
    if (signature.occurrence_count < entry.acknowledged ||
        signature.occurrence_count > entry.acknowledged + entry.unsure) {
      wrong(fmt::format("{} counts {}, acknowledged were {} and {} may be", fingerprint,
                        signature.occurrence_count, entry.acknowledged, entry.unsure));
    }
    check_history(fingerprint, entry, signature);
  }

  void check_history(const std::string& fingerprint, const Ledger::Entry& entry,
                     const Signature& present) {
    if (entry.id && *entry.id != present.id)
      return wrong(fmt::format("{} has another id", fingerprint));
    const auto events = history_of(store_, present.id);
    if (!answered(events)) return;
    std::optional<Signature> state;
    for (const Event& event : *events) {
      auto next = evolve(std::move(state), event);
      if (!next) return wrong(next.error().message);
      state = *std::move(next);
      if (state->version == entry.version && digest_of(*state) != entry.digest) {
        return wrong(
            fmt::format("version {} of {} is not what was shown", entry.version, fingerprint));
      }
    }
    if (!state || *state != present)
      wrong(fmt::format("{} is not what its events say", fingerprint));
    if (state && state->version < entry.version) {
      wrong(fmt::format("{} is at version {}, but was at {}", fingerprint, state->version,
                        entry.version));
    }
  }

  // One for each index.
  void check_listings() {
    check_listing({}, expected_);
    SignatureQuery by_service;
    by_service.service = "checkout";
    check_listing(std::move(by_service), expected_);
    std::map<std::string, std::vector<Signature>> by_tag;
    for (const Signature& signature : expected_) {
      for (const std::string& tag : signature.tags) by_tag[tag].push_back(signature);
    }
    for (auto& [tag, tagged] : by_tag) {
      SignatureQuery query;
      query.tag = tag;
      check_listing(std::move(query), std::move(tagged));
    }
  }

  void check_listing(SignatureQuery query, std::vector<Signature> expected) {
    std::vector<Signature> listed;
    do {
      auto page = store_.list(query);
      if (!answered(page)) return;
      std::ranges::move(page->signatures, std::back_inserter(listed));
      query.after = page->next;
    } while (query.after);
    if (!counts_known_) return;
    std::ranges::sort(listed, {}, &Signature::id);
    std::ranges::sort(expected, {}, &Signature::id);
    if (listed != expected) {
      wrong(fmt::format("the listing has {} signatures, point reads {}, or they differ",
                        listed.size(), expected.size()));
    }
  }

  void check_stats() {
    const auto stats = store_.get_stats();
    if (!answered(stats) || !counts_known_) return;
    if (stats->signature_count != expected_.size() || stats->occurrence_count != total_) {
      wrong(
          fmt::format("the statistics count {} signatures and {} occurrences instead of {} and {}",
                      stats->signature_count, stats->occurrence_count, expected_.size(), total_));
    }
  }

  SignatureStore& store_;
  const Ledger& ledger_;
  Inspection found_;
  std::vector<Signature> expected_;
  std::uint64_t total_ = 0;
  bool counts_known_ = true;
};

}  // namespace

void Ledger::add(const std::string& line) {
  std::istringstream in(line);
  std::string word;
  std::string fingerprint;
  in >> word >> fingerprint;
  if (word == "seen") {
    std::string id;
    Version version = 0;
    std::uint64_t digest = 0;
    if (!(in >> id >> version >> std::hex >> digest)) return;
    const auto parsed = SignatureId::parse(id);
    Entry& entry = entries_[fingerprint];
    if (!parsed || version < entry.version) return;
    entry.id = *parsed;
    entry.version = version;
    entry.digest = digest;
    return;
  }
  std::uint64_t count = 0;
  if (!(in >> count)) return;
  Entry& entry = entries_[fingerprint];
  if (word == "try") entry.unsure += count;
  if (word == "ack") {
    entry.unsure -= count;
    entry.acknowledged += count;
  }
}

std::string try_line(const std::string& fingerprint, std::uint64_t count) {
  return fmt::format("try {} {}", fingerprint, count);
}

std::string ack_line(const std::string& fingerprint, std::uint64_t count) {
  return fmt::format("ack {} {}", fingerprint, count);
}

std::string seen_line(const Signature& signature) {
  return fmt::format("seen {} {} {} {:x}", signature.identity->fingerprint,
                     signature.id.to_string(), signature.version, digest_of(signature));
}

std::uint64_t digest_of(const Signature& signature) {
  const SignatureIdentity& identity = *signature.identity;
  std::string text = fmt::format(
      "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|", signature.id.to_string(), identity.fingerprint,
      identity.service, identity.error_type, identity.message_template, identity.stack_hash,
      microseconds_since_epoch(signature.first_seen), microseconds_since_epoch(signature.last_seen),
      signature.occurrence_count, to_string(signature.status), signature.version,
      signature.last_sequence);
  for (const std::string& tag : signature.tags) text += tag + "|";
  if (signature.diagnosis) text += signature.diagnosis->root_cause;
  if (signature.resolved_at) {
    text += fmt::format("|{}", microseconds_since_epoch(*signature.resolved_at));
  }
  // FNV-1a: independent of what the store uses.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

Inspection inspect(SignatureStore& store, const Ledger& ledger) {
  return Inspector(store, ledger).run();
}

}  // namespace rounds::test
