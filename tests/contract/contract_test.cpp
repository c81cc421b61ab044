#include "tests/contract/contract_test.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <tuple>

#include <fmt/format.h>

namespace rounds::test {
namespace {

// Smaller means earlier in a listing. Works on signatures and cursors.
template <typename Positioned>
auto position_of(const Positioned& positioned) {
  return std::tuple(-microseconds_since_epoch(positioned.last_seen), ~positioned.occurrence_count,
                    positioned.id);
}

}  // namespace

std::vector<Signature> list_all(SignatureStore& store, SignatureQuery query) {
  std::vector<Signature> all;
  do {
    auto page = must(store.list(query));
    EXPECT_LE(page.signatures.size(), query.limit);
    if (page.next && query.after && position_of(*page.next) <= position_of(*query.after)) {
      throw std::runtime_error("the cursor of a page does not lie behind its beginning");
    }
    std::ranges::move(page.signatures, std::back_inserter(all));
    query.after = page.next;
  } while (query.after);
  return all;
}

std::vector<Event> history_of(SignatureStore& store, const SignatureId& id, std::size_t page_size) {
  std::vector<Event> all;
  std::optional<Version> after = 0;
  while (after) {
    auto page = must(store.history(id, {*after, page_size}));
    EXPECT_LE(page.events.size(), page_size);
    if (page.next && *page.next <= *after) {
      throw std::runtime_error("the next page of a history does not lie behind this one");
    }
    std::ranges::move(page.events, std::back_inserter(all));
    after = page.next;
  }
  return all;
}

Snapshot snapshot(SignatureStore& store) {
  SignatureQuery query;
  query.limit = limits::max_page_size;
  Snapshot result;
  result.signatures = list_all(store, query);
  for (const Signature& signature : result.signatures) {
    result.histories[signature.id] = history_of(store, signature.id);
  }
  result.stats = must(store.get_stats());
  return result;
}

void PrintTo(const Snapshot& snapshot, std::ostream* out) {
  *out << testing::PrintToString(snapshot.stats);
  for (const Signature& signature : snapshot.signatures) {
    *out << "\n  " << testing::PrintToString(signature);
    for (const Event& event : snapshot.histories.at(signature.id)) {
      *out << "\n    " << testing::PrintToString(event);
    }
  }
}

std::vector<Signature> expected_listing(std::vector<Signature> signatures,
                                        const SignatureQuery& query) {
  std::erase_if(signatures, [&](const Signature& signature) {
    const bool matches =
        (!query.status || *query.status == signature.status) &&
        (!query.service || *query.service == signature.identity->service) &&
        (!query.error_type || *query.error_type == signature.identity->error_type) &&
        (!query.tag || std::ranges::count(signature.tags, *query.tag) == 1) &&
        (!query.except || *query.except != signature.id);
    const bool behind = !query.after || position_of(signature) > position_of(*query.after);
    return !matches || !behind;
  });
  std::ranges::sort(signatures, {},
                    [](const Signature& signature) { return position_of(signature); });
  return signatures;
}

std::vector<SignatureQuery> every_filter(const std::vector<std::string>& services,
                                         const std::vector<std::string>& error_types) {
  std::vector<std::optional<Status>> status_filters{std::nullopt};
  status_filters.insert(status_filters.end(), all_statuses.begin(), all_statuses.end());
  std::vector<std::optional<std::string>> service_filters{std::nullopt};
  service_filters.insert(service_filters.end(), services.begin(), services.end());
  std::vector<std::optional<std::string>> error_type_filters{std::nullopt};
  error_type_filters.insert(error_type_filters.end(), error_types.begin(), error_types.end());

  std::vector<SignatureQuery> queries;
  for (const auto& status : status_filters) {
    for (const auto& service : service_filters) {
      for (const auto& error_type : error_type_filters) {
        SignatureQuery query;
        query.status = status;
        query.service = service;
        query.error_type = error_type;
        queries.push_back(std::move(query));
      }
    }
  }
  return queries;
}

std::string describe(const SignatureQuery& query) {
  const auto text = [](const std::optional<std::string>& value) {
    return value ? testing::PrintToString(*value) : std::string("any");
  };
  return fmt::format("status {}, service {}, error type {}, tag {}, limit {}, from {}",
                     query.status ? to_string(*query.status) : "any", text(query.service),
                     text(query.error_type), text(query.tag), query.limit,
                     query.after ? query.after->encode() : "the beginning");
}

StoreStats recount(const std::vector<Signature>& signatures, Sequence sequence) {
  StoreStats stats;
  stats.sequence = sequence;
  for (const Signature& signature : signatures) {
    stats.signature_count += 1;
    stats.occurrence_count += signature.occurrence_count;
    stats.by_status[signature.status] += 1;
    stats.by_service[signature.identity->service] += 1;
    if (!stats.oldest_first_seen || signature.first_seen < *stats.oldest_first_seen) {
      stats.oldest_first_seen = signature.first_seen;
    }
  }
  return stats;
}

Signature make_signature(const std::string& name, const std::string& service,
                         const std::string& error_type) {
  Signature signature;
  // 16 bytes of the name, so that equal names give equal ids.
  for (std::size_t i = 0; i < signature.id.bytes.size(); ++i) {
    signature.id.bytes[i] = i < name.size() ? static_cast<std::uint8_t>(name[i]) : 0xEE;
  }
  signature.identity = make_identity(name, service, error_type);
  signature.first_seen = at_second(10);
  signature.last_seen = at_second(20);
  signature.occurrence_count = 3;
  return signature;
}

ContractTest::ContractTest(LifecyclePolicy policy, std::chrono::seconds dedup_window,
                           std::uint32_t new_signatures_per_minute)
    : clock_(at_second(1000)),
      fixture_(GetParam().make({&clock_, policy, dedup_window, new_signatures_per_minute})) {}

Signature ContractTest::record(const std::shared_ptr<const SignatureIdentity>& identity,
                               std::int64_t second, std::size_t count) {
  std::vector<IdentifiedOccurrence> occurrences(count,
                                                make_occurrence(identity, at_second(second)));
  must(store().record(std::move(occurrences)));
  return get(identity->fingerprint);
}

Signature ContractTest::bring_to(const SignatureId& id, Status status) {
  Restore restore{status, std::nullopt};
  if (status == Status::diagnosed) restore.diagnosis = make_diagnosis();
  return must(store().execute(id, restore));
}

Signature ContractTest::get(const SignatureId& id) {
  return must(store().get_by_id(id)).value();
}

Signature ContractTest::get(const std::string& fingerprint) {
  return must(store().get_by_fingerprint(fingerprint)).value();
}

}  // namespace rounds::test
