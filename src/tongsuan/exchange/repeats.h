// Which requests were answered, so that one that comes again is answered as before.
//
// Model. The last `kRepeatsKept` ids in the order in which they came, with what they were answered;
// the oldest makes room for a new one. Found by open addressing with linear probing over a table of
// positions; ids come from clients, so slots come from a mix of all their bytes.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "tongsuan/exchange/commands.h"

namespace tongsuan::exchange {

inline constexpr std::size_t kRepeatsKept = std::size_t{1} << 22;
static_assert(kRepeatsKept < std::size_t{1} << 23, "positions have 23 bits of a slot");

inline constexpr const char* kAnsweredTwice = "an id that was answered";

class Repeats {
 public:
  struct Row {
    CommandId id{};
    std::uint64_t fingerprint = 0;
    std::uint64_t sequence = 0;
    std::uint64_t value = 0;
    Code code = Code::kDone;
    friend bool operator==(const Row&, const Row&) = default;
    static constexpr auto fields() {
      return std::tuple(&Row::id, &Row::fingerprint, &Row::sequence, &Row::value, &Row::code);
    }
  };

  // `kept`: a power of two.
  explicit Repeats(std::size_t kept = kRepeatsKept) : kept_(kept) {}
  // Null when the id was never used, or so long ago that it is forgotten.
  [[nodiscard]] const Row* find(const CommandId& id) const;
  // It will soon be asked for: fetches what `find` and `add` look at first. Changes nothing.
  void prefetch(const CommandId& id) const {
    if (!slots_.empty()) {
      __builtin_prefetch(&slots_[static_cast<std::size_t>(mix(id)) & (slots_.size() - 1)]);
    }
  }
  // So many more will come: the table need not grow on the way.
  void reserve(std::size_t more);
  // The id must not be known.
  void add(const Row& row);
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  // From the oldest on; `see` gets each row.
  template <class See>
  void each(See&& see) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) see(rows_[(oldest_ + i) % rows_.size()]);
  }

 private:
  [[nodiscard]] static std::uint64_t mix(const CommandId& id);
  [[nodiscard]] std::size_t slot_of(const CommandId& id) const;  // its slot, or the empty one
  void erase(const CommandId& id);
  void grow(std::size_t size);

  std::size_t kept_;
  std::vector<Row> rows_;  // a ring once it has `kept_` rows
  std::size_t oldest_ = 0;
  // Position + 1 in the low bits, some bits of the id's mix above them, so that a stranger's row is
  // seldom looked at; 0: empty. A power of two, half full at most.
  std::vector<std::uint32_t> slots_;
};

}  // namespace tongsuan::exchange
