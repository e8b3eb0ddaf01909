// What the ledger knows now: accounts, open holds, open rights, programmes, and which entries were
// last seen of each author. What has ended leaves: memory follows what is open, not history.
//
// State owns everything. Only `apply` changes it; it takes events that `Decider` made, and stops
// the process when one breaks an invariant (ledger.h lists them).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tongsuan/base/sha256.h"
#include "tongsuan/ledger/entry.h"

namespace tongsuan::ledger {

namespace testing {
struct Tamper;  // tests break rows through it, to see the invariants catch it
}
namespace internal {
class SnapshotReader;
}

struct Participant {
  std::array<Money, kPurposes> balance{};
  Money overdraft;                   // of cash
  std::uint64_t last_number = 0;     // of its entries
  std::uint32_t window = kNone;      // position of its RepeatWindow; none before its first entry
  std::uint32_t first_hold = kNone;  // of the list of its open holds
  std::uint32_t programme = kNone;   // that it pays for
  std::uint16_t open = 0;            // bit of each purpose
  [[nodiscard]] bool has(Purpose purpose) const {
    return ((open >> static_cast<unsigned>(purpose)) & 1U) != 0;
  }
  [[nodiscard]] Money at(Purpose purpose) const {
    return balance[static_cast<std::size_t>(purpose)];
  }
  // The least that the account may have.
  [[nodiscard]] Money floor(Purpose purpose) const {
    if (purpose == Purpose::kRail) return Money(-kBalanceMax);
    return purpose == Purpose::kCash ? Money(-overdraft.raw()) : Money();
  }
};
static_assert(sizeof(Participant) == 104, "stated in docs/ledger.md");

struct HoldRow {
  Money held;  // at first
  Money left;
  Second until = 0;
  ParticipantId owner;
  std::uint32_t generation = 0;
  std::uint32_t right = kNone;  // slot of the right that it is bound to
  std::uint32_t next = kNone;   // of the same owner
  std::uint32_t previous = kNone;
  Purpose source = Purpose::kCash;  // what is given back goes there
  bool open = false;
};
static_assert(sizeof(HoldRow) == 48, "stated in docs/ledger.md");

struct RightRow {
  std::uint64_t contract = 0;
  Money cost;
  Money paid;
  DeviceSeconds rectangle;
  DeviceSeconds delivered;
  std::uint32_t hold = kNone;     // slot of the buyer's hold
  std::uint32_t voucher = kNone;  // slot of the voucher's hold
  std::uint32_t generation = 0;
  bool open = false;
};
static_assert(sizeof(RightRow) == 56, "stated in docs/ledger.md");

struct ProgrammeRow {
  ParticipantId city;
  std::uint32_t rate_ppm = 0;
  Money cap;
  Second until = 0;
  std::vector<Money> used;  // by ParticipantId of the buyer: held and paid; short where all is 0
  [[nodiscard]] Money used_by(ParticipantId buyer) const {
    return buyer.value < used.size() ? used[buyer.value] : Money();
  }
};

// The last entries of one author, so that a repeated one is answered as before.
struct RepeatWindow {
  struct Seen {
    std::uint64_t number = 0;
    std::uint64_t fingerprint = 0;
    MadeId made;
  };
  std::array<Seen, kRepeatsKept> seen{};
  std::uint32_t next = 0;
  // Null when the number was never used, or too long ago.
  [[nodiscard]] const Seen* find(std::uint64_t number) const;
};

// Rows in slots; what ends leaves its slot to the next.
template <class Row>
struct Table {
  std::vector<Row> rows;
  std::vector<std::uint32_t> free;
  [[nodiscard]] MadeId next() const {
    if (free.empty()) return {static_cast<std::uint32_t>(rows.size()), 1};
    return {free.back(), rows[free.back()].generation + 1};
  }
  [[nodiscard]] std::size_t open_count() const { return rows.size() - free.size() - retired; }
  // Null unless the row is open and is the one that the id means.
  template <class Tag>
  [[nodiscard]] const Row* find(RowId<Tag> id) const {
    if (id.slot >= rows.size()) return nullptr;
    const Row& row = rows[id.slot];
    return row.open && row.generation == id.generation ? &row : nullptr;
  }
  Row& make(MadeId id);
  void end(std::uint32_t slot);
  std::size_t retired = 0;  // slots whose generations are used up
};

class State {
 public:
  State();  // the accounts of kHouse are open

  [[nodiscard]] Second now() const { return now_; }
  [[nodiscard]] std::uint32_t participant_count() const {
    return static_cast<std::uint32_t>(participants_.size());
  }
  [[nodiscard]] const Participant& participant(ParticipantId id) const {
    return participants_[id.value];
  }
  // 0 for an account that is not open.
  [[nodiscard]] Money balance(Account account) const;
  [[nodiscard]] const Table<HoldRow>& holds() const { return holds_; }
  [[nodiscard]] const Table<RightRow>& rights() const { return rights_; }
  [[nodiscard]] const std::vector<ProgrammeRow>& programmes() const { return programmes_; }
  [[nodiscard]] std::uint64_t last_contract() const { return last_contract_; }
  // Null before the author's first entry.
  [[nodiscard]] const RepeatWindow* repeats(ParticipantId author) const;
  // Open holds of a participant, by slot.
  [[nodiscard]] std::vector<HoldId> open_holds(ParticipantId owner) const;
  // All balances of a purpose.
  [[nodiscard]] int128 total(Purpose purpose) const {
    return totals_[static_cast<std::size_t>(purpose)];
  }
  // Of everything above: two states with one digest answer alike for ever.
  [[nodiscard]] Digest digest() const;

  void apply(const Event& event);

  // Tests only: from now on invariants and the tie of money to rights are not looked at, neither
  // here nor by whoever decides. Shows that others notice.
  void stop_checking() { checks_ = false; }
  [[nodiscard]] bool checks() const { return checks_; }

 private:
  friend struct testing::Tamper;
  friend class internal::SnapshotReader;
  struct Books;
  void remember(const Event& event);
  void end_rows(const Event& event);
  void end_hold(std::uint32_t slot);
  // The invariant that the rows of this event break; null when they hold.
  [[nodiscard]] const char* broken(const Event& event) const;
  [[nodiscard]] const char* broken_account(Account account) const;
  [[nodiscard]] const char* broken_hold(std::uint32_t slot) const;
  [[nodiscard]] const char* broken_right(std::uint32_t slot) const;
  [[nodiscard]] const char* broken_voucher(const RightRow& right) const;
  [[nodiscard]] const char* broken_sums() const;

  Second now_ = 0;
  std::uint64_t last_contract_ = 0;
  std::vector<Participant> participants_;
  Table<HoldRow> holds_;
  Table<RightRow> rights_;
  std::vector<ProgrammeRow> programmes_;
  std::vector<RepeatWindow> windows_;
  std::array<int128, kPurposes> totals_{};
  int128 left_total_ = 0;  // of all open holds
  bool checks_ = true;
};

}  // namespace tongsuan::ledger
