#include "tongsuan/access/permissions.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

namespace tongsuan::access {
namespace {

// Every action and every role, written out: P participant, H hub, O operator, A auditor, R
// regulator; small letters for what is one's own, capitals for everybody's, a dot for nothing.
constexpr std::array<std::pair<Action, std::string_view>, kActionCount> kExpected = {{
    {Action::kSubmitOrder, "p...."},    {Action::kCancelOrder, "p...."},
    {Action::kReadOrders, "p...."},     {Action::kReadSealedBook, "....."},
    {Action::kReadClosedBook, "PHOAR"}, {Action::kPlaceOffers, ".h..."},
    {Action::kReportMeters, ".h..."},   {Action::kManageParticipants, "..O.."},
    {Action::kMoveCash, "..O.."},       {Action::kHalt, "..O.."},
    {Action::kCloseRound, "..O.."},     {Action::kReadAccount, "phOAR"},
    {Action::kReadJournal, "...AR"},    {Action::kReadStatements, "phOAR"},
    {Action::kSetRules, "..O.."},       {Action::kUseWebhooks, "ph..."},
    {Action::kReadAsOf, "ph.AR"},       {Action::kReadMarketData, "PHOAR"},
    {Action::kMoveOwnCash, "ph..."},    {Action::kDropWebhook, "phO.."},
    {Action::kSetCalendar, "..O.."},    {Action::kChangeSettings, "p.O.."},
    {Action::kReadOutput, "ph..."},     {Action::kReadSelf, "phoar"},
}};

std::string code_of(const Answer<Done>& answer) {
  return answer.ok() ? "ok" : code_name(answer.error().code);
}

TEST(Permissions, AreThoseOfTheTable) {
  for (const auto& [action, row] : kExpected) {
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
      const Identity caller{{7}, "nlp", kRoles[i], "K-1", Method::kSignature};
      const char mark = row[i];
      const bool own = mark >= 'a' && mark <= 'z';
      const bool all = mark >= 'A' && mark <= 'Z';
      const std::string where = std::string(action_name(action)) + ' ' + role_name(kRoles[i]);
      EXPECT_EQ(scope_of(action, kRoles[i]), all   ? Scope::kAll
                                             : own ? Scope::kOwn
                                                   : Scope::kNothing)
          << where;
      const ParticipantNumber self{7}, other{8};
      EXPECT_EQ(code_of(permit(&caller, action, self)), own || all ? "ok" : "forbidden") << where;
      EXPECT_EQ(code_of(permit(&caller, action, other)), all   ? "ok"
                                                         : own ? "not-found"
                                                               : "forbidden")
          << where;
      EXPECT_EQ(code_of(permit(&caller, action, std::nullopt)), all ? "ok" : "forbidden") << where;
    }
    const bool open = action == Action::kReadMarketData;
    EXPECT_EQ(code_of(permit(nullptr, action, ParticipantNumber{7})),
              open ? "ok" : "unauthenticated");
  }
}

TEST(Permissions, NobodyReadsSealedBids) {
  for (const Role role : kRoles) {
    EXPECT_EQ(scope_of(Action::kReadSealedBook, role), Scope::kNothing);
  }
  EXPECT_EQ(scope_of(Action::kReadOrders, Role::kOperator), Scope::kNothing);
  EXPECT_EQ(scope_of(Action::kReadJournal, Role::kOperator), Scope::kNothing);
}

TEST(Permissions, NamesAreUniqueAndStable) {
  std::map<std::string, int> names;
  for (const auto& [action, row] : kExpected) ++names[action_name(action)];
  EXPECT_EQ(names.size(), kActionCount);
  for (const Role role : kRoles) EXPECT_EQ(role_of(role_name(role)), role);
  EXPECT_EQ(role_of("Operator"), std::nullopt);
  EXPECT_EQ(http_status(permit(nullptr, Action::kHalt, std::nullopt).error().code), 401);
}

TEST(Identity, NamesAreUnicodeWithoutControls) {
  for (const char* name : {"nlp", "张江·实验室", "Zoë", "Zoe\xCC\x88", "😀", "a b"}) {
    EXPECT_TRUE(is_participant_name(name)) << name;
  }
  const std::string nul("a\0b", 3);
  for (const std::string& name :
       {std::string(), nul, std::string("a\n"), std::string("\x7F"), std::string("\xC2\x85"),
        std::string("\xFF"), std::string("\xED\xA0\x80"), std::string(129, 'a')}) {
    EXPECT_FALSE(is_participant_name(name)) << name;
  }
}

}  // namespace
}  // namespace tongsuan::access
