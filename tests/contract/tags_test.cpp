// Listings by tag: which signatures, in which order, in which pages, whatever happens to the tags.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/contract/contract_test.hpp"

namespace rounds::test {
namespace {

class TagListings : public ContractTest {
 protected:
  Signature tag(const SignatureId& id, std::vector<std::string> add,
                std::vector<std::string> remove = {}) {
    return must(store().execute(id, ChangeTags{std::move(add), std::move(remove)}));
  }

  // All with the tag, read with pages of several sizes.
  std::vector<Signature> tagged(const std::string& name) {
    SignatureQuery query;
    query.tag = name;
    query.limit = limits::max_page_size;
    std::vector<Signature> all = list_all(store(), query);
    for (const std::size_t limit : {1U, 2U, 7U}) {
      query.limit = limit;
      EXPECT_EQ(list_all(store(), query), all) << describe(query);
    }
    return all;
  }

  // Every listing by these tags is that of the signatures as they are.
  void expect_listings(const std::string& change) {
    const std::vector<Signature> present = list_all(store());
    for (const std::string& name : names) {
      for (SignatureQuery& query : every_filter({"api", "apis"}, {"Timeout"})) {
        query.tag = name;
        for (const std::size_t limit : {2U, 50U}) {
          query.limit = limit;
          EXPECT_EQ(list_all(store(), query), expected_listing(present, query))
              << "after " << change << ": " << describe(query);
        }
      }
    }
  }

  // A service has the name of a tag: the two must not be mixed up.
  const std::vector<std::string> names{"database", "data", "api", "urgent"};
};
ROUNDS_ON_EVERY_STORE(TagListings);

TEST_P(TagListings, AreEmptyForATagThatNobodyHas) {
  record(make_identity("a", "api"), 10);
  EXPECT_TRUE(tagged("api").empty());
  EXPECT_TRUE(tagged("").empty());
}

TEST_P(TagListings, ShowWhatMatchesEveryOtherFilterAsWell) {
  std::size_t number = 0;
  for (const Status status : all_statuses) {
    for (const std::string service : {"api", "apis", "billing"}) {
      for (const std::string error_type : {"", "Timeout"}) {
        const auto identity = make_identity(std::to_string(number), service, error_type);
        const auto second = static_cast<std::int64_t>(number * 7 % 5);
        const SignatureId id = record(identity, second, 1 + number % 2).id;
        bring_to(id, status);
        if (number % 3 != 0) tag(id, {names[number % 4], names[number % 3]});
        ++number;
      }
    }
  }
  expect_listings("all of them");
  fixture().reopen();
  expect_listings("opening again");
  fixture().rebuild_projections();
  expect_listings("a rebuild");
}

TEST_P(TagListings, SayWhereToGoOnOnlyIfMoreFollows) {
  for (int i = 0; i < 9; ++i) {
    const SignatureId id = record(make_identity(std::to_string(i), "api"), i).id;
    if (i % 3 != 2) tag(id, {"urgent"});
  }
  const std::vector<Signature> all = tagged("urgent");
  ASSERT_EQ(all.size(), 6U);
  SignatureQuery query;
  query.tag = "urgent";
  query.limit = 6;
  EXPECT_EQ(must(store().list(query)).next, std::nullopt);
  query.limit = 5;
  EXPECT_EQ(must(store().list(query)).next, PageCursor::at(all[4]));
  query.except = all[2].id;
  EXPECT_EQ(must(store().list(query)).next, std::nullopt);
}

TEST_P(TagListings, GiveFullPagesWhereNewerOnesLostTheTag) {
  std::vector<Signature> tagged_ones;
  tagged_ones.reserve(12);
  for (int i = 0; i < 12; ++i) {
    tagged_ones.push_back(tag(record(make_identity(std::to_string(i)), i).id, {"urgent"}));
  }
  for (std::size_t i = 3; i < tagged_ones.size(); ++i) tag(tagged_ones[i].id, {}, {"urgent"});
  const auto expect_full_pages = [&] {
    SignatureQuery query;
    query.tag = "urgent";
    query.limit = 3;
    const SignaturePage all = must(store().list(query));
    EXPECT_EQ(all.signatures.size(), 3U);
    EXPECT_EQ(all.next, std::nullopt);
    query.limit = 2;
    EXPECT_EQ(must(store().list(query)).signatures.size(), 2U);
  };
  expect_full_pages();
  fixture().reopen();
  expect_full_pages();
}

TEST_P(TagListings, FollowEveryChange) {
  std::vector<SignatureId> ids;
  ids.reserve(8);
  for (int i = 0; i < 8; ++i) {
    const std::string service = i % 2 == 0 ? "api" : "apis";
    ids.push_back(record(make_identity(std::to_string(i), service, "Timeout"), 10 + i).id);
  }
  for (const SignatureId& id : ids) tag(id, {"database"});
  expect_listings("tagging all");
  tag(ids[0], {"urgent", "api"});
  expect_listings("a second and a third tag");
  tag(ids[1], {}, {"database"});
  expect_listings("removing the only tag");
  tag(ids[1], {"database"});
  expect_listings("adding it again");
  tag(ids[2], {"data"}, {"database"});
  expect_listings("replacing a tag");
  record(make_identity("3", "apis", "Timeout"), 100);
  expect_listings("a later occurrence");
  record(make_identity("4", "api", "Timeout"), 1);
  expect_listings("an earlier occurrence");
  for (const Status status : all_statuses) {
    bring_to(ids[5], status);
    expect_listings("status " + std::string(to_string(status)));
  }
  bring_to(ids[5], Status::resolved);
  tag(ids[5], {}, {"database"});
  record(make_identity("5", "apis", "Timeout"), 5000);
  expect_listings("a regression without the tag");
  fixture().reopen();
  expect_listings("opening again");
  tag(ids[6], {}, {"database"});
  expect_listings("removing what is on the disk");
  record(make_identity("6", "api", "Timeout"), 6000);
  expect_listings("an occurrence of what lost its tag");
  tag(ids[7], {"urgent"});
  expect_listings("adding a tag to what is on the disk");
  fixture().reopen();
  expect_listings("opening once more");
}

TEST_P(TagListings, FollowASaveAndAnImport) {
  Signature signature = make_signature("foreign", "api", "Timeout");
  signature.tags = {"database", "urgent"};
  must(store().import(signature));
  expect_listings("an import");
  signature.tags = {"data"};
  signature.occurrence_count += 2;
  must(store().save(signature));
  expect_listings("a save with other tags");
  EXPECT_TRUE(tagged("database").empty());
  EXPECT_EQ(tagged("data").size(), 1U);
}

TEST_P(TagListings, TellTagsApartThatBeginAlike) {
  const SignatureId id = record(make_identity("a"), 10).id;
  tag(id, {"a", "aa", "a\xC3\xA4", std::string(limits::max_tag_bytes, 'a')});
  for (const std::string& name : get(id).tags) EXPECT_EQ(tagged(name).size(), 1U) << name;
  EXPECT_TRUE(tagged("aaa").empty());
}

TEST_P(TagListings, KeepASignatureWithAllTagsItMayHave) {
  const SignatureId id = record(make_identity("a"), 10).id;
  std::vector<std::string> all;
  all.reserve(limits::max_tags);
  for (std::size_t i = 0; i < limits::max_tags; ++i) all.push_back("tag " + std::to_string(i));
  tag(id, all);
  fixture().reopen();
  tag(id, {}, {"tag 7"});
  EXPECT_TRUE(tagged("tag 7").empty());
  EXPECT_EQ(tagged("tag 8").size(), 1U);
}

// More than a store looks at for one page stand before the one that is asked for.
TEST_P(TagListings, WithAnotherFilterFindWhatStandsFarBehind) {
  constexpr int others = 2100;
  const Signature rare = record(make_identity("rare", "rare service"), 1);
  tag(rare.id, {"urgent"});
  for (int i = 0; i < others; ++i) {
    Signature signature = make_signature("common " + std::to_string(i));
    signature.last_seen = at_second(100 + i);
    signature.tags = {"urgent"};
    must(store().submit_and_wait(
        SaveSignature{signature, SaveMode::create_only, {.durability = Durability::buffered}}));
  }
  SignatureQuery query;
  query.tag = "urgent";
  query.service = "rare service";
  const auto expect_found = [&] {
    const std::vector<Signature> found = list_all(store(), query);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().id, rare.id);
  };
  expect_found();
  fixture().reopen();
  expect_found();
}

TEST_P(TagListings, WhileTagsChangeBetweenPagesShowTheOthersOnce) {
  std::vector<Signature> still;
  std::vector<SignatureId> changing;
  still.reserve(10);
  changing.reserve(10);
  for (int i = 0; i < 10; ++i) {
    still.push_back(tag(record(make_identity(std::to_string(i)), 2 * i).id, {"urgent"}));
    changing.push_back(record(make_identity("changing " + std::to_string(i)), 2 * i + 1).id);
    if (i % 2 == 0) tag(changing.back(), {"urgent"});
  }
  SignatureQuery query;
  query.tag = "urgent";
  query.limit = 3;
  std::vector<Signature> seen;
  std::size_t turn = 0;
  do {
    const SignaturePage page = must(store().list(query));
    std::ranges::copy(page.signatures, std::back_inserter(seen));
    query.after = page.next;
    const SignatureId& id = changing[turn++ % changing.size()];
    tag(id, turn % 2 == 0 ? std::vector<std::string>{"urgent"} : std::vector<std::string>{},
        turn % 2 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"urgent"});
  } while (query.after);
  std::erase_if(seen, [&](const Signature& signature) {
    return std::ranges::find(changing, signature.id) != changing.end();
  });
  EXPECT_EQ(seen, expected_listing(still, {}));
}

}  // namespace
}  // namespace rounds::test
