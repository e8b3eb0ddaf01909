#include "tongsuan/codec/interner.h"

#include <cstring>

#include "tongsuan/base/int128.h"

namespace tongsuan::codec {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const uint128 product = static_cast<uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <class Word>
std::uint64_t load(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Multiply and fold, eight bytes at a time; the last eight may overlap those before.
std::uint32_t hash_of(std::string_view name) {
  constexpr std::uint64_t kA = 0x9E3779B97F4A7C15ULL;
  constexpr std::uint64_t kB = 0xD1B54A32D192ED03ULL;
  const char* at = name.data();
  const std::size_t size = name.size();
  std::uint64_t hash = size * kB;
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8)
      hash = mix(hash ^ load<std::uint64_t>(at + i), kA);
    hash = mix(hash ^ load<std::uint64_t>(at + size - 8), kB);
  } else if (size >= 4) {
    const std::uint64_t word = load<std::uint32_t>(at) << 32 | load<std::uint32_t>(at + size - 4);
    hash = mix(hash ^ word, kB);
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      hash ^= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    }
    hash = mix(hash, kB);
  }
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

}  // namespace

// The slot of `name`, or the empty one where it would go.
std::size_t Interner::probe(std::string_view name, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    if (slots_[i].id == kNone) return i;
    if (slots_[i].hash == hash && names_[slots_[i].id] == name) return i;
  }
}

std::uint32_t Interner::intern(std::string_view name) {
  const std::uint32_t hash = hash_of(name);
  Slot& slot = slots_[probe(name, hash)];
  if (slot.id != kNone) return slot.id;
  const auto id = static_cast<std::uint32_t>(names_.size());
  slot = {hash, id};
  names_.push_back(name);
  if (names_.size() * 2 > slots_.size()) grow();
  return id;
}

std::uint32_t Interner::find(std::string_view name) const {
  return slots_[probe(name, hash_of(name))].id;
}

void Interner::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == kNone) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].id != kNone) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

NameList Interner::list() const {
  std::size_t bytes = 0;
  for (const std::string_view name : names_) bytes += name.size();
  NameList list;
  list.reserve(names_.size(), bytes);
  for (const std::string_view name : names_) list.push_back(name);
  return list;
}

}  // namespace tongsuan::codec
