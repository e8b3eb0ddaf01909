// Bills: what contracts came to, in all forms, for buyers and suppliers.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/report/html_checker.h"
#include "tongsuan/report/numbers.h"
#include "tongsuan/server/internal/core.h"
#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

using net::Method;

std::string text_of(const json::Value& value, std::string_view key) {
  const auto text = value.members().find(key).as_text();
  return text.ok() ? std::string(text.value()) : std::string();
}

// Micro-yuan of "-12.5"; of no text, 0.
std::int64_t micro_of(std::string text) {
  if (text.empty()) return 0;
  const bool negative = text.front() == '-';
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::string digits = text.substr(negative ? 1 : 0, dot - (negative ? 1 : 0));
  std::string decimals = dot < text.size() ? text.substr(dot + 1) : "";
  decimals.resize(6, '0');
  const std::int64_t micro = std::stoll(digits + decimals);
  return negative ? -micro : micro;
}
std::int64_t money_in(const json::Value& value, std::string_view key) {
  return micro_of(text_of(value.members().find(key), "amount"));
}

// A bill as JSON says it.
struct Told {
  struct Row {
    std::string role, state, order, hub;
    std::map<std::string, std::int64_t> amounts;
    std::set<std::string> unknown;
  };
  std::int64_t opening = 0, closing = 0;
  std::map<std::string, std::int64_t> totals;
  std::multimap<std::string, Row> rows;
};

std::map<std::string, std::int64_t> amounts_in(const json::Value& value) {
  std::map<std::string, std::int64_t> amounts;
  for (const json::Member& member : value.members()) {
    amounts[std::string(member.key)] = micro_of(text_of(member.value, "amount"));
  }
  return amounts;
}

// The hub east has twelve devices and an agent, west has eight and none. Alice and bob buy.
class BillsTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    alice_ = open_buyer("alice");
    bob_ = open_buyer("bob");
    for (const char* hub : {"east", "west"}) {
      const std::string who = open(std::string(hub) + "-idc", "hub");
      suppliers_.push_back(who);
      const auto given = ask(Method::kPut, std::string("/v1/hubs/") + hub + "/supplier", "operator",
                             R"({"participant":")" + who + "\"}",
                             {{"idempotency-key", std::string("supplier-of-") + hub}});
      ASSERT_LT(given.status, 300) << given.body;
      const auto bond = post("/v1/deposits", "operator",
                             R"({"to":{"participant":")" + who +
                                 R"(","purpose":"margin"},"amount":{"amount":"50.00",)"
                                 R"("currency":"CNY"},"reference":"7"})");
      ASSERT_EQ(bond.status, 201) << bond.body;
    }
    renew();
  }
  void renew() {
    const std::string more = leased_ ? R"(,"epoch":1)" : "";
    leased_ =
        post("/v1/hubs/east:lease", "east-idc", R"({"holder":"agent-1","seconds":600)" + more + "}")
            .status == 200;
    ASSERT_TRUE(leased_);
  }
  net::Response say(const std::string& target, const std::string& body, const std::string& who) {
    Headers headers{{"idempotency-key", "agent-key-" + std::to_string(++keys_)}};
    if (who == "east-idc") headers.push_back({"hub-epoch", "1"});
    return ask(Method::kPost, target, who, body, std::move(headers));
  }
  static std::string at(Second second) { return '"' + TimeText(kEpoch, 28'800).text(second) + '"'; }
  // As a parameter.
  static std::string moment(Second second) {
    std::string text = TimeText(kEpoch, 28'800).text(second);
    return text.replace(text.find('+'), 1, "%2B");
  }
  // Whatever follows from the last command has happened.
  void rest() {
    std::uint64_t before = 0;
    for (int i = 0; i < 500; ++i) {
      const std::uint64_t now = node_->figures().durable;
      if (now == before && node_->replica().applied() == now) return;
      before = now;
      std::this_thread::sleep_for(std::chrono::milliseconds(4));
    }
  }
  // Starts at once.
  void run(const std::string& who, const std::string& hub, int devices = 1) {
    const engine::Places all = places();
    const auto sent =
        post("/v1/orders", who,
             R"({"kind":"block","hubs":[")" + hub + R"("],"ways":[{"class":"A","devices":)" +
                 std::to_string(devices) +
                 R"(,"durationSeconds":3600}],"limit":{"amount":"5.00","currency":"CNY"}})");
    ASSERT_LT(sent.status, 500) << sent.body;
    rest();
  }

  // The whole bill, by pages.
  Told told(const std::string& id, const std::string& who, const std::string& more = "") {
    Told bill;
    std::string token;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = get("/v1/statements/" + id + "?pageSize=3" + more +
                                (token.empty() ? "" : "&pageToken=" + token),
                            who);
      EXPECT_EQ(page.status, 200) << page.body;
      json::Document document;
      const auto parsed = document.parse(page.body);
      EXPECT_TRUE(parsed.ok()) << page.body;
      if (!parsed.ok()) return bill;
      const json::Value root = parsed.value();
      bill.opening = money_in(root, "opening");
      bill.closing = money_in(root, "closing");
      bill.totals = amounts_in(root.members().find("totals"));
      for (const json::Value item : root.members().find("items").items()) {
        Told::Row row{text_of(item, "role"),
                      text_of(item, "state"),
                      text_of(item, "order"),
                      text_of(item, "hub"),
                      amounts_in(item.members().find("amounts")),
                      {}};
        for (const json::Value key : item.members().find("unknown").items()) {
          row.unknown.insert(std::string(key.as_text().value()));
        }
        bill.rows.emplace(text_of(item, "contract"), row);
      }
      token = text_of(root, "nextPageToken");
      if (token.empty()) return bill;
    }
    ADD_FAILURE() << "it never ends";
    return bill;
  }
  // The lines of all accounts of somebody, gathered by contract and kind.
  using Gathered = std::map<std::pair<std::string, std::string>, std::int64_t>;
  Gathered gathered(const std::string& id, const std::string& who, const std::string& more = "") {
    Gathered sums;
    for (const char* purpose : {"cash", "hold", "margin", "escrow"}) {
      const auto page =
          get("/v1/statements?pageSize=1000&participant=" + id + "&purpose=" + purpose + more, who);
      EXPECT_EQ(page.status, 200) << page.body;
      json::Document document;
      const auto parsed = document.parse(page.body);
      for (const json::Value line : parsed.value().members().find("items").items()) {
        const std::string kind = text_of(line, "kind");
        if (kind == "hold" || kind == "release" || kind == "transfer") continue;
        const json::Value reason = line.members().find("reason");
        sums[{text_of(reason, "contract"), kind}] += money_in(line, "amount");
      }
    }
    std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
    return sums;
  }
  std::int64_t balance(const std::string& id, const std::string& who) {
    std::int64_t sum = 0;
    json::Document document;
    const auto answer = get("/v1/accounts/" + id, who);
    const auto parsed = document.parse(answer.body);
    for (const json::Value account : parsed.value().members().find("accounts").items()) {
      sum += money_in(account, "balance");
    }
    return sum;
  }

  void expect_sound(const std::string& id, const std::string& who, const std::string& more = "");
  void expect_same_files(const std::string& id, const std::string& who, const std::string& more,
                         const Told& bill);
  void live(std::uint64_t seed, int steps);

  std::string alice_, bob_;
  std::vector<std::string> suppliers_;
  bool leased_ = false;
};

const std::map<std::string, std::string> kKindOfMember = {
    {"payment", "payment"}, {"takeOrPay", "take-or-pay"}, {"premium", "premium"},
    {"penalty", "penalty"}, {"refund", "refund"},         {"voucher", "voucher"},
    {"resale", "resale"},   {"other", "rounding"}};

// The bill adds up from balance to balance, its rows to its totals, and it is what the lines say.
void BillsTest::expect_sound(const std::string& id, const std::string& who,
                             const std::string& more) {
  const Told bill = told(id, who, more);
  std::map<std::string, std::int64_t> sums;
  Gathered by_contract;
  for (const auto& [contract, row] : bill.rows) {
    std::int64_t net = 0;
    for (const auto& [kind, amount] : row.amounts) {
      sums[kind] += amount;
      if (kind == "net") continue;
      net += amount;
      by_contract[{contract, kKindOfMember.at(kind)}] += amount;
    }
    EXPECT_EQ(row.amounts.at("net"), net) << contract;
    EXPECT_EQ(row.unknown, std::set<std::string>()) << contract;
  }
  for (const char* kind : {"deposit", "withdrawal"}) {
    if (!bill.totals.contains(kind)) continue;
    sums[kind] += bill.totals.at(kind);
    sums["net"] += bill.totals.at(kind);
    by_contract[{"", kind}] = bill.totals.at(kind);
  }
  std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
  std::map<std::string, std::int64_t> totals = bill.totals;
  std::erase_if(totals, [](const auto& sum) { return sum.second == 0; });
  EXPECT_EQ(sums, totals) << who;
  EXPECT_EQ(bill.opening + bill.totals.at("net"), bill.closing) << who;
  EXPECT_EQ(by_contract, gathered(id, who, more)) << who;
  expect_same_files(id, who, more, bill);
}

void BillsTest::expect_same_files(const std::string& id, const std::string& who,
                                  const std::string& more, const Told& bill) {
  const auto csv = get("/v1/statements/" + id + "?format=csv" + more, who);
  EXPECT_EQ(csv.status, 200) << csv.body;
  const auto page = get("/v1/statements/" + id + "?format=html" + more, who);
  EXPECT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(report::testing::HtmlChecker(page.body).check(), "");
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv.body);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.ends_with('\r'));
    std::vector<std::string> cells(1);
    for (const char c : line.substr(0, line.size() - 1)) {
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    rows.push_back(std::move(cells));
  }
  ASSERT_GE(rows.size(), 3U);
  const auto column = [&](std::string_view key) {
    return static_cast<std::size_t>(std::ranges::find(rows[0], key) - rows[0].begin());
  };
  std::multimap<std::string, std::int64_t> nets, told_nets;
  std::int64_t sum = 0;
  for (std::size_t i = 2; i + 1 < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), rows[0].size()) << csv.body;
    const std::int64_t net = micro_of(rows[i][column("net")]);
    sum += net;
    if (rows[i][0] == "contract") nets.emplace(rows[i][column("contract")], net);
  }
  for (const auto& [contract, row] : bill.rows) told_nets.emplace(contract, row.amounts.at("net"));
  EXPECT_EQ(nets.size(), told_nets.size());
  for (const auto& entry : told_nets) {
    const auto [begin, end] = nets.equal_range(entry.first);
    EXPECT_TRUE(std::any_of(begin, end, [&](const auto& net) { return net == entry; }))
        << entry.first;
  }
  EXPECT_EQ(rows[1][0], "opening");
  EXPECT_EQ(micro_of(rows[1][column("balance")]), bill.opening);
  EXPECT_EQ(rows.back()[0], "closing");
  EXPECT_EQ(micro_of(rows.back()[column("balance")]), bill.closing);
  EXPECT_EQ(bill.opening + sum, bill.closing);
  const auto on_page = [&](std::int64_t micro) {
    std::string text;
    append_amount(text, micro);
    EXPECT_NE(page.body.find('>' + report::grouped(text) + '<'), std::string::npos) << text;
  };
  on_page(bill.opening);
  on_page(bill.closing);
  for (const auto& [contract, row] : bill.rows) {
    EXPECT_NE(page.body.find('>' + contract + '<'), std::string::npos) << contract;
    for (const auto& [kind, amount] : row.amounts) on_page(amount);
  }
}

// Buyers, an agent, and a hub without one, as they come.
void BillsTest::live(std::uint64_t seed, int steps) {
  Random random(seed);
  const auto draw = [&](std::uint64_t count) { return static_cast<int>(random.below(count)); };
  for (int i = 0; i < steps; ++i) {
    const auto some = [&] { return random.below(1 + static_cast<std::uint64_t>(i) / 3); };
    clock_.advance(draw(8) == 0 ? 900 : draw(200));
    unix_now_ = kEpoch + clock_.now();
    if (i % 4 == 0) renew();
    const std::string contract = id_text('C', some());
    const std::string who = draw(2) == 0 ? "alice" : "bob";
    const std::string hub = draw(2) == 0 ? "east" : "west";
    const std::string target = "/v1/contracts/" + contract;
    switch (draw(9)) {
      case 0:
      case 1:
      case 2:
        run(who, hub, 1 + draw(4));
        break;
      case 3:
        post("/v1/orders/" + id_text('O', some()) + ":cancel", who, "");
        break;
      case 4:
        post(target + ":resell", who, R"({"devices":1,"ask":{"amount":"0.00","currency":"CNY"}})");
        break;
      case 5:
      case 6:
        say(target + ":meter", R"({"until":)" + at(clock_.now() - draw(20)) + "}", hub + "-idc");
        break;
      case 7:
        say(target + ":end", draw(2) == 0 ? R"({"reason":"completed"})" : R"({"reason":"failed"})",
            hub + "-idc");
        break;
      default:
        say(target + ":settle", R"({"overrunSeconds":2})", "east-idc");
        break;
    }
    rest();
  }
}

TEST_F(BillsTest, AnyHistoryAddsUpInEveryForm) {
  std::set<std::string> kinds;
  for (const std::uint64_t seed : {31U, 32U}) {
    live(seed, 70);
    const std::vector<std::pair<std::string, std::string>> people = {
        {alice_, "alice"}, {bob_, "bob"}, {suppliers_[0], "east-idc"}, {suppliers_[1], "west-idc"}};
    for (const auto& [id, who] : people) {
      expect_sound(id, who);
      const Told whole = told(id, who);
      EXPECT_EQ(whole.opening, 0);
      EXPECT_EQ(whole.closing, balance(id, who));
      for (const auto& [kind, amount] : whole.totals) kinds.insert(kind);
      const Second middle = clock_.now() / 2;
      expect_sound(id, who, "&to=" + moment(middle));
      expect_sound(id, who, "&from=" + moment(middle));
      EXPECT_EQ(told(id, who, "&to=" + moment(middle)).closing,
                told(id, who, "&from=" + moment(middle)).opening);
      if (HasFailure()) FAIL() << "seed " << seed << ' ' << who;
    }
  }
  for (const char* kind : {"payment", "takeOrPay", "penalty", "refund", "resale", "deposit"}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
}

// Whoever follows the stream knows what each of its accounts has, with no other question.
TEST_F(BillsTest, EventsTellEveryMovementToBothOfItsSides) {
  live(33, 90);
  bool several = false;  // movements of one entry
  for (const auto& [id, who] : std::map<std::string, std::string>{{alice_, "alice"},
                                                                  {bob_, "bob"},
                                                                  {suppliers_[0], "east-idc"},
                                                                  {suppliers_[1], "west-idc"}}) {
    const Interest own{kAllTopics, {static_cast<std::uint32_t>(std::stoul(id.substr(2)))}, false};
    const Feed::Slice slice = service_->core().feed.read(own, 0, SIZE_MAX);
    ASSERT_FALSE(slice.gone);
    std::map<std::string, std::int64_t> reckoned, balances;
    std::set<std::string> places;
    std::string before;
    for (const std::string& text : slice.events) {
      json::Document document;
      const json::Value event = document.parse(text).value();
      const std::string sequence = text_of(event, "sequence");
      const std::int64_t part = event.members().find("part").as_int64().value();
      EXPECT_TRUE(places.insert(sequence + '.' + std::to_string(part)).second) << text;
      const bool moved = text_of(event, "type") == "money.moved";
      several = several || (moved && before == sequence);
      before = moved ? sequence : "";
      if (!moved) continue;
      for (const auto& [key, sign] : {std::pair{"from", -1}, std::pair{"to", 1}}) {
        const json::Value account = event.members().find(key);
        if (text_of(account, "participant") != id) continue;
        reckoned[text_of(account, "purpose")] += sign * money_in(event, "amount");
      }
    }
    json::Document document;
    const auto answer = get("/v1/accounts/" + id, who);
    for (const json::Value account :
         document.parse(answer.body).value().members().find("accounts").items()) {
      balances[text_of(account, "purpose")] = money_in(account, "balance");
    }
    std::erase_if(reckoned, [](const auto& one) { return one.second == 0; });
    std::erase_if(balances, [](const auto& one) { return one.second == 0; });
    EXPECT_EQ(reckoned, balances) << who;
    EXPECT_FALSE(balances.empty()) << who;
  }
  EXPECT_TRUE(several) << "no entry moved twice: nothing was tried";
}

TEST_F(BillsTest, ALineNamesWhatItIsFor) {
  run("alice", "west");
  clock_.advance(600);
  ASSERT_EQ(say("/v1/contracts/C-0:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  const std::string cash =
      get("/v1/statements?participant=" + alice_ + "&purpose=hold", "alice").body;
  EXPECT_NE(cash.find(R"("kind":"payment","amount":{"amount":"-0.60","currency":"CNY"})"),
            std::string::npos)
      << cash;
  EXPECT_NE(cash.find(R"("reason":{"contract":"C-0","order":"O-0","hub":"west"}})"),
            std::string::npos)
      << cash;
  EXPECT_NE(cash.find(R"("reason":{"order":"O-0"}})"), std::string::npos) << "the hold: " << cash;
}

TEST_F(BillsTest, WhatWasMissedGoesBackAndIsNamed) {
  run("alice", "east");
  clock_.advance(100);
  ASSERT_EQ(code(post("/v1/orders/O-0:cancel", "alice", "")), "ok");
  ASSERT_EQ(code(say("/v1/contracts/C-0:meter", R"({"until":)" + at(90) + "}", "east-idc")), "ok");
  ASSERT_EQ(code(say("/v1/contracts/C-0:settle", R"({"overrunSeconds":2})", "east-idc")), "ok");
  rest();
  const std::string bill = get("/v1/statements/" + alice_, "alice").body;
  for (const char* part :
       {R"("contract":"C-0","order":"O-0","role":"buyer","state":"ended","hub":"east","class":"A")",
        R"("endReason":"cancelled","deliveredSeconds":"90","missedSeconds":10,)"
        R"("endedEarlySeconds":3500,"overrunSeconds":2,"price":{"amount":"3.60")",
        R"("payment":{"amount":"-0.10",)", R"("refund":{"amount":"0.01",)"}) {
    EXPECT_NE(bill.find(part), std::string::npos) << part << " in " << bill;
  }
  expect_sound(alice_, "alice");
  expect_sound(suppliers_[0], "east-idc");
  EXPECT_EQ(told(suppliers_[0], "east-idc").rows.begin()->second.role, "supplier");
}

TEST_F(BillsTest, ContractsThatTheEngineForgotAreStillThere) {
  run("alice", "west", 2);
  clock_.advance(600);
  ASSERT_EQ(say("/v1/contracts/C-0:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  const std::string before = get("/v1/statements/" + alice_ + "?to=" + moment(700), "alice").body;
  const auto dropped =
      node_->ask({{}, 0, ledger::kHouse, exchange::Dispatch{engine::DropHistory{1, 1}}});
  ASSERT_TRUE(dropped.ok());
  rest();
  EXPECT_EQ(code(get("/v1/contracts/C-0", "alice")), "unknown");
  const auto items = [](const std::string& body) { return body.substr(body.find("\"totals\"")); };
  const std::string after = get("/v1/statements/" + alice_ + "?to=" + moment(700), "alice").body;
  EXPECT_EQ(items(after), items(before));
  EXPECT_NE(after.find(R"("order":"O-0")"), std::string::npos) << after;
  EXPECT_NE(get("/v1/statements?purpose=hold&participant=" + alice_, "alice")
                .body.find(R"("contract":"C-0","order":"O-0","hub":"west")"),
            std::string::npos);
  expect_sound(alice_, "alice");
  restart();
  EXPECT_EQ(items(get("/v1/statements/" + alice_ + "?to=" + moment(700), "alice").body),
            items(before));
}

TEST_F(BillsTest, OnlyOwnersSeeNamesOfOrders) {
  const auto sent = post("/v1/orders", "alice",
                         order(R"("name":"=secret","hubs":["west"],)"
                               R"("limit":{"amount":"5.00","currency":"CNY"})"));
  ASSERT_EQ(sent.status, 201);
  rest();
  clock_.advance(60);
  ASSERT_EQ(say("/v1/contracts/C-0:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  const std::string target = "/v1/statements/" + alice_;
  EXPECT_NE(get(target, "alice").body.find("=secret"), std::string::npos);
  EXPECT_NE(get(target + "?format=csv", "alice").body.find(",'=secret,"), std::string::npos);
  EXPECT_EQ(get(target, "operator").body.find("secret"), std::string::npos);
  EXPECT_EQ(get("/v1/statements/" + suppliers_[1], "west-idc").body.find("secret"),
            std::string::npos);
}

TEST_F(BillsTest, ComesInTheFormThatIsAskedFor) {
  const std::string target = "/v1/statements/" + alice_;
  const auto with = [&](const std::string& name, const std::string& value,
                        const std::string& more = "") {
    return ask(Method::kGet, target + more, "alice", "", {{name, value}});
  };
  EXPECT_EQ(get(target, "alice").content_type, "application/json");
  const auto csv = with("accept", "text/csv");
  EXPECT_EQ(csv.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(header(csv, "Content-Disposition").find("attachment; filename=\"tongsuan-P-"), 0U);
  const auto page = with("accept", "text/html,*/*;q=0.8");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<html lang=\"en\">"), std::string::npos);
  const std::string policy = header(page, "Content-Security-Policy");
  EXPECT_EQ(policy.find("default-src 'none'; style-src 'sha256-"), 0U) << policy;
  const std::size_t style = page.body.find("<style>") + 7;
  const Digest hash = sha256(page.body.substr(style, page.body.find("</style>") - style));
  std::string named = policy.substr(policy.find("sha256-") + 7, 43);
  std::ranges::replace(named, '+', '-');
  std::ranges::replace(named, '/', '_');
  EXPECT_EQ(named, base64url({reinterpret_cast<const char*>(hash.data()), hash.size()}));
  EXPECT_NE(
      with("accept-language", "zh-CN,en;q=0.5", "?format=html").body.find("<html lang=\"zh-CN\">"),
      std::string::npos);
  EXPECT_NE(with("accept-language", "zh", "?format=html&lang=en").body.find("<html lang=\"en\">"),
            std::string::npos);
  EXPECT_EQ(with("accept", "text/html", "?format=json").content_type, "application/json");
  for (const char* each : {"", "?format=csv", "?format=html"}) {
    EXPECT_EQ(header(get(target + each, "alice"), "Tongsuan-Sequence"),
              std::to_string(node_->figures().durable));
  }
}

TEST_F(BillsTest, BadQuestionsAreRefused) {
  const auto fault = [&](const std::string& more, const std::string& who = "alice") {
    const auto answer = get("/v1/statements/" + alice_ + more, who);
    return code(answer) + ' ' + member(answer, "param");
  };
  EXPECT_EQ(fault("?from=" + moment(10) + "&to=" + moment(9)), "bad-value to");
  EXPECT_EQ(fault("?from=" + moment(10) + "&to=" + moment(10)), "bad-value to");
  EXPECT_EQ(fault("?from=yesterday"), "bad-value from");
  EXPECT_EQ(fault("?format=pdf"), "bad-value format");
  EXPECT_EQ(fault("?lang=fr"), "bad-value lang");
  EXPECT_EQ(fault("?colour=red"), "unknown-field colour");
  EXPECT_EQ(fault("?pageSize=0"), "bad-value pageSize");
  EXPECT_EQ(fault("", "bob"), "unknown participant") << "as if it were not there";
  EXPECT_EQ(fault("", "east-idc"), "unknown participant");
  EXPECT_EQ(fault("", "operator"), "ok ");
  EXPECT_EQ(fault("", ""), "unauthenticated ");
  EXPECT_EQ(code(get("/v1/statements/P-Z9", "operator")), "unknown");
  EXPECT_EQ(code(get("/v1/statements/alice", "operator")), "unknown");
  const auto refused =
      ask(Method::kGet, "/v1/statements/" + alice_, "alice", "", {{"accept", "image/png"}});
  EXPECT_EQ(refused.status, 406);
  EXPECT_EQ(code(refused), "not-acceptable");
  const auto lines = get(
      "/v1/statements?participant=" + alice_ + "&from=" + moment(10) + "&to=" + moment(9), "alice");
  EXPECT_EQ(code(lines), "bad-value");
}

TEST_F(BillsTest, TokensAreOfOneListing) {
  run("alice", "west");
  run("alice", "west");
  clock_.advance(60);
  for (const char* contract : {"C-0", "C-1"}) {
    ASSERT_EQ(say(std::string("/v1/contracts/") + contract + ":end", R"({"reason":"completed"})",
                  "west-idc")
                  .status,
              200);
  }
  rest();
  const std::string target = "/v1/statements/" + alice_;
  const std::string token = member(get(target + "?pageSize=1", "alice"), "nextPageToken");
  ASSERT_FALSE(token.empty());
  const auto with = [&](const std::string& given, const std::string& more = "") {
    return code(get(target + "?pageSize=1&pageToken=" + given + more, "alice"));
  };
  EXPECT_EQ(with(token), "ok");
  EXPECT_EQ(with(token, "&to=" + moment(10)), "bad-page-token");
  EXPECT_EQ(with(token, "&format=csv"), "bad-page-token");
  EXPECT_EQ(code(get("/v1/statements/" + alice_ + "?pageSize=1&pageToken=" + token, "operator")),
            "bad-page-token");
  std::string text;
  ASSERT_TRUE(parse_base64url(token, text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = other[i] == '1' ? '2' : '1';
    EXPECT_EQ(with(base64url(other)), "bad-page-token") << "at " << i << " of " << text;
  }
  EXPECT_EQ(with(token.substr(0, 4)), "bad-page-token");
  // What happens between two pages is on neither.
  const Told before = told(alice_, "alice");
  ASSERT_EQ(post("/v1/deposits", "operator",
                 R"({"to":{"participant":")" + alice_ +
                     R"(","purpose":"cash"},"amount":{"amount":"1.00","currency":"CNY"},)"
                     R"("reference":"9"})")
                .status,
            201);
  const auto second = get(target + "?pageSize=1&pageToken=" + token, "alice");
  json::Document document;
  const auto parsed = document.parse(second.body);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(money_in(parsed.value(), "closing"), before.closing);
  EXPECT_EQ(told(alice_, "alice").closing, before.closing + 1'000'000);
}

TEST_F(BillsTest, AsOfACommandItIsWhatItWas) {
  open("auditor", "auditor");
  run("alice", "west");
  clock_.advance(60);
  ASSERT_EQ(say("/v1/contracts/C-0:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  const std::string then = get("/v1/statements/" + alice_, "auditor").body;
  const std::uint64_t sequence = node_->figures().durable;
  run("alice", "west");
  clock_.advance(60);
  ASSERT_EQ(say("/v1/contracts/C-1:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  EXPECT_NE(get("/v1/statements/" + alice_, "auditor").body, then);
  EXPECT_EQ(get("/v1/statements/" + alice_ + "?asOf=" + std::to_string(sequence), "auditor").body,
            then);
}

// Recovers from a snapshot, so that it does not see the records before.
class LateBills : public BillsTest {
 protected:
  void adjust_node(node::NodeOptions& options) override {
    options.snapshot_every = 10;
    options.batch.state_every = 1;
  }
  void adjust(ServiceOptions& options) override {
    if (!reads_journal_) options.history = {};
  }
  // A contract that ended before the snapshot, and one that runs on.
  void live_and_restart() {
    run("alice", "west");
    run("bob", "west");
    clock_.advance(600);
    ASSERT_EQ(say("/v1/contracts/C-0:end", R"({"reason":"completed"})", "west-idc").status, 200);
    for (int i = 0; i < 30; ++i) {
      ASSERT_EQ(post("/v1/deposits", "operator",
                     R"({"to":{"participant":")" + bob_ +
                         R"(","purpose":"cash"},"amount":{"amount":"1.00","currency":"CNY"},)"
                         R"("reference":"9"})")
                    .status,
                201);
    }
    rest();
    before_ = get("/v1/statements/" + alice_ + "?to=" + moment(601), "alice").body;
    restart();
    ASSERT_TRUE(service_->core().history.begins_late() || reads_journal_);
  }
  bool reads_journal_ = true;
  std::string before_;
};

TEST_F(LateBills, AreReadFromTheJournalAgain) {
  live_and_restart();
  net::Response after{.status = 0};
  for (int i = 0; i < 500 && after.status != 200; ++i) {
    after = get("/v1/statements/" + alice_ + "?to=" + moment(601), "alice");
    ASSERT_TRUE(after.status == 200 || code(after) == "unavailable") << after.body;
    if (after.status != 200) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(after.body, before_);
  EXPECT_FALSE(service_->core().history.begins_late());
  clock_.advance(600);
  ASSERT_EQ(say("/v1/contracts/C-1:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  expect_sound(bob_, "bob");
  expect_sound(suppliers_[1], "west-idc");
}

TEST_F(LateBills, SayWhatIsNotKnownAnyMore) {
  reads_journal_ = false;
  live_and_restart();
  const auto gone = get("/v1/statements/" + alice_, "alice");
  EXPECT_EQ(gone.status, 410) << gone.body;
  EXPECT_EQ(member(gone, "param"), "from");
  EXPECT_NE(member(gone, "detail").find("Lines are kept from after 20"), std::string::npos)
      << gone.body;
  clock_.advance(600);
  ASSERT_EQ(say("/v1/contracts/C-1:end", R"({"reason":"completed"})", "west-idc").status, 200);
  rest();
  const std::string later = "&from=" + moment(clock_.now());
  Told bill = told(bob_, "bob", later);
  ASSERT_EQ(bill.rows.size(), 1U);
  const Told::Row& row = bill.rows.begin()->second;
  EXPECT_EQ(row.hub, "west") << "the engine knows it";
  EXPECT_EQ(row.unknown,
            (std::set<std::string>{"deliveredSeconds", "missedSeconds", "overrunSeconds"}));
  ASSERT_TRUE(
      node_->ask({{}, 0, ledger::kHouse, exchange::Dispatch{engine::DropHistory{2, 2}}}).ok());
  rest();
  bill = told(bob_, "bob", later);
  ASSERT_EQ(bill.rows.size(), 1U);
  EXPECT_TRUE(bill.rows.begin()->second.unknown.contains("hub"));
  EXPECT_FALSE(bill.rows.begin()->second.unknown.contains("contract"));
  EXPECT_LT(bill.rows.begin()->second.amounts.at("payment"), 0) << "its money is known";
}

}  // namespace
}  // namespace tongsuan::server::testing
