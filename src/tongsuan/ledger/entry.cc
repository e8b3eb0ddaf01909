#include "tongsuan/ledger/entry.h"

#include <array>

namespace tongsuan::ledger {
namespace {

constexpr std::array<const char*, kPurposes> kPurposeNames{
    "cash", "hold", "margin", "voucher", "escrow", "rent", "penalty", "rounding", "rail"};

constexpr std::array<const char*, kRefusals> kRefusalNames{"no author",
                                                           "used id",
                                                           "old id",
                                                           "time",
                                                           "legs",
                                                           "no reason",
                                                           "limit",
                                                           "no account",
                                                           "already open",
                                                           "too many",
                                                           "wrong purpose",
                                                           "same account",
                                                           "no money",
                                                           "balance limit",
                                                           "not open",
                                                           "over hold",
                                                           "not whole",
                                                           "not due",
                                                           "bound",
                                                           "uncovered",
                                                           "contract order",
                                                           "wrong contract",
                                                           "over rectangle",
                                                           "money without right",
                                                           "right without money",
                                                           "no programme",
                                                           "voucher over",
                                                           "voucher twice",
                                                           "voucher rate",
                                                           "voucher cap"};

// Numbers folded by 128-bit multiplication.
class Folder {
 public:
  void number(std::uint64_t value) {
    const auto product = static_cast<uint128>(sum_ ^ value) * 0x9E3779B97F4A7C15ULL;
    sum_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^
           0xD1B54A32D192ED03ULL;
  }
  void operator()(std::uint32_t value) { number(value); }
  void operator()(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void operator()(std::uint64_t value) { number(value); }
  template <class Tag>
  void operator()(Quantity<Tag> value) {
    (*this)(value.raw());
  }
  void operator()(ParticipantId id) { number(id.value); }
  void operator()(Account account) {
    number(std::uint64_t{account.participant.value} << 8 |
           static_cast<std::uint64_t>(account.purpose));
  }
  template <class Tag>
  void operator()(RowId<Tag> id) {
    number(std::uint64_t{id.slot} << 32 | id.generation);
  }
  void leg(const Leg& leg) {
    number(leg.index());
    std::visit([this](const auto& what) { each_field(what, *this); }, leg);
  }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0x243F6A8885A308D3ULL;
};

}  // namespace

const char* purpose_name(Purpose purpose) {
  return kPurposeNames[static_cast<std::size_t>(purpose)];
}

const char* refusal_name(Refusal refusal) {
  return kRefusalNames[static_cast<std::size_t>(refusal)];
}

std::uint64_t fingerprint(const Reason& why, std::span<const Leg> legs) {
  Folder folder;
  each_field(why, folder);
  for (const Leg& leg : legs) folder.leg(leg);
  return folder.sum();
}

std::uint64_t fingerprint(const Event& event) {
  Folder folder;
  each_field(event.why, folder);
  for (const Fact& fact : event.facts) folder.leg(fact.asked);
  return folder.sum();
}

}  // namespace tongsuan::ledger
