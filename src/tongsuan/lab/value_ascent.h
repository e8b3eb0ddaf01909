// Jobs at prices, in floating point: what each would do, and what all of them use.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/value_model.h"

namespace tongsuan::lab {

// Prices by pool and hour in one row each, as the search moves them.
struct RoughPrices {
  std::vector<double> devices;  // [pool × hours + hour], micro-yuan per device-hour
  std::vector<double> green;    // [zone × hours + hour], micro-yuan per MWh; empty without
};

class ValueOracle {
 public:
  ValueOracle(const Instance& instance, const ValueModel& model);

  void set_prices(const RoughPrices& prices);
  // Adds what jobs first, first + stride, … use at these prices to `used` (device-seconds, laid out
  // like the prices) and `drawn` (Wh, like green prices); returns their surplus, micro-yuan.
  double respond(std::size_t first, std::size_t stride, std::vector<double>& used,
                 std::vector<double>& drawn) const;

 private:
  struct Choice {
    double net = 0;
    const ValueWay* way = nullptr;
    std::uint32_t pool = 0;
    double start = 0;
  };
  struct Pool {                    // all per device-second; integrals from 0 by hour
    const double* rate = nullptr;  // of a device of a gang
    const double* integral = nullptr;
    const double* least_after = nullptr;  // least rate from the hour on
    const double* held = nullptr;         // without energy: of a device that is held and idle
    const double* held_integral = nullptr;
  };
  [[nodiscard]] Choice best(const ValueJob& job) const;
  void scan(const ValueJob& job, const ValueWay& way, std::uint32_t pool, Choice& best) const;
  [[nodiscard]] double cost(const Pool& pool, const ValueWay& way, double spare,
                            double start) const;
  void add_usage(const Choice& choice, std::vector<double>& used, std::vector<double>& drawn) const;
  [[nodiscard]] Pool at(std::uint32_t pool) const;

  const Instance& instance_;
  const ValueModel& model_;
  std::size_t hours_ = 0;
  std::vector<double> tariff_;  // [pool × hours + hour], of energy, micro-yuan per device-hour
  std::vector<double> rate_, integral_, least_after_, held_, held_integral_;
};

}  // namespace tongsuan::lab
