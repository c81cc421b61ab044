#include "tests/contract/random_commands.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace

const std::vector<std::string>& RandomCommands::services() {
  static const std::vector<std::string> names{"a", "ab", "b"};
  return names;
}

const std::vector<std::string>& RandomCommands::error_types() {
  static const std::vector<std::string> names{"", "Timeout", "TimeoutError"};
  return names;
}

const std::vector<std::shared_ptr<const SignatureIdentity>>& RandomCommands::identities() {
  static const auto made = [] {
    std::vector<std::shared_ptr<const SignatureIdentity>> result;
    for (const std::string& service : services()) {
      for (const std::string& error_type : error_types()) {
        for (int copy = 0; copy < 4; ++copy) {
          result.push_back(make_identity(fmt::format("{}-{}-{}", service, error_type, copy),
                                         service, error_type));
        }
      }
    }
    return result;
  }();
  return made;
}

std::size_t RandomCommands::below(std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
}

std::optional<Signature> RandomCommands::pick(SignatureStore& store) {
  SignatureQuery query;
  query.limit = limits::max_page_size;
  auto signatures = must(store.list(query)).signatures;
  if (signatures.empty()) return std::nullopt;
  return std::move(signatures[below(signatures.size())]);
}

Submission RandomCommands::next(SignatureStore& store, Timestamp now) {
  if (chance(5)) stale_ = pick(store);
  const std::size_t kind = below(100);
  if (kind < 40) return next_record(now);
  if (kind < 75) return next_execute(store);
  return next_save(store, now);
}

RecordOccurrences RandomCommands::next_record(Timestamp now) {
  RecordOccurrences record;
  const std::size_t count = chance(5) ? 40 : below(5);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& identity = identities()[below(identities().size())];
    // Mostly of the last minute, some much earlier, some ahead of the store's clock.
    const std::size_t age = chance(10) ? below(2000) : below(60);
    const auto time = now + std::chrono::seconds{5} - std::chrono::seconds{age};
    record.occurrences.push_back(make_occurrence(identity, time));
    if (chance(50)) record.occurrences.back().aliases = next_aliases(*identity);
  }
  if (count > 0 && chance(2)) {
    record.occurrences[below(count)].exemplar.time = max_timestamp + std::chrono::microseconds{1};
  }
  record.context = next_context(0);
  if (chance(50)) add_keys(record);
  return record;
}

// From so few that they come again, in other batches as well.
void RandomCommands::add_keys(RecordOccurrences& record) {
  const auto key = [this](std::size_t end) {
    const std::uint64_t number = 1 + below(end);
    return RepetitionKey{end, number * 0x9E3779B97F4A7C15ULL};
  };
  for (std::size_t i = 0; i < record.occurrences.size(); ++i) {
    OccurrenceKeys& keys = record.keys.emplace_back();
    if (!chance(10)) keys.delivery = key(150);
    if (chance(50)) keys.failure = key(40);
    if (chance(50)) keys.source = OccurrenceSource::span_event;
  }
  if (!record.keys.empty() && chance(50)) record.batch_key = key(60);
}

ExecuteCommand RandomCommands::next_execute(SignatureStore& store) {
  const auto present = pick(store);
  ExecuteCommand execute;
  if (present && !chance(2)) execute.id = present->id;  // otherwise one that is absent
  execute.command = next_command();
  execute.context = next_context(present ? present->version : 0);
  return execute;
}

Command RandomCommands::next_command() {
  switch (below(8)) {
    case 0:
      return StartInvestigation{};
    case 1:
      return RevertInvestigation{};
    case 2:
      return Diagnose{next_diagnosis()};
    case 3:
      return Resolve{chance(50) ? std::optional<std::string>("a fix") : std::nullopt,
                     chance(30) ? std::optional<std::string>("2.4.1") : std::nullopt};
    case 4:
      return Mute{};
    case 5:
      return Retriage{};
    case 6:
      return Restore{all_statuses[below(all_statuses.size())],
                     chance(50) ? std::optional(next_diagnosis()) : std::nullopt};
    default:
      return ChangeTags{next_tags(), next_tags()};
  }
}

SaveSignature RandomCommands::next_save(SignatureStore& store, Timestamp now) {
  SaveSignature save;
  constexpr std::array modes{SaveMode::create_or_update, SaveMode::update_only,
                             SaveMode::create_only};
  save.mode = modes[below(modes.size())];
  const auto present = stale_ && chance(20) ? stale_ : pick(store);
  const std::size_t foreign_percent = save.mode == SaveMode::create_only ? 80 : 20;
  if (present && !chance(foreign_percent)) {
    save.signature = *present;
    change(save.signature);
  } else {
    save.signature = next_foreign_signature(now);
  }
  save.context = next_context(present ? present->version : 0);
  return save;
}

Signature RandomCommands::next_foreign_signature(Timestamp now) {
  Signature signature;
  // Ids that no CountingIdGenerator makes: their second half would be a huge count.
  signature.id.bytes.fill(0xFF);
  signature.id.bytes[0] = static_cast<std::uint8_t>(below(256));
  // Mostly one of its own: the others soon belong to signatures that occurrences created.
  const std::size_t number = below(200);
  signature.identity = chance(30)
                           ? identities()[below(identities().size())]
                           : make_identity(fmt::format("foreign {}", number),
                                           services()[number % 3], error_types()[number / 3 % 3]);
  signature.first_seen = now - std::chrono::seconds{below(100)};
  signature.last_seen = signature.first_seen + std::chrono::seconds{below(20)};
  signature.occurrence_count = 1 + below(4);
  signature.status = all_statuses[below(all_statuses.size())];
  change(signature);
  return signature;
}

std::shared_ptr<const FingerprintAliases> RandomCommands::next_aliases(
    const SignatureIdentity& identity) {
  FingerprintAliases aliases;
  for (std::size_t count = 1 + below(3); count > 0; --count) {
    // Those of other occurrences, those of saves, and those that nobody was made with.
    const std::size_t kind = below(3);
    std::string alias = kind == 0   ? identities()[below(identities().size())]->fingerprint
                        : kind == 1 ? fmt::format("fingerprint-foreign {}", below(200))
                                    : fmt::format("alias {}", below(60));
    const bool is_new =
        alias != identity.fingerprint && std::ranges::find(aliases, alias) == aliases.end();
    if (is_new || chance(2)) aliases.push_back(std::move(alias));
  }
  return std::make_shared<const FingerprintAliases>(std::move(aliases));
}

void RandomCommands::change(Signature& signature) {
  if (chance(40)) signature.occurrence_count += below(4);
  if (chance(20)) signature.first_seen -= std::chrono::seconds{below(3)};
  if (chance(30)) signature.last_seen += std::chrono::seconds{below(3)};
  if (chance(30)) signature.status = all_statuses[below(all_statuses.size())];
  if (chance(20)) signature.diagnosis = nullptr;
  if (chance(20)) signature.diagnosis = std::make_shared<const Diagnosis>(next_diagnosis());
  if (chance(30)) {
    signature.tags = next_tags();
    std::ranges::sort(signature.tags);
    const auto duplicates = std::ranges::unique(signature.tags);
    signature.tags.erase(duplicates.begin(), duplicates.end());
  }
  if (chance(10)) signature.aliases = next_aliases(*signature.identity);
  if (chance(2)) signature.occurrence_count = below(2);
  if (chance(2)) signature.identity = identities()[below(identities().size())];
}

CommandContext RandomCommands::next_context(Version present) {
  CommandContext context;
  const std::size_t number = below(1000);
  if (chance(70)) context.provenance.actor = fmt::format("actor {}", number);
  if (chance(40)) context.provenance.reason = fmt::format("reason {}", number);
  if (chance(40)) context.provenance.request_id = fmt::format("request {}", number);
  if (chance(20)) context.expected_version = present;
  if (chance(10)) context.expected_version = below(5);
  return context;
}

Diagnosis RandomCommands::next_diagnosis() {
  Diagnosis diagnosis = make_diagnosis(fmt::format("cause {}", below(3)));
  if (chance(3)) diagnosis.cost_usd = -1;
  return diagnosis;
}

std::vector<std::string> RandomCommands::next_tags() {
  std::vector<std::string> tags;
  for (std::size_t count = below(4); count > 0; --count) {
    tags.push_back(chance(2) ? "" : fmt::format("tag {}", below(5)));
  }
  return tags;
}

SignatureQuery RandomCommands::next_query(SignatureStore& store) {
  SignatureQuery query;
  if (chance(50)) query.status = all_statuses[below(all_statuses.size())];
  if (chance(50)) query.service = services()[below(services().size())];
  if (chance(50)) query.error_type = error_types()[below(error_types().size())];
  if (chance(40)) query.tag = fmt::format("tag {}", below(5));
  query.limit = 1 + below(10);
  const auto present = pick(store);
  if (present && chance(70)) {
    PageCursor cursor = PageCursor::at(*present);
    if (chance(30)) cursor.occurrence_count += below(3);
    if (chance(30)) cursor.id.bytes[0] ^= 0x40;
    query.after = cursor;
  }
  return query;
}

std::string describe(const Submission& submission) {
  const auto context = [](const CommandContext& value) {
    return value.expected_version ? fmt::format(", expecting version {}", *value.expected_version)
                                  : std::string();
  };
  return std::visit(
      Overloaded{
          [&](const RecordOccurrences& record) {
            std::string text = fmt::format("record {} occurrences:", record.occurrences.size());
            for (const IdentifiedOccurrence& occurrence : record.occurrences) {
              text += fmt::format(" {}@{}", occurrence.identity->fingerprint,
                                  microseconds_since_epoch(occurrence.exemplar.time));
              if (occurrence.aliases) text += testing::PrintToString(*occurrence.aliases);
            }
            return text;
          },
          [&](const ExecuteCommand& execute) {
            return fmt::format("{} {}{}", command_name(execute.command), execute.id.to_string(),
                               context(execute.context));
          },
          [&](const SaveSignature& save) {
            constexpr std::array<std::string_view, 3> modes{"save", "update", "import"};
            return fmt::format("{} {}{}", modes[static_cast<std::size_t>(save.mode)],
                               testing::PrintToString(save.signature), context(save.context));
          },
      },
      submission);
}

}  // namespace rounds::test
