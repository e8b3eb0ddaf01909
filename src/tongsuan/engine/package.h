// Orders that are more than one block in a window: packages.
//
// Model. A *leg* is a gang of devices of a class at a hub during fixed seconds. A package wants one
// of its *alternatives*, all legs of it or none: *options* name them all, a *profile* has one, a
// *service* has one for each hub that may run the same gang in each of its ranges. A *curve* wants
// as much of one leg as is cheap enough in each second: its steps say what more devices are worth.
// *Shares* are a profile of which a share will do, the same of each leg in whole devices, for as
// large a share of its value at most.
// Dispatch never starts a package; a round awards it. Then each leg becomes a *part*: an order of
// its own that has a block from the begin of the leg on, at a price that was agreed, and ends with
// the leg whatever happens. The package itself is over then.
//
// Ownership. Plain values: a LiveOrder (order.h) has one of these, or none.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/domain/market.h"

namespace tongsuan::engine {

inline constexpr std::uint32_t kAlternativesMax = 64;    // of one package
inline constexpr std::uint32_t kLegsMax = 64;            // of one alternative, parts of one award
inline constexpr std::uint32_t kPackageLegsMax = 1'024;  // of all alternatives of one package
inline constexpr std::uint32_t kDemandStepsMax = 16;     // of one curve
inline constexpr Second kPartPatience = 900;  // a part may start so long after its begin, no longer

enum class PackageKind : std::uint8_t { kOptions, kProfile, kService, kCurve, kPart, kShares };

struct PackageLeg {
  ClassId accelerator;
  HubId hub;
  std::uint32_t gang = 1;
  Second begin = 0;
  Second end = 0;
  friend bool operator==(const PackageLeg&, const PackageLeg&) = default;
};

struct Alternative {
  std::int64_t value = 0;  // micro-yuan, at most
  std::vector<PackageLeg> legs;
  friend bool operator==(const Alternative&, const Alternative&) = default;
};

// What so many more devices are worth in a curve.
struct DemandStep {
  Price price;  // micro-yuan per device-hour; falls from step to step
  std::uint32_t devices = 0;
  friend bool operator==(const DemandStep&, const DemandStep&) = default;
};

struct Package {
  PackageKind kind = PackageKind::kOptions;
  // Of a curve: one, with one leg, whose gang and value are those of all steps; of a part: none.
  std::vector<Alternative> alternatives;
  std::vector<DemandStep> steps;  // of a curve
  std::uint32_t parent = kNone;   // of a part: OrderId::value of the package
  Price agreed;                   // of a part: micro-yuan per device-hour
  std::uint32_t minimum_ppm = 0;  // of shares: the least of each leg that will do, below all
  friend bool operator==(const Package&, const Package&) = default;
};

// What `devices` cost for so many seconds at a price per device-hour: whole micro-yuan, rounded up;
// beyond kMoneyMax one more than that, which nobody has.
[[nodiscard]] std::int64_t device_cost(Price price, std::uint32_t devices, Second seconds);
// What a whole curve is worth over its leg, rounded down.
[[nodiscard]] std::int64_t curve_value(const std::vector<DemandStep>& steps, Second seconds);
// What the device that comes last among so many is worth, per device-hour.
[[nodiscard]] Price step_price(const std::vector<DemandStep>& steps, std::uint32_t devices);

// The fewest devices of a leg that an award may have: of shares, rounded up; else all of them.
[[nodiscard]] std::uint32_t least_gang(const Package& package, const PackageLeg& leg);
// What `gang` of `whole` devices are worth where all are worth `value`, rounded down.
[[nodiscard]] std::int64_t share_value(std::int64_t value, std::uint32_t gang, std::uint32_t whole);

struct LiveOrder;
// Sets the terms of an order that follow from its package: what it is worth at most, the hubs that
// it names, its first leg as its way, and until when it can be awarded.
void set_package_terms(LiveOrder& order);

}  // namespace tongsuan::engine
