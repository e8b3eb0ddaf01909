// A verdict for people (Chinese or English) and for programs (one JSON object). Shared by
// tongsuan-verify, `tongsuan verify` and the verifier in the browser, so that all three say the
// same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/verify.h"

namespace tongsuan::market {

enum class Language : std::uint8_t { kEnglish, kChinese };

// What a fault means, in one sentence.
[[nodiscard]] const char* fault_text(Fault fault, Language language);

// Lines for a terminal: the verdict, then what was counted, or what is wrong and what to try.
[[nodiscard]] std::string verdict_text(const Market& market, const Certificate& certificate,
                                       const Verdict& verdict, Language language);

// {"verified":true,"fault":"none","detail":"",...}; money as decimal strings of the market's
// currency, and undivided with its denominator for those who recompute.
[[nodiscard]] std::string verdict_json(const Market& market, const Certificate& certificate,
                                       const Verdict& verdict);

// The same shape for files that could not be read: fault "unreadable-market" or
// "unreadable-certificate", with only the detail.
[[nodiscard]] std::string unreadable_json(std::string_view fault, std::string_view detail);

}  // namespace tongsuan::market
