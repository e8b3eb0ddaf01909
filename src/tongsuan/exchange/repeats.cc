#include "tongsuan/exchange/repeats.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "tongsuan/base/bytes.h"
#include "tongsuan/base/check.h"

namespace tongsuan::exchange {

namespace {

constexpr std::uint32_t kPlaceBits = 23;
constexpr std::uint32_t kPlaceMask = (1U << kPlaceBits) - 1;

std::size_t place_of(std::uint32_t slot) {
  return (slot & kPlaceMask) - 1;
}
std::uint32_t slot_for(std::size_t place, std::uint64_t mix) {
  return static_cast<std::uint32_t>(place + 1) |
         (static_cast<std::uint32_t>(mix >> 40) << kPlaceBits);
}

}  // namespace

std::uint64_t Repeats::mix(const CommandId& id) {
  const std::string_view bytes(reinterpret_cast<const char*>(id.data()), id.size());
  std::uint64_t mix = little_endian<std::uint64_t>(bytes.substr(0, 8)) ^
                      (little_endian<std::uint64_t>(bytes.substr(8)) * 0x9E3779B97F4A7C15ULL);
  mix ^= mix >> 32;
  mix *=
      0xD6E8FEB86659FD93ULL;  // a mix of Vigna's family: every input bit moves half of the output
  mix ^= mix >> 32;
  return mix;
}

std::size_t Repeats::slot_of(const CommandId& id) const {
  const std::uint64_t mixed = mix(id);
  const std::uint32_t tag = slot_for(0, mixed) & ~kPlaceMask;
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(mixed) & mask;
  while (slots_[slot] != 0) {
    if ((slots_[slot] & ~kPlaceMask) == tag && rows_[place_of(slots_[slot])].id == id) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

const Repeats::Row* Repeats::find(const CommandId& id) const {
  if (slots_.empty()) return nullptr;
  const std::uint32_t slot = slots_[slot_of(id)];
  return slot == 0 ? nullptr : &rows_[place_of(slot)];
}

void Repeats::reserve(std::size_t more) {
  const std::size_t rows = std::min(kept_, rows_.size() + more);
  rows_.reserve(rows);
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(64, rows * 2));
  if (size > slots_.size()) grow(size);
}

void Repeats::grow(std::size_t size) {
  slots_.assign(size, 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::uint64_t mixed = mix(rows_[i].id);
    std::size_t slot = static_cast<std::size_t>(mixed) & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = slot_for(i, mixed);
  }
}

// Closes the gap that the id leaves: whoever stands behind it and may stand in it moves up.
void Repeats::erase(const CommandId& id) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = slot_of(id);
  slots_[gap] = 0;
  for (std::size_t next = (gap + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const std::size_t wanted =
        static_cast<std::size_t>(mix(rows_[place_of(slots_[next])].id)) & mask;
    if (((next - wanted) & mask) < ((next - gap) & mask))
      continue;  // it would stand before its home
    slots_[gap] = slots_[next];
    slots_[next] = 0;
    gap = next;
  }
}

void Repeats::add(const Row& row) {
  if ((rows_.size() + 1) * 2 > slots_.size()) {
    grow(std::max<std::size_t>(64, slots_.size() * 2));
  }
  std::size_t at = rows_.size();
  if (rows_.size() < kept_) {
    rows_.push_back(row);
  } else {
    at = oldest_;
    erase(rows_[at].id);
    rows_[at] = row;
    oldest_ = (oldest_ + 1) % rows_.size();
  }
  // The row is in place already, its slot is not: another one with its id would be found.
  const std::size_t slot = slot_of(row.id);
  TONGSUAN_CHECK(slots_[slot] == 0);
  slots_[slot] = slot_for(at, mix(row.id));
}

}  // namespace tongsuan::exchange
