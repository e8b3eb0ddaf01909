#include "tongsuan/engine/bytes.h"

#include <gtest/gtest.h>
#include <limits>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/engine/any_command.h"

namespace tongsuan::engine {
namespace {

using testing::one_of_each;
using testing::small_order;

std::string bytes_of(const Event& event) {
  std::string bytes;
  append_bytes(event, bytes);
  return bytes;
}

std::string fault_of_event(std::string_view bytes) {
  std::size_t at = 0;
  const auto read = read_event(bytes, at);
  EXPECT_TRUE(read.ok() || at == 0) << "a fault moves nothing";
  return read.ok() ? "" : read.error().text();
}

// Any numbers in every field of every kind.
class AnyEvent {
 public:
  explicit AnyEvent(Random& random) : random_(random) {}
  Event draw() {
    Event event = one_of_each()[random_.below(one_of_each().size())];
    event.at = random_.between(0, kSecondsMax);
    std::visit([this](auto& what) { fill(what); }, event.what);
    return event;
  }

 private:
  std::uint32_t small() { return static_cast<std::uint32_t>(random_.next()); }
  std::int64_t large() {
    return random_.below(4) == 0 ? 0 : static_cast<std::int64_t>(random_.next());
  }
  bool yes() { return random_.below(2) == 0; }
  std::vector<std::uint32_t> numbers() {
    std::vector<std::uint32_t> list(random_.below(5));
    for (std::uint32_t& each : list) each = small();
    return list;
  }
  LiveOrder order() {
    LiveOrder order;
    order.account = AccountId{small()};
    order.submit = large();
    order.latest_start = large();
    order.value = large();
    order.delay_cost = large();
    for (auto count = random_.below(12); count > 0; --count) {
      order.ways.push_back({ClassId{small()}, small(), large()});
    }
    for (auto count = random_.below(4); count > 0; --count) order.hubs.push_back(HubId{small()});
    order.home = small();
    order.data = small();
    order.whole_nodes = yes();
    order.grace = yes() ? large() : 0;
    order.not_before = yes() ? large() : 0;
    order.premium = yes() ? large() : 0;
    if (yes()) order.package = package();
    return order;
  }
  Package package() {
    Package package;
    package.kind = static_cast<PackageKind>(random_.below(5));
    if (package.kind == PackageKind::kPart) {
      package.parent = small();
      package.agreed = Price(large());
      return package;
    }
    for (auto count = random_.below(4); count > 0; --count) {
      package.alternatives.push_back({large(), {}});
      for (auto legs = random_.below(4); legs > 0; --legs) {
        package.alternatives.back().legs.push_back(
            {ClassId{small()}, HubId{small()}, small(), large(), large()});
      }
    }
    if (package.kind != PackageKind::kCurve) return package;
    for (auto count = random_.below(4); count > 0; --count) {
      package.steps.push_back({Price(large()), small()});
    }
    return package;
  }
  template <class What>
  void fill(What& what) {
    if constexpr (requires { what.order = OrderId(); }) what.order = OrderId{small()};
    if constexpr (requires { what.contract = ContractId(); }) what.contract = ContractId{small()};
    if constexpr (requires { what.pool = PoolId(); }) what.pool = PoolId{small()};
    if constexpr (requires { what.what = LiveOrder(); }) what.what = order();
    if constexpr (requires { what.up; }) what.up = yes();
    if constexpr (requires { what.ask; }) what.ask = Price(large());
    if constexpr (requires { what.until; }) what.until = large();
    if constexpr (requires { what.ready; }) what.ready = large();
    if constexpr (requires { what.data; }) what.data = small();
    if constexpr (requires { what.done_ppm; }) what.done_ppm = small();
    if constexpr (requires { what.orders_below; }) what.orders_below = small();
    if constexpr (requires { what.what.nodes; }) what.what.nodes = numbers();
    if constexpr (requires { what.what.begin; }) what.what.begin = large();
    if constexpr (requires { what.what.way; }) what.what.way = small();
    if constexpr (requires { what.what.gap_ppm; }) {
      what.what.gap_ppm = large();
      for (std::uint8_t& part : what.what.root) part = static_cast<std::uint8_t>(small());
      for (auto count = random_.below(5); count > 0; --count) what.what.posted.push_back(large());
    }
    if constexpr (requires { what.state; }) what.state = static_cast<OrderState>(random_.below(7));
    if constexpr (std::is_same_v<What, ContractEnded>) {
      what.reason = static_cast<EndReason>(random_.below(4));
    }
    if constexpr (std::is_same_v<What, OrderAwarded>) {
      what.what.order = OrderId{small()};
      what.what.alternative = small();
      what.first = OrderId{small()};
      what.what.parts.clear();
      for (auto count = random_.below(4); count > 0; --count) {
        what.what.parts.push_back(
            {PoolId{small()}, small(), numbers(), large(), large(), Price(large())});
      }
    }
    if constexpr (std::is_same_v<What, StepsChanged>) {
      what.steps.clear();
      for (auto count = random_.below(17); count > 0; --count) {
        what.steps.push_back({small(), Price(large())});
      }
    }
    if constexpr (std::is_same_v<What, BlockReleased>) {
      what.reason = static_cast<ReleaseReason>(random_.below(5));
    }
  }

  Random& random_;
};

TEST(EventBytes, AreReadAsWhatWasWritten) {
  for (std::uint64_t seed = 1; seed <= many_seeds(200); ++seed) {
    Random random(seed);
    AnyEvent any(random);
    std::string bytes;
    std::vector<std::size_t> begins;
    for (int i = 0; i < 60; ++i) {
      begins.push_back(bytes.size());
      append_bytes(any.draw(), bytes);
    }
    std::size_t at = 0;
    std::string again;
    for (const std::size_t begin : begins) {
      ASSERT_EQ(at, begin);
      const auto event = read_event(bytes, at);
      ASSERT_TRUE(event.ok()) << "seed " << seed << ": " << event.error().text();
      append_bytes(event.value(), again);
    }
    ASSERT_EQ(again, bytes) << "seed " << seed;
  }
}

TEST(EventBytes, AreRefusedWhenCut) {
  for (const Event& event : one_of_each()) {
    const std::string bytes = bytes_of(event);
    EXPECT_EQ(fault_of_event(bytes), "");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_NE(fault_of_event(std::string_view(bytes).substr(0, size)), "") << size;
    }
  }
}

// There is one way to write an event: whatever else can be read is other bytes of another event.
TEST(EventBytes, HaveOneForm) {
  Random random(1);
  std::size_t read_count = 0;
  for (std::uint64_t i = 0; i < many_seeds(20'000); ++i) {
    std::string bytes = bytes_of(one_of_each()[random.below(one_of_each().size())]);
    for (auto count = 1 + random.below(3); count > 0; --count) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    std::size_t at = 0;
    const auto event = read_event(bytes, at);
    if (!event.ok()) continue;
    ++read_count;
    ASSERT_EQ(bytes_of(event.value()), bytes.substr(0, at));
  }
  EXPECT_GT(read_count, many_seeds(20'000) / 10);
}

TEST(EventBytes, SayWhatIsWrongAndWhere) {
  std::string bytes = bytes_of({1, OrderGone{OrderId{0}, OrderState::kLeft}});
  EXPECT_EQ(fault_of_event(bytes.substr(0, 11)), "the bytes end within a number at byte 11");
  bytes.back() = 7;
  EXPECT_EQ(fault_of_event(bytes), "no such state of an order at byte 13");
  bytes[8] = 99;
  EXPECT_EQ(fault_of_event(bytes), "no such kind of event at byte 8");
  bytes[7] = '\x80';
  EXPECT_EQ(fault_of_event(bytes), "a second outside its limits at byte 0");
  bytes = bytes_of({1, NodesChanged{PoolId{0}, 0, 1, true}});
  bytes.back() = 2;
  EXPECT_EQ(fault_of_event(bytes), "neither yes nor no at byte 21");
}

TEST(EventBytes, OfUnsetTermsAreRefused) {
  LiveOrder order = small_order();
  order.grace = 7;
  std::string bytes = bytes_of({1, OrderAccepted{OrderId{0}, order}});
  bytes[bytes.size() - 8] = 0;
  EXPECT_EQ(fault_of_event(bytes), "a term is written that is not set at byte 90");
}

// A list that says it is long is not made before its bytes are seen.
TEST(EventBytes, OfLongListsAreRefusedBeforeTheyAreMade) {
  std::string bytes = bytes_of({1, BlockBooked{}});
  bytes[21] = 100;
  EXPECT_EQ(fault_of_event(bytes), "the bytes end within a list at byte 21");
  bytes[25] = 1;
  EXPECT_EQ(fault_of_event(bytes), "a list is longer than it may be at byte 21");
}

}  // namespace
}  // namespace tongsuan::engine
