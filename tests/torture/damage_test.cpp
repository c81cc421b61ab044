// One bit of one file is flipped, or its end cut off: the store refuses, or names what is affected,
// or answers as if nothing had happened. It never answers wrong.
#include <algorithm>
#include <fstream>
#include <map>

#include "core/error.hpp"
#include "store/maintenance.hpp"
#include "store/rocks_store.hpp"
#include "tests/faults/fault_file_system.hpp"
#include "tests/support/seed.hpp"
#include "tests/torture/workload.hpp"

namespace rounds::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t sessions = 3;
constexpr std::uint64_t steps = 60;

struct Outcomes {
  std::uint64_t harmless = 0;        // opened, everything there
  std::uint64_t refused = 0;         // did not open
  std::uint64_t query_refused = 0;   // opened, but some queries are answered by an error
  std::uint64_t verify_refused = 0;  // every query of the test is right, comparing everything fails
  std::uint64_t rebuilt = 0;         // opened with projections built anew, everything there
};

// A data directory in the state that a kind of end leaves it in, and what it acknowledged.
class Original {
 public:
  Original(std::uint64_t seed, bool killed)
      : workload_(seed, [this](const std::string& line) { ledger_.add(line); }) {
    FaultFileSystem& files = *environment_.files;
    for (std::uint64_t i = 0; i < sessions; ++i) {
      RocksStoreOptions options;
      options.env = environment_.env.get();
      options.layer_events = 25;
      const auto store = RocksStore::open(path(), std::move(options));
      EXPECT_TRUE(store) << store.error().message;
      for (std::uint64_t step = 0; step < steps; ++step) EXPECT_TRUE(workload_.step(**store));
      if (killed && i + 1 == sessions)
        files.cut_power_after(0);
      else
        EXPECT_TRUE((*store)->close());
    }
    files.forgive();
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      if (entry.is_regular_file() && entry.file_size() > 0 && is_read(entry.path())) {
        files_.push_back(fs::relative(entry.path(), path()));
      }
    }
    std::ranges::sort(files_);
  }

  [[nodiscard]] fs::path path() const { return directory_.path() / "data"; }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  // Every file that a store reads, by its path below path().
  [[nodiscard]] const std::vector<fs::path>& files() const { return files_; }

 private:
  static bool is_read(const fs::path& file) {
    const std::string name = file.filename().string();
    return !name.starts_with("LOG") && name != "LOCK";
  }

  TemporaryDirectory directory_;
  FaultFileSystem::Environment environment_ = FaultFileSystem::make();
  Ledger ledger_;
  Workload workload_;
  std::vector<fs::path> files_;
};

// "log/MANIFEST", "projections/sst": what kind of file it is.
std::string kind_of(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::string kind = name.ends_with(".sst")         ? "sst"
                           : name.ends_with(".log")       ? "wal"
                           : name.ends_with(".watermark") ? "watermark"
                                                          : name.substr(0, name.find('-'));
  return file.has_parent_path() ? (file.parent_path() / kind).string() : kind;
}

class DamageTest : public testing::Test {
 protected:
  // Damages a copy and looks at it. Returns what was done, for messages.
  void damage_and_look(const Original& original, std::uint64_t number, Outcomes& outcomes) {
    const TemporaryDirectory copy;
    const fs::path data = copy.path() / "data";
    fs::copy(original.path(), data, fs::copy_options::recursive);
    const fs::path& file = original.files()[number % original.files().size()];
    const std::string what = damage(data / file);
    ++kinds_[kind_of(file)];
    SCOPED_TRACE(what + " " + file.string());
    look(original, data, file, outcomes);
  }

  // Flips one bit, or cuts the end off.
  std::string damage(const fs::path& file) {
    const auto size = fs::file_size(file);
    const std::uint64_t place = below(size);
    if (below(3) == 0) {
      fs::resize_file(file, place);
      return "cut at byte " + std::to_string(place) + " of " + std::to_string(size) + ":";
    }
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(place));
    const int byte = stream.get() ^ (1 << below(8));
    stream.seekp(static_cast<std::streamoff>(place));
    stream.put(static_cast<char>(byte));
    return "flipped a bit of byte " + std::to_string(place) + " of " + std::to_string(size) + ":";
  }

  // `file` is what was damaged.
  static void look(const Original& original, const fs::path& data, const fs::path& file,
                   Outcomes& outcomes) {
    std::string rebuilding;
    RocksStoreOptions options;
    options.projections_rebuilding = [&](const std::string& why) { rebuilding = why; };
    auto store = RocksStore::open(data, std::move(options));
    if (!store) {
      ++outcomes.refused;
      ASSERT_GT(store.error().message.size(), 20U) << "it does not say what is wrong";
      ASSERT_NE(file.parent_path(), "projections")
          << "only the log may keep a store from opening: " << store.error().message;
      return;
    }
    const bool rebuilt = !rebuilding.empty();
    if (rebuilt) ASSERT_EQ(file.parent_path(), "projections") << rebuilding;
    const Inspection found = inspect(**store, original.ledger());
    ASSERT_TRUE(found.wrong.empty()) << "SILENTLY WRONG: " << found.wrong[0];
    static_cast<void>((*store)->close());
    // What no query met, a comparison of everything meets; and it is an error there, never a
    // difference.
    const auto verified = verify_projections(data, {}, nullptr);
    if (verified) ASSERT_TRUE(is_sound(data)) << "SILENTLY WRONG";
    if (rebuilt) {
      ++outcomes.rebuilt;
      ASSERT_TRUE(found.refused.empty()) << "built anew, but: " << found.refused[0];
      ASSERT_TRUE(verified) << "built anew, but: " << verified.error().message;
    } else if (!found.refused.empty())
      ++outcomes.query_refused;
    else
      ++(verified ? outcomes.harmless : outcomes.verify_refused);
  }

  std::uint64_t below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
  }

  std::mt19937_64 random_;
  std::map<std::string, std::uint64_t> kinds_;
};

TEST_F(DamageTest, OneDamagedFileIsRefusedNamedOrMakesNoDifference) {
  const std::uint64_t seed = random_seed();
  const std::uint64_t rounds = random_rounds(200);
  random_.seed(seed);
  const Original closed(seed, false);
  const Original killed(seed, true);
  Outcomes outcomes;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    SCOPED_TRACE(testing::Message() << "round " << i);
    ASSERT_NO_FATAL_FAILURE(damage_and_look(i % 2 == 0 ? closed : killed, i / 2, outcomes));
  }
  for (const char* kind :
       {"log/wal", "log/sst", "log/MANIFEST", "log/CURRENT", "log/OPTIONS", "projections/wal",
        "projections/sst", "projections/MANIFEST", "projections/CURRENT", "watermark"}) {
    EXPECT_GT(kinds_[kind], 0U) << kind << " was never damaged";
  }
  EXPECT_GT(outcomes.refused, 0U) << "no damage of the log was noticed";
  EXPECT_GT(outcomes.rebuilt, 0U) << "no damage of the projections was noticed";
  report("damage", seed,
         {{"damages", rounds},
          {"kinds_of_files", kinds_.size()},
          {"harmless", outcomes.harmless},
          {"refused", outcomes.refused},
          {"projections_rebuilt", outcomes.rebuilt},
          {"query_refused", outcomes.query_refused},
          {"verify_refused", outcomes.verify_refused},
          {"wrong", 0}});
}

}  // namespace
}  // namespace rounds::test
