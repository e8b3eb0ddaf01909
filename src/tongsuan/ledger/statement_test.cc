// The example of docs/ledger.md, line by line; statements; the trial balance.
#include "tongsuan/ledger/statement.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tongsuan/base/text.h"
#include "tongsuan/ledger/ledger_fixture.h"

namespace tongsuan::ledger {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): names of the fixture

constexpr std::int64_t kYuan = 1'000'000;

class Example : public Exchange {
 protected:
  // Columns of the table, and what they say.
  struct Column {
    const char* title;
    Account account;
  };
  static constexpr Column kColumns[] = {{"cash", cash(kBuyer)},
                                        {"hold", {kBuyer, Purpose::kHold}},
                                        {"pool", voucher(kCity)},
                                        {"hold", {kCity, Purpose::kHold}},
                                        {"cash", cash(kSupplier)},
                                        {"margin", margin(kSupplier)},
                                        {"hold", {kSupplier, Purpose::kHold}},
                                        {"rent", {kHouse, Purpose::kRent}},
                                        {"rail", kRail}};

  static Money yuan(std::int64_t amount) { return Money(amount * kYuan); }
  static std::string cell(const std::string& text, std::size_t width) {
    return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
  }
  void head() {
    table_ += cell("", 20) + cell("buyer", 15) + cell("city", 14) + cell("supplier", 21) +
              cell("exchange", 14) + '\n' + cell("", 20);
    for (const Column& column : kColumns) table_ += cell(column.title, width(column));
    table_ += '\n';
  }
  static std::size_t width(const Column& column) {
    return column.account.purpose == Purpose::kRail ? 8U : 7U;
  }
  void row(const std::string& title) {
    table_ += title + std::string(20 - title.size(), ' ');
    std::int64_t sum = 0;
    for (const Column& column : kColumns) {
      sum += balance(column.account);
      table_ += cell(decimal(balance(column.account), 6), width(column));
    }
    EXPECT_EQ(sum, 0) << title;
    table_ += '\n';
  }
  void play();

  std::string table_;
};

void Example::play() {
  for (const Account account : {cash(kBuyer), cash(kOther), cash(kSupplier), margin(kSupplier),
                                cash(kCity), voucher(kCity)}) {
    must({Open{account, {}}});
  }
  must({Programme{kCity, 200'000, yuan(300), 5'000}});
  events_.clear();
  head();
  must({Move{kRail, cash(kBuyer), yuan(1'000)}, Move{kRail, margin(kSupplier), yuan(200)},
        Move{kRail, voucher(kCity), yuan(500)}});
  row("1 deposits");
  const HoldId bond = hold(margin(kSupplier), 100 * kYuan);
  const HoldId order = hold(cash(kBuyer), 700 * kYuan);
  row("2 bond, order");
  must({Grant{order, yuan(600), DeviceSeconds(28'800)}, Release{order, yuan(100)}},
       of_contract(41));
  const RightId right = answer_.right();
  row("3 award");
  must({Voucher{right, kCity, yuan(120)}, Release{order, yuan(120)}}, of_contract(41));
  const HoldId helper = answer_.hold();
  row("4 voucher");
  must({Deliver{right, DeviceSeconds(14'400)}, Post{order, cash(kSupplier), yuan(225)},
        Post{order, {kHouse, Purpose::kRent}, yuan(15)}, Post{helper, cash(kSupplier), yuan(60)}},
       of_contract(41));
  row("5 half is delivered");
  must({Penalty{bond, cash(kBuyer), yuan(80)}, Close{right}, Release{order, yuan(240)}},
       of_contract(41));
  row("6 a node fails");
  must({Release{bond, yuan(20)}});
  must({Move{cash(kSupplier), kRail, yuan(285)}});
  row("7 bond back, payout");
}

TEST_F(Example, IsThatOfTheDocument) {
  play();
  std::ifstream file(std::string(TONGSUAN_SOURCE_DIR) + "/docs/ledger.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(document.find("```text\n" + table_ + "```"), std::string::npos)
      << "docs/ledger.md should have:\n"
      << table_;
}

TEST_F(Example, AStatementHasEveryLineOfItsAccount) {
  play();
  Statement statement(events_, cash(kBuyer), Money());
  std::string lines;
  for (StatementLine line; statement.next(line);) {
    lines += std::string(leg_name(line.leg_kind)) + ' ' + purpose_name(line.other.purpose) + ' ' +
             std::to_string(line.why.contract) + ' ' + decimal(line.change.raw(), 6) + " = " +
             decimal(line.balance.raw(), 6) + '\n';
  }
  EXPECT_EQ(lines,
            "move rail 0 1000 = 1000\n"
            "hold hold 0 -700 = 300\n"
            "release hold 41 100 = 400\n"
            "release hold 41 120 = 520\n"
            "penalty hold 41 80 = 600\n"
            "release hold 41 240 = 840\n");
  EXPECT_EQ(statement.balance().raw(), balance(cash(kBuyer)));
}

TEST_F(Example, CreditsEqualDebits) {
  play();
  const TrialBalance trial = trial_balance(ledger_.state());
  EXPECT_TRUE(trial.credits == trial.debits);
  EXPECT_TRUE(trial.credits == int128{1'415} * kYuan);
  const auto& rail = trial.lines[static_cast<std::size_t>(Purpose::kRail)];
  EXPECT_TRUE(rail.debit == int128{1'415} * kYuan);
  EXPECT_TRUE(rail.credit == 0);
}

TEST_F(Example, OpenHoldsOfAParticipantAreListed) {
  play();
  EXPECT_TRUE(ledger_.state().open_holds(kBuyer).empty());
  const HoldId first = hold(cash(kBuyer), 1);
  const HoldId second = hold(cash(kBuyer), 2);
  const HoldId third = hold(cash(kBuyer), 3);
  std::vector<HoldId> all{first, second, third};
  std::ranges::sort(all);
  EXPECT_EQ(ledger_.state().open_holds(kBuyer), all);
  must({Void{second}});
  std::erase(all, second);
  EXPECT_EQ(ledger_.state().open_holds(kBuyer), all);
  EXPECT_TRUE(ledger_.state().open_holds({999}).empty());
}

}  // namespace
}  // namespace tongsuan::ledger
