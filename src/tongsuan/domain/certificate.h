// A certificate: an outcome with the prices and the bound that prove how good it is. A stranger
// with the market file re-derives every number in one pass with integers (market/verify.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/base/sha256.h"
#include "tongsuan/domain/outcome.h"

namespace tongsuan {

inline constexpr std::uint64_t kGangPricesMax = std::uint64_t{1} << 28;  // in one certificate

// Prices by gang size on capacity and node rows: the strengthening for thin books. They bound
// welfare and are paid by nobody (market/gang_bound.h). `prices[row * sizes.size() + k]` is the
// price of one gang of sizes[k] devices or nodes for one slot on `row`, in micro-yuan per hour of
// the whole gang.
struct GangPrices {
  std::vector<std::uint32_t> sizes;  // rising, each dividing the next; at most kGangMax
  std::vector<std::int64_t> prices;  // ≥ 0; empty: the strengthening is not used
  friend bool operator==(const GangPrices&, const GangPrices&) = default;
};

// Strengthenings that both bounds use, as bits; the verifier re-derives them from the book.
inline constexpr std::uint32_t kPresolve = 1;  // starts that no best outcome needs are left out
                                               // (market/strengthen.h)

// Money of one account over the round: what its orders pay, what its offers and sales receive.
struct AccountTotal {
  AccountId account;
  std::int64_t paid = 0;      // micro-yuan
  std::int64_t received = 0;  // micro-yuan
  friend bool operator==(const AccountTotal&, const AccountTotal&) = default;
};

struct Certificate {
  std::string market;
  std::uint64_t round = 0;
  Digest root{};           // of the canonical book
  std::uint64_t seed = 0;  // of the hash that settles ties
  Outcome outcome;
  Prices bound_prices;     // λ*: the bound and the published signal of scarcity
  Prices payment_prices;   // λ′: what is paid
  GangPrices gang_prices;  // π
  // Undivided money: micro-yuan × denominator of the problem (market/problem.h).
  int128 welfare = 0;
  std::uint32_t strengthenings = 0;      // of both bounds: kPresolve or nothing
  int128 bound = 0;                      // D(λ*)
  int128 gang_bound = 0;                 // D(π), or 0 when the strengthening is not used
  std::vector<AccountTotal> totals;      // rising account ids; accounts without money left out
  std::vector<std::int64_t> line_rents;  // micro-yuan, one per line
  std::int64_t rent = 0;  // micro-yuan: what buyers pay and nobody else receives, ≥ 0
  friend bool operator==(const Certificate&, const Certificate&) = default;
};

}  // namespace tongsuan
