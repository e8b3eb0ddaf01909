// The certificate text format, version 1: docs/formats/certificate.md is the truth.
//
// A certificate is read with its market, because it names orders, hubs, lines and accounts; their
// ids are positions in the canonical market. What the reader checks is the form: that the file is
// whole, that names exist, that lists are complete and in order, that numbers are within the limits
// of their types. Whether a number is true is the verifier's question (market/verify.h).
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/codec/fault.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::codec {

// Limits of the format beside those of domain/units.h.
inline constexpr std::int64_t kFormatGangPriceMax = 1'000'000'000'000'000;  // 10^9 yuan per hour

// A certificate, or what is wrong with the file. With a fault, `certificate` is empty.
struct CertificateReport {
  Certificate certificate;
  FaultList faults;
  [[nodiscard]] bool ok() const { return faults.empty(); }
};

// `market` is canonical, as read_market gives it. `file_name` is only for messages.
[[nodiscard]] CertificateReport read_certificate(std::string_view bytes, std::string_view file_name,
                                                 const Market& market,
                                                 const ReadOptions& options = {});

// Requires a certificate that fits the market: awards, totals and hubs exist, there is one flow per
// line and slot and one rent per line, and prices are whole lanes. Its numbers may be false.
[[nodiscard]] std::string write_certificate(const Certificate& certificate, const Market& market);

}  // namespace tongsuan::codec
