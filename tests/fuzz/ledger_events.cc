#include "tongsuan/ledger/audit.h"
#include "tongsuan/ledger/bytes.h"
#include "tongsuan/ledger/ledger.h"

#include "entries.h"

namespace tongsuan::ledger {
namespace {

// What the events asked for, asked of a new ledger: it refuses, or agrees with the audit.
void ask_again(const Events& events) {
  Ledger ledger;
  Events done;
  Audit audit;
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::vector<Leg> legs;
    for (const Fact& fact : events[i].facts) legs.push_back(fact.asked);
    const std::size_t before = done.size();
    const auto answer = ledger.execute(events[i].at, {events[i].id, events[i].why, legs}, done);
    TONGSUAN_CHECK(done.size() == before + (answer.ok() && !answer.value().repeated ? 1 : 0));
    if (done.size() > before) audit.see(done.back());
  }
  TONGSUAN_CHECK(audit.faults().empty() && audit.compare(ledger.state()).empty());
}

void read(std::string_view bytes) {
  const Result<Events> events = read_events(bytes);
  if (!events.ok()) {
    TONGSUAN_CHECK(events.error().code == ErrorCode::kCorrupt && !events.error().context.empty());
    return;
  }
  TONGSUAN_CHECK(write_events(events.value()) == bytes);
  Audit audit;
  for (std::size_t i = 0; i < events.value().size(); ++i) audit.see(events.value()[i]);
  ask_again(events.value());
}

// Entries of the exchange, each with the next number.
class Desk {
 public:
  Answer run(const std::vector<Leg>& legs, std::uint64_t contract = 0) {
    const Reason why{.contract = contract, .segment = 1, .round = 0, .reference = 0};
    return ledger_.execute(0, {{kHouse, ++number_}, why, legs}, events_).value();
  }
  // Without the digest, which `ledger_events` puts behind it.
  [[nodiscard]] std::string body() const {
    const std::string bytes = write_events(events_);
    return bytes.substr(0, bytes.size() - sizeof(Digest));
  }

 private:
  Ledger ledger_;
  Events events_;
  std::uint64_t number_ = 0;
};

std::vector<std::string> story() {
  std::vector<std::string> seeds;
  Desk desk;
  const auto account = [](std::uint32_t participant, Purpose purpose) {
    return Account{{participant}, purpose};
  };
  const Account rail = account(0, Purpose::kRail), buyer = account(1, Purpose::kCash),
                pool = account(2, Purpose::kVoucher), bond = account(2, Purpose::kMargin);
  desk.run({Open{buyer, Money(5)}, Open{pool, {}}, Open{bond, {}}, Move{rail, buyer, Money(900)},
            Move{rail, pool, Money(500)}, Move{rail, bond, Money(90)},
            Programme{{2}, 400'000, Money(60), 99}});
  seeds.push_back(desk.body());
  const HoldId margin = desk.run({Hold{bond, Money(80), 0}}).hold();
  const HoldId order = desk.run({Hold{buyer, Money(300), 50}}).hold();
  const RightId right = desk.run({Grant{order, Money(100), DeviceSeconds(9)}}, 4).right();
  const HoldId voucher = desk.run({Voucher{right, {2}, Money(40)}}, 4).hold();
  seeds.push_back(desk.body());
  desk.run({Deliver{right, DeviceSeconds(5)}, Post{order, bond, Money(35)},
            Post{voucher, bond, Money(20)}, Penalty{margin, buyer, Money(30)}, Close{right},
            Release{order, Money(7)}},
           4);
  desk.run({Expire{margin}, Void{desk.run({Hold{buyer, Money(1), 9}}).hold()}});
  seeds.push_back(desk.body());
  return seeds;
}

}  // namespace
}  // namespace tongsuan::ledger

namespace tongsuan::fuzz {

void ledger_events(std::string_view bytes) {
  ledger::read(bytes);
  ledger::read(ledger::seal(bytes));
}

std::vector<std::string> ledger_events_seeds() {
  return ledger::story();
}

}  // namespace tongsuan::fuzz
