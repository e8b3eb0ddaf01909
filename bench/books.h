// Books that benches open by name.
//
// A book is named KIND:ORDERS[:SEED] — week (generated, capacity alone: clearing_cases.h), national
// (lab/national.h) or coupled (clearing_cases.h) — or is a published case: j1k, j5k. The cases need
// ../shared/data and are skipped with a plain message where that is absent.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "tongsuan/lab/national.h"

#include "clearing_cases.h"

namespace tongsuan::bench {

struct Book {
  std::string name;
  Market market;
  double unit = 1e6;  // micro-yuan per unit of money in the reports: a yuan, or a cent of a case
};

inline std::string shared_data() {
#ifdef TONGSUAN_SHARED_DIR
  return std::string(TONGSUAN_SHARED_DIR) + "/data";
#else
  return "../shared/data";
#endif
}

inline constexpr double kLoad = 1.3;  // demand of the generated weeks against their supply

inline Result<Market> generated(const std::string& kind, std::uint32_t orders, std::uint64_t seed) {
  if (kind == "week") return national_week(orders, kLoad, seed);
  if (kind == "coupled") return coupled_week(orders, 1.0, seed);
  if (kind == "national") {
    lab::NationalOptions options;
    options.orders = orders;
    options.seed = seed;
    return lab::national_market(options);
  }
  return Error{ErrorCode::kInvalidArgument,
               "no kind of book is named " + kind + "; there are week, national, coupled",
               {}};
}

// Nothing, with a message on standard error, when there is no such book here.
inline std::optional<Book> open_book(const std::string& name) {
  const auto give_up = [&](const std::string& why) {
    std::fprintf(stderr, "%s: skipped: %s\n", name.c_str(), why.c_str());
    return std::nullopt;
  };
  if (name == "j1k" || name == "j5k") {
    const std::string folder = shared_data() + "/clearing_cases/" + name;
    if (!std::filesystem::exists(folder)) return give_up("there is no " + folder);
    Result<Market> loaded = load_case(folder);
    if (!loaded.ok()) return give_up(loaded.error().context);
    return Book{name, std::move(loaded).value(), static_cast<double>(kCent)};
  }
  std::istringstream parts(name);
  std::string kind, orders, seed;
  std::getline(parts, kind, ':');
  std::getline(parts, orders, ':');
  std::getline(parts, seed, ':');
  const auto count = static_cast<std::uint32_t>(std::strtoul(orders.c_str(), nullptr, 10));
  if (count == 0) return give_up("a book is KIND:ORDERS[:SEED], j1k or j5k");
  Result<Market> made =
      generated(kind, count, seed.empty() ? 7 : std::strtoull(seed.c_str(), nullptr, 10));
  if (!made.ok()) return give_up(made.error().context);
  return Book{name, std::move(made).value()};
}

}  // namespace tongsuan::bench
