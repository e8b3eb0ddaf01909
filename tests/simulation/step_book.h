// A second book of what suppliers ask, from events alone: what each device costs that somebody
// starts or is promised, and what suppliers were paid for it. It shares no code with the engine.
//
// Oracle: suppliers_have_their_steps. Whoever starts, or is promised devices, pays no less than the
// dearest step of those that it takes behind all that is used meanwhile; and whatever is resold,
// what a supplier was paid for a pool is no less than those steps for the time that was delivered.
#pragma once

#include <map>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/engine/places.h"
#include "tongsuan/exchange/exchange.h"

#include "plan.h"

namespace tongsuan::simulation {

class StepBook {
 public:
  explicit StepBook(const engine::Places& places);

  // Devices of a pool for [begin, end), at a price for a device-hour.
  struct Held {
    std::uint32_t pool = 0;
    std::int64_t devices = 0;
    Second begin = 0, end = 0;
    std::int64_t price = 0;
  };
  void asked(std::uint32_t pool, std::vector<engine::AskStep> steps);  // none: all at the price
  void asked(std::uint32_t pool, Price price);
  void promised(Second at, std::uint32_t order, const Held& held);
  void promised_again(std::uint32_t order, const Held& held) {
    blocks_[order] = {held, held.price};
  }
  void released(std::uint32_t order) { blocks_.erase(order); }
  // `agreed`: its price was judged when it was awarded.
  void started(std::uint32_t contract, std::uint32_t order, const Held& held, bool agreed);
  void goes_on(std::uint32_t contract, Second until) { contracts_[contract].end = until; }
  void shrunk(std::uint32_t contract, std::int64_t devices);
  void ended(std::uint32_t contract) { contracts_.erase(contract); }
  // So many seconds of a contract were delivered; so much was paid to a supplier.
  void delivered(std::uint32_t contract, Second seconds);
  void paid(std::uint32_t pool, std::int64_t amount);
  // What is asked for a second of a contract that runs; micro-yuan · 3,600.
  [[nodiscard]] int128 asked_of(std::uint32_t contract) const;
  // So much was not delivered after all, and so much was paid back for it.
  void given_back(std::uint32_t pool, int128 asked, std::int64_t amount);
  [[nodiscard]] const Verdict& broken() const { return broken_; }
  // Once nothing is owed for the pool any more.
  [[nodiscard]] Verdict are_paid(std::uint32_t pool) const;
  void count(Figures& figures) const { figures.stepped += stepped_; }

 private:
  struct Row : Held {
    std::int64_t least = 0;  // the dearest step that it takes
  };
  struct Sum {
    int128 asked = 0;  // micro-yuan · 3,600
    int128 paid = 0;   // micro-yuan
    std::int64_t payments = 0;
  };
  [[nodiscard]] std::int64_t least(Second at, const Held& held, std::uint32_t except) const;
  [[nodiscard]] std::int64_t used(Second at, Second when, const Held& held,
                                  std::uint32_t except) const;
  void judge(const Held& held, std::int64_t least);

  std::vector<std::vector<engine::AskStep>> steps_;  // by pool
  std::vector<Sum> sums_;                            // by pool
  std::map<std::uint32_t, Row> contracts_;           // that run
  std::map<std::uint32_t, Row> blocks_;              // by order
  std::uint64_t stepped_ = 0;
  Verdict broken_;
};

}  // namespace tongsuan::simulation
