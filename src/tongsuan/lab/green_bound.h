// The largest share of its energy that any policy can match with green energy of the same hour
// while it still earns so much.
//
// Model. For a share r and a charge c ≥ 0, micro-yuan per MWh, let a policy earn e, draw E and
// match G of it. If it earns at least e0 and matches at least r · E, then
//   e + c · (G − r · E) = e − c · (E − G) + c · (1 − r) · E ≥ e0.
// The left side is what a schedule earns in another world: energy that is not matched is charged c,
// and all energy earns c · (1 − r). value_bound.h bounds it there for any prices, so prices with
// D < e0 prove that no policy earns e0 with a share of r. `green_bound` looks for the charge and
// the prices that prove the least share. The certificate is charge, share and prices; `green_dual`
// evaluates it in integers, with the functions of value_bound.h.
//
// Assumed: what value_bound.h assumes, for work that runs through or for work in parts. The energy
// of a policy is that of jobs that it completed, each done once: if a part s of what it draws is
// lost or repeated work, its share can be as large as (1 − s) · r + s. Relaxed besides: walls of
// nodes, time of transfers, what a move costs, and that nobody knows the future.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/value_bound.h"
#include "tongsuan/lab/value_model.h"

namespace tongsuan::lab {

enum class Earned : std::uint8_t {
  kValue,  // value served
  kNet,    // net value, with what the rule adds to energy that is not matched
  kWork,   // work served: kMicroOfWork for each device-second of true_work
};
inline constexpr std::int64_t kMicroOfWork = 1'000;

struct GreenCertificate {
  std::int64_t charge = 0;  // micro-yuan per MWh, up to kGreenChargeMax
  std::uint32_t share_ppm = 1'000'000;
  ValuePrices prices;
};
inline constexpr std::int64_t kGreenChargeMax = 1'000'000'000'000;  // a million yuan per MWh

// The other world: nobody asks for anything there (but with kNet), and jobs have the value that is
// counted.
[[nodiscard]] Instance charged_world(const Instance& instance, Earned earned, std::int64_t charge,
                                     std::uint32_t share_ppm);

// What no policy passes on the left side, micro-yuan. A policy that earns more has a smaller share
// than the certificate's.
[[nodiscard]] std::int64_t green_dual(const Instance& instance, Earned earned,
                                      const GreenCertificate& certificate, Runs runs);

struct GreenOptions {
  std::uint32_t passes = 0;   // of each search for prices; 0: as value_bound
  std::uint32_t charges = 5;  // that are tried: each half of the one before
};

struct GreenBound {
  double share = 1;              // of whoever earns so much, at most; 1: nothing was proved
  GreenCertificate certificate;  // proves it
};
// One for each of `at_least`, micro-yuan earned. Without energy nothing is proved.
[[nodiscard]] std::vector<GreenBound> green_bounds(const Instance& instance, Earned earned,
                                                   const std::vector<std::int64_t>& at_least,
                                                   Runs runs, const GreenOptions& options = {});

}  // namespace tongsuan::lab
