#include "tongsuan/import/job_market.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "tongsuan/codec/market_text.h"
#include "tongsuan/import/trace_fixture.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::imports {
namespace {

using testing_support::shared_folder;

std::vector<TraceJob> small_jobs() {
  std::vector<TraceJob> jobs;
  for (std::uint32_t i = 0; i < 40; ++i) {
    jobs.push_back({.name = "job-" + std::to_string(i),
                    .tenant = i % 3 == 0 ? "a" : "b",
                    .submit_second = std::int64_t{i} * 20'000,
                    .duration_seconds = 1 + std::int64_t{i} * 1'800,
                    .gang = 1U << (i % 4),
                    .classes = {}});
  }
  return jobs;
}

constexpr JobMarketOptions kSmall = {
    .slot_seconds = 3'600, .slot_count = 24, .orders_max = 1'000, .seed = 7, .load_percent = 80};

// What the orders ask for, and what is offered, in device-slots.
std::int64_t asked(const Market& market) {
  std::int64_t sum = 0;
  for (const Order& order : market.orders) {
    const Variant& variant = market.variants[order.variants.begin];
    sum += std::int64_t{variant.gang} * variant.duration;
  }
  return sum;
}

std::int64_t offered(const Market& market) {
  std::int64_t sum = 0;
  for (const Offer& offer : market.offers) {
    for (std::uint32_t i = offer.steps.begin; i < offer.steps.end; ++i) {
      sum += market.steps[i].amount.raw() * offer.slots.count();
    }
  }
  return sum;
}

// Every rule that the header states for all makers.
void expect_sound(const Market& market) {
  for (const Order& order : market.orders) {
    ASSERT_EQ(order.kind, OrderKind::kBlock);
    ASSERT_GT(order.variants.count(), 0U);
    const Variant& first = market.variants[order.variants.begin];
    for (std::uint32_t i = order.variants.begin; i < order.variants.end; ++i) {
      EXPECT_EQ(market.variants[i].duration, first.duration);
      EXPECT_EQ(market.variants[i].gang, first.gang);
    }
    EXPECT_LE(order.window.end, market.calendar.slot_count);
    EXPECT_GE(order.window.count(), first.duration);
    EXPECT_GT(order.value, 0);
    EXPECT_LE(order.delay_cost * 3'600,
              order.value / 250 * market.calendar.slot_seconds + 3'600 * 60);
  }
  const codec::ReadReport report = codec::read_market(codec::write_market(market), market.name);
  ASSERT_TRUE(report.ok()) << report.faults.text();
  EXPECT_EQ(report.market, market);
  const auto problem = market::compile(market);
  ASSERT_TRUE(problem.ok()) << problem.error().context;
  for (const market::ProblemOrder& order : problem.value().orders) {
    EXPECT_GT(order.choices.count(), 0U);
  }
}

TEST(JobMarket, PhillyGivesEachTenantAHubOfItsOwnSize) {
  const auto made = philly_market(small_jobs(), kSmall);
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  expect_sound(market);
  ASSERT_EQ(market.hubs.size(), 2U);
  EXPECT_EQ(market.hub_names[0], "vc-a");
  EXPECT_EQ(market.orders.size(), 40U);
  const std::uint32_t account = market.account_names.find_sorted("vc-b");
  ASSERT_NE(account, kNone);
  EXPECT_EQ(market.accounts[account].home, 1U);
  // The load is the one wanted, up to rounding devices up at two hubs.
  EXPECT_LE(asked(market) * 100, offered(market) * 80);
  EXPECT_GT(asked(market) * 100, (offered(market) - 2 * 24) * 80);
}

TEST(JobMarket, TimeIsFoldedAndDurationsRoundUp) {
  std::vector<TraceJob> jobs = small_jobs();
  jobs.resize(3);
  jobs[0].submit_second = 86'400 * 5 + 3'600 * 7 + 3'599;  // slot 7 of its day
  jobs[0].duration_seconds = 3'601;
  jobs[1].submit_second = 3'600 * 23;  // must move to fit
  jobs[1].duration_seconds = 3'600 * 4;
  jobs[2].duration_seconds = 3'600 * 24 * 30;  // cut to the horizon
  const auto made = pai_market(jobs, kSmall);
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  const auto duration = [&](std::size_t i) {
    return market.variants[market.orders[i].variants.begin].duration;
  };
  EXPECT_EQ(duration(0), 2U);
  EXPECT_EQ(market.orders[0].window.begin, 7U);
  EXPECT_EQ(duration(1), 4U);
  EXPECT_EQ(market.orders[1].window, (SlotRange{20, 24}));
  EXPECT_EQ(duration(2), 24U);
  EXPECT_EQ(market.orders[2].window, (SlotRange{0, 24}));
}

TEST(JobMarket, SampleKeepsWhatWasDrawnForEachJob) {
  const std::vector<TraceJob> jobs = small_jobs();
  JobMarketOptions options = kSmall;
  const Market whole = pai_market(jobs, options).value();
  options.orders_max = 15;
  const Market part = pai_market(jobs, options).value();
  ASSERT_EQ(part.orders.size(), 15U);
  for (std::uint32_t i = 0; i < 15; ++i) {
    const std::uint32_t same = whole.order_names.find_sorted(part.order_names[i]);
    ASSERT_NE(same, kNone);
    EXPECT_EQ(part.orders[i].value, whole.orders[same].value);
    EXPECT_EQ(part.orders[i].window, whole.orders[same].window);
  }
}

TEST(JobMarket, SameSeedSameBytesAnotherSeedAnotherBook) {
  JobMarketOptions options = kSmall;
  const auto first = codec::write_market(philly_market(small_jobs(), options).value());
  EXPECT_EQ(first, codec::write_market(philly_market(small_jobs(), options).value()));
  options.seed = 8;
  EXPECT_NE(first, codec::write_market(philly_market(small_jobs(), options).value()));
}

// These lines were worked out apart from this code, from the rules in the header. They hold on
// every machine.
TEST(JobMarket, LinesAreThoseOfTheRules) {
  const std::string text = codec::write_market(philly_market(small_jobs(), kSmall).value());
  for (const char* line : {
           "order job-3 account=vc-a gang=8 run=GPU:2 hubs=* window=16..24 value=79.968 "
           "delay=0.079968\n",
           "order job-30 account=vc-a gang=4 run=GPU:16 hubs=* window=8..24 value=163.584 "
           "delay=0.654336\n",
           "order job-39 account=vc-a gang=8 run=GPU:20 hubs=vc-a window=0..24 value=1408.32 "
           "delay=4.22496\n",
       }) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(JobMarket, OpenbWhitelistsBecomeVariantsOnNodesThatAreLargeEnough) {
  const std::vector<TraceNode> nodes = {
      {"n0", "T4", 2}, {"n1", "T4", 4}, {"n2", "G2", 8}, {"n3", "P100", 2}, {"n4", "T4", 4}};
  std::vector<TraceJob> jobs = small_jobs();
  jobs.resize(4);
  jobs[0].classes = {"P100", "T4"};
  jobs[0].gang = 2;
  jobs[1].classes = {"T4"};
  jobs[1].gang = 4;
  jobs[2].classes = {};
  jobs[2].gang = 8;
  jobs[3].gang = 1;
  jobs[3].share_milli = 460;
  const auto made = openb_market(jobs, nodes, kSmall);
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  expect_sound(market);
  const auto classes = [&](std::size_t i) {
    std::set<std::string_view> names;
    const Order& order = market.orders[i];
    for (std::uint32_t v = order.variants.begin; v < order.variants.end; ++v) {
      names.insert(market.class_names[market.variants[v].accelerator.value]);
    }
    return names;
  };
  EXPECT_EQ(classes(0), (std::set<std::string_view>{"P100-2", "T4-2", "T4-4"}));
  EXPECT_EQ(classes(1), (std::set<std::string_view>{"T4-4"}));
  EXPECT_EQ(classes(2), (std::set<std::string_view>{"G2-8"}));
  EXPECT_EQ(classes(3), (std::set<std::string_view>{"G2-8", "P100-2", "T4-2", "T4-4"}));
  EXPECT_FALSE(market.orders[0].whole_nodes);
  EXPECT_TRUE(market.orders[1].whole_nodes);
  EXPECT_TRUE(market.orders[2].whole_nodes);
  EXPECT_EQ(market.variants[market.orders[3].variants.begin].gang, 1U);  // a share is a device
  std::set<std::uint32_t> present;  // a class whose nodes were scaled away would lose its pods
  for (const NodeBlock& block : market.node_blocks) {
    EXPECT_GE(block.nodes, 1U);
    present.insert(block.accelerator.value);
  }
  EXPECT_EQ(present.size(), 4U);

  jobs[1].gang = 9;
  const auto none = openb_market(jobs, nodes, kSmall);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().context,
            "pod job-1 asks for 9 devices in one node of a model that it accepts, and there is "
            "none");
}

TEST(JobMarket, OptionsOutOfRangeAreRefusedByName) {
  struct Bad {
    JobMarketOptions options;
    const char* context;
    const char* hint;
  };
  for (const Bad& bad :
       {Bad{{.slot_seconds = 59}, "the length of a slot in seconds is 59", "use 60 to 86400"},
        Bad{{.slot_count = 4'097}, "the number of slots is 4097", "use 1 to 4096"},
        Bad{{.slot_count = 0}, "the number of slots is 0", "use 1 to 4096"},
        Bad{{.orders_max = 0}, "the number of orders is 0", "use 1 to 4000000"},
        Bad{{.load_percent = 0}, "the load in percent is 0", "use 1 to 100000"}}) {
    for (const auto& made :
         {philly_market(small_jobs(), bad.options), pai_market(small_jobs(), bad.options),
          openb_market(small_jobs(), {}, bad.options)}) {
      ASSERT_FALSE(made.ok());
      EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
      EXPECT_EQ(made.error().context, bad.context);
      EXPECT_EQ(made.error().hint, bad.hint);
    }
  }
  EXPECT_EQ(pai_market({}, {}).error().context, "the trace has no jobs");
}

// ---- The traces themselves ----------------------------------------------------------------------

TEST(JobMarket, PhillyTrace) {
  TONGSUAN_NEED_SHARED("jobs_philly");
  const auto jobs = read_philly(shared_folder("jobs_philly"));
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  const auto made = philly_market(jobs.value(), {});
  ASSERT_TRUE(made.ok()) << made.error().context;
  EXPECT_EQ(made.value().orders.size(), 9'681U);
  EXPECT_EQ(made.value().hubs.size(), 10U);
  EXPECT_EQ(made.value().accounts.size(), 20U);  // an owner and a seller for each
  expect_sound(made.value());
}

TEST(JobMarket, PaiTrace) {
  TONGSUAN_NEED_SHARED("jobs_pai100k");
  const auto jobs = read_pai(shared_folder("jobs_pai100k"));
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  const auto made = pai_market(jobs.value(), {.orders_max = 100'000});
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  EXPECT_EQ(market.orders.size(), 99'998U);
  EXPECT_LE(asked(market), offered(market));
  EXPECT_GT(asked(market) * 101, offered(market) * 100);
  expect_sound(market);
}

TEST(JobMarket, OpenbTrace) {
  TONGSUAN_NEED_SHARED("jobs_openb");
  const auto jobs = read_openb(shared_folder("jobs_openb"), OpenbPods::kWhitelists);
  const auto nodes = read_openb_nodes(shared_folder("jobs_openb"));
  ASSERT_TRUE(jobs.ok()) << jobs.error().context;
  ASSERT_TRUE(nodes.ok()) << nodes.error().context;
  const auto made = openb_market(jobs.value(), nodes.value(), {});
  ASSERT_TRUE(made.ok()) << made.error().context;
  const Market& market = made.value();
  EXPECT_EQ(market.orders.size(), 7'064U);
  EXPECT_EQ(market.hubs.size(), 4U);
  EXPECT_EQ(market.classes.size(), 12U);
  EXPECT_EQ(
      std::ranges::count_if(market.orders, [](const Order& order) { return order.whole_nodes; }),
      44);
  // Nearest nodes and one of each class at least: near the load wanted, not on it.
  EXPECT_GT(asked(market) * 100, offered(market) * 80);
  EXPECT_LT(asked(market) * 100, offered(market) * 120);
  std::int64_t nodes_left = 0;
  for (const NodeBlock& block : market.node_blocks) nodes_left += block.nodes;
  EXPECT_LT(nodes_left, 1'213);
  expect_sound(market);
}

}  // namespace
}  // namespace tongsuan::imports
