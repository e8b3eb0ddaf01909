// Names to numbers: open addressing over views into the bytes of the file. Ids count up from 0 in
// the order of first use. Nothing iterates the table, so its layout cannot reach a result.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::codec {

class Interner {
 public:
  Interner() : slots_(kSlotsAtFirst) {}

  // The id of `name`, new if it was not seen before. The bytes of the name must outlive the table.
  std::uint32_t intern(std::string_view name);
  // The id of `name`; kNone when it was never interned.
  [[nodiscard]] std::uint32_t find(std::string_view name) const;
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(names_.size()); }
  [[nodiscard]] std::string_view operator[](std::uint32_t id) const { return names_[id]; }
  [[nodiscard]] NameList list() const;

 private:
  static constexpr std::size_t kSlotsAtFirst = 64;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id = kNone;
  };
  [[nodiscard]] std::size_t probe(std::string_view name, std::uint32_t hash) const;
  void grow();

  std::vector<std::string_view> names_;
  std::vector<Slot> slots_;
};

}  // namespace tongsuan::codec
