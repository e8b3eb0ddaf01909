// Markets and certificates from files, with the failures that a user can act on.
#pragma once

#include <string_view>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/codec/fault.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::cli {

inline constexpr std::size_t kFaultsShownMax = 1'000;

Attempt<Market> read_market_file(const Session& session, std::string_view path);
Attempt<Certificate> read_certificate_file(const Session& session, std::string_view path,
                                           const Market& market);

// market::verify on all processors.
[[nodiscard]] market::Verdict verify_round(const Market& market, const Certificate& certificate);

// A market with a certificate that passed verification.
struct ClearedRound {
  Market market;
  Certificate certificate;
};
Attempt<ClearedRound> read_round(const Session& session, std::string_view market_path,
                                 std::string_view certificate_path);

// At most one of the inputs may be standard input.
Attempt<Done> one_standard_input(const Session& session,
                                 std::initializer_list<std::string_view> paths);

// The failure for a file with faults; `what` gets the file and the number of faults.
[[nodiscard]] Failure faulty_file(const Session& session, Message what, std::string_view path,
                                  const codec::FaultList& faults);

// Position of a name in a sorted list, or a failure that suggests the nearest one.
struct NotFoundMessages {
  Message plain;
  Message near;
  const char* code;
};
Attempt<std::uint32_t> find_name(const Session& session, const NameList& names,
                                 std::string_view name, const NotFoundMessages& messages);
Attempt<std::uint32_t> find_order(const Session& session, const Market& market,
                                  std::string_view name);

}  // namespace tongsuan::cli
