// Test helper: any entries, sensible or not, for small ledgers.
#pragma once

#include <algorithm>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::ledger::testing {

// Entries about things that are mostly there, with numbers that are mostly good.
class AnyEntry {
 public:
  AnyEntry(Random& random, const State& state) : random_(random), state_(state) {}

  // Most of what the others need: accounts, money, and a programme. False when all is there.
  bool prepare(int step) {
    why_ = {.contract = 0, .segment = 1, .round = 0, .reference = 1};
    const auto who = ParticipantId{static_cast<std::uint32_t>(1 + step / 2)};
    if (who.value > 3) return false;
    id_ = {kHouse, state_.participant(kHouse).last_number + 1};
    legs_.clear();
    for (const Purpose purpose : {Purpose::kCash, Purpose::kMargin, Purpose::kVoucher}) {
      const Account account{who, purpose};
      legs_.push_back(step % 2 == 0 ? Leg(Open{account, {}})
                                    : Leg(Move{{kHouse, Purpose::kRail}, account, Money(90)}));
    }
    if (step % 2 == 1 && who.value == 1) {
      legs_.push_back(Programme{who, static_cast<std::uint32_t>(100'000 + random_.below(kPpm / 2)),
                                Money(random_.between(5, 40)), random_.between(10, 200)});
    }
    return true;
  }
  void make() {
    legs_.clear();
    why_ = {.contract = 0, .segment = 1, .round = 0, .reference = 1};
    if (!rights_.empty() && random_.below(2) == 0) {
      about_right();
    } else {
      for (auto count = 1 + random_.below(6) / 4; count > 0; --count) legs_.push_back(leg());
    }
    if (random_.below(20) == 0) legs_.push_back(leg());
    if (random_.below(50) == 0) why_ = {};
    id_.author = ParticipantId{static_cast<std::uint32_t>(random_.below(4))};
    if (random_.below(200) == 0) id_.author.value = 9;
    id_.number = 1 + random_.below(3);
    if (id_.author.value < state_.participant_count()) {
      const std::uint64_t last = state_.participant(id_.author).last_number;
      id_.number = random_.below(30) == 0 ? random_.below(last + 1) : id_.number + last;
    }
  }
  [[nodiscard]] Entry entry() const { return {id_, why_, legs_}; }
  // Learns what was made.
  void see(const Event& event) {
    for (const Fact& fact : event.facts) {
      const MadeId made = fact.made;
      if (made.slot == kNone) continue;
      if (std::holds_alternative<Grant>(fact.asked)) {
        rights_.push_back({made.slot, made.generation});
      } else {
        holds_.push_back({made.slot, made.generation});
      }
    }
  }

 private:
  std::uint32_t somebody() {
    return static_cast<std::uint32_t>(random_.below(10) == 0 ? random_.below(6)
                                                             : 1 + random_.below(3));
  }
  Account account() {
    if (random_.below(6) == 0) return {kHouse, static_cast<Purpose>(random_.below(kPurposes))};
    if (random_.below(8) == 0) return {{somebody()}, static_cast<Purpose>(random_.below(5))};
    return {{somebody()}, random_.below(4) == 0 ? Purpose::kMargin : Purpose::kCash};
  }
  Account source() {
    if (random_.below(5) == 0) return account();
    return {{somebody()}, random_.below(3) == 0 ? Purpose::kMargin : Purpose::kCash};
  }
  Account cash() { return {{somebody()}, Purpose::kCash}; }
  Money amount() {
    if (random_.below(30) == 0) return Money(random_.between(-1, 0));
    if (random_.below(30) == 0) return Money(kMoneyMax - random_.between(-1, 50));
    return Money(random_.between(1, 40));
  }
  HoldId hold() {
    if (holds_.empty() || random_.below(20) == 0) return {};
    const std::size_t recent = std::min<std::size_t>(holds_.size(), 4);
    return holds_[holds_.size() - 1 - random_.below(recent)];
  }
  RightId right() {
    if (random_.below(3) > 0) return rights_.back();
    const std::size_t recent = std::min<std::size_t>(rights_.size(), 4);
    return rights_[rights_.size() - 1 - random_.below(recent)];
  }
  Second soon() { return state_.now() + static_cast<Second>(random_.below(20)); }

  Leg leg() {
    switch (random_.below(holds_.empty() ? 9 : 19)) {
      case 0:
        return Open{account(), Money(random_.below(6) == 0 ? random_.between(0, 50) : 0)};
      case 1:
      case 2:
        return Move{{kHouse, Purpose::kRail}, account(), amount()};
      case 3:
      case 4:
      case 5:
        return Move{account(), account(), amount()};
      case 6:
      case 7:
      case 8:
        return Hold{source(), amount(), soon()};
      case 9:
        return Post{hold(), account(), amount()};
      case 10:
        return Penalty{hold(), cash(), amount()};
      case 11:
        return Release{hold(), amount()};
      case 12:
        return Void{hold()};
      case 13:
        return Expire{hold()};
      case 14:
        return Programme{{somebody()},
                         static_cast<std::uint32_t>(random_.below(kPpm)),
                         Money(random_.between(0, 60)),
                         soon() + 50};
      default:
        why_.contract = state_.last_contract() + random_.below(3);
        return Grant{hold(), Money(random_.between(0, 40)), DeviceSeconds(random_.between(1, 9))};
    }
  }

  // A delivery with what is due for it, a voucher, a release or an end; sometimes a little wrong.
  void about_right() {
    const RightId id = right();
    const RightRow* row = state_.rights().find(id);
    why_.contract = row == nullptr ? 1 : row->contract;
    if (random_.below(40) == 0) ++why_.contract;
    if (row == nullptr || random_.below(row->voucher == kNone ? 3 : 20) == 0) {
      legs_.push_back(
          Voucher{id, {random_.below(6) == 0 ? somebody() : 1}, Money(random_.between(1, 8))});
      return;
    }
    if (random_.below(5) == 0) legs_.push_back(Close{id});
    if (random_.below(3) > 0) deliver(id, *row);
    if (random_.below(4) == 0) legs_.push_back(Close{id});
    if (random_.below(4) == 0) legs_.push_back(Release{row_id(row->hold), amount()});
    if (legs_.empty()) legs_.push_back(Close{id});
  }
  [[nodiscard]] HoldId row_id(std::uint32_t slot) const {
    return {slot, state_.holds().rows[slot].generation};
  }
  void deliver(RightId id, const RightRow& row) {
    const std::int64_t most = row.rectangle.raw() - row.delivered.raw();
    const DeviceSeconds part(random_.between(1, std::max<std::int64_t>(1, most)));
    legs_.push_back(Deliver{id, part});
    if (part.raw() > most) return;
    Money owed = due(row.cost, row.delivered + part, row.rectangle) - row.paid;
    if (row.voucher != kNone && random_.below(4) > 0) {
      const HoldRow& voucher = state_.holds().rows[row.voucher];
      const Money share(std::min(voucher.left.raw(), owed.raw() / 4));
      if (share > Money()) legs_.push_back(Post{row_id(row.voucher), cash(), share});
      owed = owed - share;
    }
    if (random_.below(12) == 0) owed = owed + Money(random_.between(-1, 1));
    if (owed > Money()) legs_.push_back(Post{row_id(row.hold), cash(), owed});
  }

  Random& random_;
  const State& state_;
  EntryId id_;
  Reason why_;
  std::vector<Leg> legs_;
  std::vector<HoldId> holds_;
  std::vector<RightId> rights_;
};

}  // namespace tongsuan::ledger::testing
