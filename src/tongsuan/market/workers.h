// Who carries out work that falls into parts. The market itself has no threads: a caller that has
// some brings them. Parts only add whole numbers, so no result depends on how many there are.
#pragma once

#include <cstdint>
#include <functional>

namespace tongsuan::market {

class Workers {
 public:
  Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  virtual ~Workers() = default;

  // In how many parts work is best cut, at least one.
  [[nodiscard]] virtual std::uint32_t count() const { return 1; }
  // Calls work(part) once for every part below count(), perhaps at the same time, and returns when
  // all have ended.
  virtual void run(const std::function<void(std::uint32_t part)>& work) const { work(0); }
};

}  // namespace tongsuan::market
