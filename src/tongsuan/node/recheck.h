// The whole history of an exchange, gone through again by somebody who trusts nothing: hashes,
// events, digests of the state, and the certificate of every round against its book.
#pragma once

#include <functional>
#include <string>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/journal/reader.h"
#include "tongsuan/market/workers.h"

namespace tongsuan::node {

struct RecheckOptions {
  bool from_snapshot = false;  // what lies before the last good one is believed
  // Asked now and then with the commands so far; true ends the work.
  std::function<bool(std::uint64_t sequence)> stop = {};
};

struct Rechecked {
  std::uint64_t first = 0;  // command; the one after `last` where there was none
  std::uint64_t last = 0;
  std::uint64_t batches = 0;
  std::uint64_t digests = 0;   // of the state, each as it was
  std::uint64_t rounds = 0;    // that were published
  std::uint64_t verified = 0;  // of them, with a certificate that passed
  Second now = 0;              // of the exchange, at the end
  Digest hash{};               // of the last batch
  Digest state{};              // digest of the state at the end
  bool stopped = false;
};

// On a fresh exchange of the same places. A failure names the command, and the round.
[[nodiscard]] journal::Answer<Rechecked> recheck(journal::Reader& reader,
                                                 exchange::Exchange& exchange,
                                                 const RecheckOptions& options,
                                                 const market::Workers& workers);

// The texts of a round that was published.
struct RoundTexts {
  std::string book;
  std::string certificate;  // empty where the round has none
};
[[nodiscard]] journal::Answer<RoundTexts> read_round_texts(journal::Reader& reader,
                                                           const exchange::RoundPublished& round);

// The event that published a round, searched for from the first command on; nothing if there is
// none.
[[nodiscard]] journal::Answer<std::optional<exchange::RoundPublished>> find_round(
    journal::Reader& reader, std::uint64_t round);

}  // namespace tongsuan::node
