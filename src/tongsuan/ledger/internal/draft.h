// Copies of the rows that an entry under decision touches, changed by CarryOut in place of the
// state's. Few rows, looked for one after the other.
#pragma once

#include <algorithm>
#include <vector>

#include "tongsuan/base/check.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger {

class Draft {
 public:
  Draft() {
    // References stay valid: an entry cannot touch more.
    participants_.reserve(kTouchedMax);
    holds_.reserve(kTouchedMax);
    rights_.reserve(kTouchedMax);
    used_.reserve(kTouchedMax);
  }
  void begin(const State& state) {
    state_ = &state;
    participants_.clear();
    holds_.clear();
    rights_.clear();
    used_.clear();
    participant_count_ = state.participant_count();
  }
  [[nodiscard]] const State& state() const { return *state_; }
  [[nodiscard]] std::uint32_t participant_count() const { return participant_count_; }
  struct TouchedRight {
    std::uint32_t key;
    RightRow row;
  };
  [[nodiscard]] const std::vector<TouchedRight>& rights() const { return rights_; }

  Participant& participant(ParticipantId id) {
    if (Participant* row = find(participants_, id.value)) return *row;
    if (id.value == participant_count_) {
      ++participant_count_;
      return push(participants_, id.value, Participant());
    }
    return push(participants_, id.value, state_->participant(id));
  }
  HoldRow& hold(std::uint32_t slot) {
    if (HoldRow* row = find(holds_, slot)) return *row;
    return push(holds_, slot, state_->holds().rows[slot]);
  }
  RightRow& right(std::uint32_t slot) {
    if (RightRow* row = find(rights_, slot)) return *row;
    return push(rights_, slot, state_->rights().rows[slot]);
  }
  HoldRow& hold(HoldId id) { return hold(id.slot); }
  RightRow& right(RightId id) { return right(id.slot); }
  // Null unless open.
  HoldRow* find_hold(HoldId id) {
    HoldRow* row = find(holds_, id.slot);
    if (row == nullptr && state_->holds().find(id) != nullptr) row = &hold(id.slot);
    return row != nullptr && row->open && row->generation == id.generation ? row : nullptr;
  }
  RightRow* find_right(RightId id) {
    RightRow* row = find(rights_, id.slot);
    if (row == nullptr && state_->rights().find(id) != nullptr) row = &right(id.slot);
    return row != nullptr && row->open && row->generation == id.generation ? row : nullptr;
  }
  Money& used(std::uint32_t programme, ParticipantId buyer) {
    for (Used& each : used_) {
      if (each.programme == programme && each.buyer == buyer) return each.amount;
    }
    TONGSUAN_CHECK(used_.size() < kTouchedMax);
    used_.push_back({programme, buyer, state_->programmes()[programme].used_by(buyer)});
    return used_.back().amount;
  }
  void add(Account account, Money amount) {
    Money& balance =
        participant(account.participant).balance[static_cast<std::size_t>(account.purpose)];
    balance = balance + amount;
  }
  void take(HoldRow& row, Money amount) { row.left = row.left - amount; }
  HoldRow& make_hold(MadeId made, ParticipantId owner, Money amount) {
    HoldRow row;
    row.held = row.left = amount;
    row.owner = owner;
    row.generation = made.generation;
    row.open = true;
    return push(holds_, made.slot, row);
  }
  RightRow& make_right(MadeId made) {
    RightRow row;
    row.generation = made.generation;
    row.open = true;
    return push(rights_, made.slot, row);
  }
  // Cannot be used before the entry has happened.
  void make_programme(const Programme&) {}

 private:
  static constexpr std::size_t kTouchedMax = std::size_t{4} * kLegsMax;
  template <class Row>
  struct Touched {
    std::uint32_t key;
    Row row;
  };
  struct Used {
    std::uint32_t programme;
    ParticipantId buyer;
    Money amount;
  };
  template <class Rows>
  static auto find(Rows& rows, std::uint32_t key) -> decltype(&rows[0].row) {
    for (auto& each : rows) {
      if (each.key == key) return &each.row;
    }
    return nullptr;
  }
  template <class Rows, class Row>
  static Row& push(Rows& rows, std::uint32_t key, const Row& row) {
    TONGSUAN_CHECK(rows.size() < kTouchedMax);
    rows.push_back({key, row});
    return rows.back().row;
  }

  const State* state_ = nullptr;
  std::uint32_t participant_count_ = 0;
  std::vector<Touched<Participant>> participants_;
  std::vector<Touched<HoldRow>> holds_;
  std::vector<TouchedRight> rights_;
  std::vector<Used> used_;
};

}  // namespace tongsuan::ledger
