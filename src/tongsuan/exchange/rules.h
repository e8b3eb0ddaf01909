// The rules that an operator may change while the exchange runs. Every change is an event.
#pragma once

#include <cstdint>
#include <tuple>

#include "tongsuan/domain/units.h"

namespace tongsuan::exchange {

struct Rules {
  Second round = 900;  // seconds between gates
  Second lock = 60;    // before a gate, in which orders may only be improved
  // A limit or an ask is refused beyond so many per cent of the price posted last, or below 1/… of
  // it; 0: no collar.
  std::uint32_t collar_percent = 2'000;
  std::uint32_t orders_of_one = 100'000;  // live, of one participant
  std::uint32_t live_orders = 2'000'000;  // of all
  std::uint32_t penalty_ppm = 100'000;    // of the price of what a supplier failed to deliver
  // Of the price of what a contract has left when it ends early, due where nobody else takes it.
  // An event of its own (TakeOrPaySet), so that older journals can be read.
  std::uint32_t take_or_pay_ppm = 1'000'000;
  friend bool operator==(const Rules&, const Rules&) = default;
  static constexpr auto fields() {
    return std::tuple(&Rules::round, &Rules::lock, &Rules::collar_percent, &Rules::orders_of_one,
                      &Rules::live_orders, &Rules::penalty_ppm);
  }
};

inline constexpr Second kRoundMax = 604'800;
inline constexpr std::uint32_t kCollarMax = 1'000'000;
inline constexpr std::uint32_t kLiveOrdersMax = 4'000'000;

}  // namespace tongsuan::exchange
