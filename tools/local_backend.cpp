#include "tools/local_backend.hpp"

#include <utility>

#include "store/rocks_store.hpp"

namespace rounds::tools {
namespace {

class LocalBackend final : public Backend {
 public:
  LocalBackend(std::unique_ptr<SignatureStore> store, const Clock& clock, Grouping grouping)
      : store_(std::move(store)), clock_(clock), grouping_(std::move(grouping)) {}

  [[nodiscard]] Result<std::optional<Signature>> get_by_id(const SignatureId& id) override {
    return store_->get_by_id(id);
  }

  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint(
      const std::string& fingerprint) override {
    return store_->get_by_fingerprint(fingerprint);
  }

  [[nodiscard]] Result<SignaturePage> list(const SignatureQuery& query) override {
    return store_->list(query);
  }

  [[nodiscard]] Result<HistoryPage> history(const SignatureId& id,
                                            const HistoryQuery& query) override {
    return store_->history(id, query);
  }

  [[nodiscard]] Result<std::vector<Signature>> get_similar(const SignatureId& id,
                                                           std::size_t limit) override {
    return store_->get_similar(id, limit);
  }

  [[nodiscard]] Result<StoreStats> get_stats() override { return store_->get_stats(); }

  [[nodiscard]] Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                       const Moment& moment) override {
    return store_->as_of(id, moment);
  }

  [[nodiscard]] Result<std::optional<Signature>> get_by_fingerprint_as_of(
      const std::string& fingerprint, const Moment& moment) override {
    return store_->get_by_fingerprint_as_of(fingerprint, moment);
  }

  [[nodiscard]] Result<StoreStats> get_stats_as_of(const Moment& moment) override {
    return store_->get_stats_as_of(moment);
  }

  [[nodiscard]] Result<Signature> execute(const SignatureId& id, const Command& command,
                                          const CommandContext& context) override {
    return store_->execute(id, command, context);
  }

  [[nodiscard]] Result<void> record(std::vector<Occurrence> occurrences) override {
    return submit(occurrences, {}, {});
  }

  [[nodiscard]] Result<OtlpOutcome> record_otlp(const OtlpBody& body) override {
    auto batch = decode(body, clock_.now());
    if (!batch) return std::unexpected(batch.error());
    const std::size_t accepted = batch->occurrences.size();
    auto recorded = submit(batch->occurrences, std::move(batch->keys), batch->batch_key);
    if (!recorded) {
      return std::unexpected(std::move(recorded.error()));
    }
    return OtlpOutcome{accepted, batch->rejected_count, batch->rejection_message};
  }

  [[nodiscard]] Result<void> close() override { return store_->close(); }

 private:
  [[nodiscard]] Result<void> submit(std::vector<Occurrence>& occurrences,
                                    std::vector<OccurrenceKeys> keys,
                                    const RepetitionKey& batch_key) {
    if (occurrences.empty()) return {};
    const auto recall = [this](std::span<const std::string_view> fingerprints) {
      return store_->recall(fingerprints);
    };
    auto identified = grouping_.identify_all(occurrences, recall);
    const auto commit = store_->submit_and_wait(
        RecordOccurrences{std::move(identified), {}, std::move(keys), batch_key});
    if (!commit) return std::unexpected(commit.error());
    return {};
  }

  std::unique_ptr<SignatureStore> store_;
  const Clock& clock_;
  Grouping grouping_;
};

}  // namespace

Error with_way_out(Error error) {
  if (error.code == ErrorCode::in_use || error.code == ErrorCode::data_missing) {
    error.message += "; to ask a running rounds-ingestd, use --server http://HOST:PORT";
  }
  return error;
}

std::unique_ptr<Backend> make_local_backend(std::unique_ptr<SignatureStore> store,
                                            const Clock& clock, Grouping grouping) {
  return std::make_unique<LocalBackend>(std::move(store), clock, std::move(grouping));
}

Result<std::unique_ptr<Backend>> open_local_backend(const std::filesystem::path& data_directory,
                                                    CreateIfMissing create, Grouping grouping,
                                                    OpenProgress progress,
                                                    RebuildNotice rebuilding) {
  RocksStoreOptions options;
  options.create_if_missing = create == CreateIfMissing::yes;
  options.catch_up_progress = std::move(progress);
  options.projections_rebuilding = std::move(rebuilding);
  auto store = RocksStore::open(data_directory, std::move(options));
  if (!store) return std::unexpected(with_way_out(std::move(store.error())));
  return make_local_backend(*std::move(store), system_clock(), std::move(grouping));
}

}  // namespace rounds::tools
