#include "tongsuan/exchange/repeats.h"

#include <algorithm>
#include <string_view>

#include "tongsuan/base/bytes.h"
#include "tongsuan/base/check.h"

namespace tongsuan::exchange {

std::size_t Repeats::home(const CommandId& id) const {
  const std::string_view bytes(reinterpret_cast<const char*>(id.data()), id.size());
  std::uint64_t mix = little_endian<std::uint64_t>(bytes.substr(0, 8)) ^
                      (little_endian<std::uint64_t>(bytes.substr(8)) * 0x9E3779B97F4A7C15ULL);
  mix ^= mix >> 32;
  mix *=
      0xD6E8FEB86659FD93ULL;  // a mix of Vigna's family: every input bit moves half of the output
  mix ^= mix >> 32;
  return static_cast<std::size_t>(mix) & (slots_.size() - 1);
}

std::size_t Repeats::slot_of(const CommandId& id) const {
  std::size_t slot = home(id);
  while (slots_[slot] != 0 && rows_[slots_[slot] - 1].id != id)
    slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

const Repeats::Row* Repeats::find(const CommandId& id) const {
  if (slots_.empty()) return nullptr;
  const std::uint32_t at = slots_[slot_of(id)];
  return at == 0 ? nullptr : &rows_[at - 1];
}

void Repeats::grow() {
  const std::size_t size = std::max<std::size_t>(64, slots_.size() * 2);
  slots_.assign(size, 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    slots_[slot_of(rows_[i].id)] = static_cast<std::uint32_t>(i + 1);
  }
}

// Closes the gap that the id leaves: whoever stands behind it and may stand in it moves up.
void Repeats::erase(const CommandId& id) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = slot_of(id);
  slots_[gap] = 0;
  for (std::size_t next = (gap + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const std::size_t wanted = home(rows_[slots_[next] - 1].id);
    if (((next - wanted) & mask) < ((next - gap) & mask))
      continue;  // it would stand before its home
    slots_[gap] = slots_[next];
    slots_[next] = 0;
    gap = next;
  }
}

void Repeats::add(const Row& row) {
  if ((rows_.size() + 1) * 2 > slots_.size()) grow();
  std::size_t at = rows_.size();
  if (rows_.size() < kept_) {
    rows_.push_back(row);
  } else {
    at = oldest_;
    erase(rows_[at].id);
    rows_[at] = row;
    oldest_ = (oldest_ + 1) % rows_.size();
  }
  // The row is in place already: its slot is the first empty one on its way.
  std::size_t slot = home(row.id);
  while (slots_[slot] != 0) {
    TONGSUAN_CHECK(rows_[slots_[slot] - 1].id != row.id);
    slot = (slot + 1) & (slots_.size() - 1);
  }
  slots_[slot] = static_cast<std::uint32_t>(at + 1);
}

}  // namespace tongsuan::exchange
