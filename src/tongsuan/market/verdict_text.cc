#include "tongsuan/market/verdict_text.h"

#include <array>

#include "tongsuan/base/text.h"

namespace tongsuan::market {
namespace {

struct Meaning {
  Fault fault;
  const char* english;
  const char* chinese;
};

constexpr std::array<Meaning, 24> kMeanings = {{
    {Fault::kNone, "nothing is wrong", "没有问题"},
    {Fault::kMarketLimit, "the market passes a limit", "市场超出了限额"},
    {Fault::kRootMismatch, "the certificate is of another book", "证书属于另一份订单簿"},
    {Fault::kUnknownAward, "an award does not exist in the book", "订单簿中没有这样的中标方案"},
    {Fault::kAwardOrder, "awards repeat or are out of order", "中标记录重复或次序错误"},
    {Fault::kLotsOutOfRange, "an accepted share is not allowed", "接受的份额不被允许"},
    {Fault::kPrecedence, "an order runs before the one that it follows has ended",
     "订单早于其前序订单结束而开始"},
    {Fault::kFlowCount, "there is not one flow per line and slot", "线路潮流的数量不对"},
    {Fault::kFlowOutOfRange, "a flow is beyond its line", "潮流超出线路限额"},
    {Fault::kOverCapacity, "more is used than there is", "用量超过供给"},
    {Fault::kPriceCount, "there is not one price per row", "价格的数量不对"},
    {Fault::kPriceOutOfRange, "a price is out of range", "价格超出范围"},
    {Fault::kWelfareMismatch, "welfare is not what the outcome is worth", "社会福利与结果不符"},
    {Fault::kBoundMismatch, "the bound is not what its prices give", "上界与其价格不符"},
    {Fault::kGangPriceShape, "the gang prices do not fit the book", "成组价格与订单簿不符"},
    {Fault::kGangBoundMismatch, "the gang bound is not what its prices give",
     "成组上界与其价格不符"},
    {Fault::kBoundBelowWelfare, "the bound is below welfare", "上界低于社会福利"},
    {Fault::kBuyerLoses, "an accepted order loses money", "中标订单亏损"},
    {Fault::kSellerLoses, "a seller earns less than its cost", "卖方收入低于其成本"},
    {Fault::kLineLoses, "a line earns less than its tariff", "线路收入低于其输送费"},
    {Fault::kTieRule, "among equal orders the wrong one won", "相同订单之间的抽签结果不对"},
    {Fault::kTotalsMismatch, "an account's money is wrong", "账户金额不对"},
    {Fault::kRentMismatch, "the rent is wrong", "租金不对"},
    {Fault::kRentNegative, "buyers pay less than sellers receive", "买方付款少于卖方收款"},
}};

std::string money(int128 undivided, std::int64_t denominator) {
  const int128 micro = divide_wide(undivided, denominator, Rounding::kDown);
  if (micro >= INT64_MIN && micro <= INT64_MAX) {
    return decimal(static_cast<std::int64_t>(micro), 6);
  }
  return to_string(divide_wide(micro, kMicro, Rounding::kDown));
}

std::string percent(std::int64_t ppm) {
  return decimal(ppm, 4) + " %";
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      const std::uint8_t control = byte;
      out += "\\u00" + hex(&control, 1);
    } else {
      out += c;
    }
  }
  return out + '"';
}

void member(std::string& out, const char* key, std::string_view json_value) {
  if (out.size() > 1) out += ',';
  out += quoted(key);
  out += ':';
  out += json_value;
}

}  // namespace

const char* fault_text(Fault fault, Language language) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.fault != fault) continue;
    return language == Language::kChinese ? meaning.chinese : meaning.english;
  }
  return "?";
}

std::string verdict_text(const Market& market, const Certificate& certificate,
                         const Verdict& verdict, Language language) {
  const bool chinese = language == Language::kChinese;
  const auto line = [&](const char* english, const char* zh, const std::string& value) {
    return "  " + std::string(chinese ? zh : english) + ' ' + value + '\n';
  };
  std::string out = chinese ? "市场 " : "market ";
  out += market.name + (chinese ? "，轮次 " : ", round ") + std::to_string(certificate.round);
  if (!verdict.ok()) {
    out += std::string(chinese ? "：未通过验证，" : ": NOT verified, ") +
           fault_name(verdict.fault) + (chinese ? "：" : ": ") +
           fault_text(verdict.fault, language) + '\n';
    out += line("what ", "详情", verdict.detail);
    out += line("try  ", "建议",
                chinese ? "向发布者索取该轮的订单簿与证书原件，再次验证"
                        : "ask the operator for the round's original book and certificate");
    return out;
  }
  out += chinese ? "：通过验证\n" : ": verified\n";
  out += line("orders ", "订单", std::to_string(verdict.order_count));
  out += line("awards ", "中标", std::to_string(verdict.award_count));
  out += line("rows   ", "约束", std::to_string(verdict.row_count));
  out +=
      line("welfare", "福利", money(verdict.welfare, verdict.denominator) + ' ' + market.currency);
  out += line("bound  ", "上界", money(verdict.bound, verdict.denominator) + ' ' + market.currency);
  out += line("gap    ", "差距", percent(verdict.gap_ppm()));
  out += line("rent   ", "租金", decimal(certificate.rent, 6) + ' ' + market.currency);
  return out;
}

std::string verdict_json(const Market& market, const Certificate& certificate,
                         const Verdict& verdict) {
  const bool counted = verdict.ok();
  std::string out = "{";
  member(out, "verified", verdict.ok() ? "true" : "false");
  member(out, "fault", quoted(fault_name(verdict.fault)));
  member(out, "detail", quoted(verdict.detail));
  member(out, "market", quoted(market.name));
  member(out, "round", std::to_string(certificate.round));
  member(out, "orders", std::to_string(verdict.order_count));
  member(out, "awards", std::to_string(verdict.award_count));
  member(out, "rows", std::to_string(verdict.row_count));
  if (counted) {
    member(out, "currency", quoted(market.currency));
    member(out, "welfare", quoted(money(verdict.welfare, verdict.denominator)));
    member(out, "bound", quoted(money(verdict.bound, verdict.denominator)));
    member(out, "rent", quoted(decimal(certificate.rent, 6)));
    member(out, "gapPpm", std::to_string(verdict.gap_ppm()));
    member(out, "welfareUndivided", quoted(to_string(verdict.welfare)));
    member(out, "boundUndivided", quoted(to_string(verdict.bound)));
    member(out, "denominator", quoted(std::to_string(verdict.denominator)));
  }
  return out + '}';
}

std::string unreadable_json(std::string_view fault, std::string_view detail) {
  std::string out = "{";
  member(out, "verified", "false");
  member(out, "fault", quoted(fault));
  member(out, "detail", quoted(detail));
  return out + '}';
}

}  // namespace tongsuan::market
