// The bodies of commands: what each takes, what is refused, and the way back.
#include "api/command_json.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/json_text.hpp"
#include "tests/support/samples.hpp"

namespace rounds::api {
namespace {

Result<CommandRequest> read(std::string_view name, std::string_view body) {
  return command_from_json(name, boost::json::parse(body), test::at_second(9));
}

std::string body_of(const Command& command) {
  CommandContext context;
  context.provenance = {"alice", "why", "request-1"};
  context.expected_version = 7;
  return to_text(command_to_json({command, context}));
}

TEST(CommandJson, TakesAnEmptyObjectWhereNothingIsRequired) {
  for (const std::string_view name : {"investigate", "revert", "resolve", "mute", "retriage"}) {
    const auto request = read(name, "{}");
    ASSERT_TRUE(request) << name << ": " << request.error().message;
    EXPECT_FALSE(request->context.expected_version);
    EXPECT_EQ(request->context.provenance, Provenance{});
    EXPECT_EQ(request->context.durability, Durability::synced);
  }
}

TEST(CommandJson, ReadsTheContextOfEveryCommand) {
  for (const std::string_view name : {"investigate", "revert", "resolve", "mute", "retriage"}) {
    const auto request = read(name,
                              R"({"actor": "alice", "reason": "noise", "request_id": "r1",
                                  "expected_version": 3})");
    ASSERT_TRUE(request) << name << ": " << request.error().message;
    EXPECT_EQ(request->context.provenance, (Provenance{"alice", "noise", "r1"}));
    EXPECT_EQ(request->context.expected_version, 3U);
  }
}

TEST(CommandJson, NamesMapToTheirCommands) {
  EXPECT_TRUE(std::holds_alternative<StartInvestigation>(read("investigate", "{}")->command));
  EXPECT_TRUE(std::holds_alternative<RevertInvestigation>(read("revert", "{}")->command));
  EXPECT_TRUE(std::holds_alternative<Mute>(read("mute", "{}")->command));
  EXPECT_TRUE(std::holds_alternative<Retriage>(read("retriage", "{}")->command));
  EXPECT_EQ(std::get<Resolve>(read("resolve", R"({"fix": "restarted"})")->command).fix,
            "restarted");
  EXPECT_EQ(std::get<Resolve>(read("resolve", R"({"release": "2.4.1"})")->command).release,
            "2.4.1");
  const auto tags = read("tags", R"({"add": ["a"], "remove": ["b"]})");
  EXPECT_EQ(std::get<ChangeTags>(tags->command).add, std::vector<std::string>{"a"});
  EXPECT_EQ(std::get<ChangeTags>(tags->command).remove, std::vector<std::string>{"b"});
}

TEST(CommandJson, EveryCommandSurvivesTheRoundTrip) {
  const std::array<Command, 7> commands{StartInvestigation{},
                                        RevertInvestigation{},
                                        Diagnose{test::make_diagnosis()},
                                        Resolve{"restarted", "2.4.1"},
                                        Mute{},
                                        Retriage{},
                                        ChangeTags{{"a"}, {"b"}}};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::string body = body_of(commands[i]);
    const auto back = read(command_names[i], body);
    ASSERT_TRUE(back) << command_names[i] << ": " << back.error().message;
    EXPECT_EQ(back->command.index(), commands[i].index());
    EXPECT_EQ(to_text(command_to_json(*back)), body);
  }
}

TEST(CommandJson, RefusesMembersOfOtherCommands) {
  const auto request = read("mute", R"({"fix": "restarted"})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(request.error().message,
            "the request body has an unknown member \"fix\"; it takes actor, reason, request_id, "
            "expected_version");
}

TEST(CommandJson, RequiresADiagnosisToDiagnose) {
  EXPECT_EQ(read("diagnose", "{}").error().message, "the request body lacks \"diagnosis\"");
  EXPECT_EQ(read("diagnose", R"({"diagnosis": {}})").error().message,
            "the diagnosis lacks \"root_cause\"");
}

TEST(CommandJson, RequiresTagsToChange) {
  EXPECT_EQ(read("tags", "{}").error().message,
            "the request body lacks \"add\" and \"remove\"; give at least one of them");
  EXPECT_TRUE(read("tags", R"({"add": []})"));
}

TEST(CommandJson, RefusesWrongTypes) {
  EXPECT_FALSE(read("mute", R"({"expected_version": "3"})"));
  EXPECT_FALSE(read("mute", R"({"expected_version": -3})"));
  EXPECT_FALSE(read("mute", R"({"reason": 5})"));
  EXPECT_FALSE(read("mute", "[]"));
}

TEST(CommandJson, KnowsNoOtherCommand) {
  const auto request = read("restore", "{}");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace rounds::api
