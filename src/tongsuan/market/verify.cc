#include "tongsuan/market/verify.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/market/bounded_book.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/gang_bound.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/ties.h"

namespace tongsuan::market {
namespace {

std::string micro_text(int128 micro) {
  if (micro < INT64_MIN || micro > INT64_MAX) return to_string(micro) + " micro";
  return decimal(static_cast<std::int64_t>(micro), 6);
}

class Verifier {
 public:
  Verifier(const Market& market, const Certificate& certificate, const Workers& workers)
      : market_(market), certificate_(certificate), workers_(workers) {}
  // What follows from the rest of the draft is filled in, where it would be compared.
  Verifier(const Market& market, Certificate* draft, const Workers& workers)
      : market_(market), certificate_(*draft), draft_(draft), workers_(workers) {}

  Verdict run() {
    using Check = bool (Verifier::*)();
    for (const Check check :
         {&Verifier::check_book, &Verifier::check_awards, &Verifier::check_precedence,
          &Verifier::check_flows, &Verifier::check_capacity, &Verifier::check_prices,
          &Verifier::check_welfare, &Verifier::check_bound, &Verifier::check_gang_bound,
          &Verifier::check_order_of_bound, &Verifier::check_buyers, &Verifier::check_curves,
          &Verifier::check_sellers, &Verifier::check_lines, &Verifier::check_ties,
          &Verifier::check_money}) {
      if (!(this->*check)()) break;
    }
    return std::move(verdict_);
  }

 private:
  bool fail(Fault fault, std::string detail) {
    verdict_.fault = fault;
    verdict_.detail = std::move(detail);
    return false;
  }

  // ---- Names for people ------------------------------------------------------------------------

  [[nodiscard]] std::string order_text(std::uint32_t order) const {
    return "order " + std::string(market_.order_names[order]);
  }
  [[nodiscard]] std::string account_text(AccountId account) const {
    return "account " + std::string(market_.account_names[account.value]);
  }
  [[nodiscard]] std::string lane_text(std::uint32_t lane) const {
    return lane_names(market_, problem_)[lane];
  }
  [[nodiscard]] std::string row_text(std::uint32_t row) const {
    return lane_text(row / problem_.slot_count) + " slot " +
           std::to_string(row % problem_.slot_count);
  }
  [[nodiscard]] std::string line_text(std::uint32_t line) const {
    return "line " + std::string(market_.zone_names[market_.lines[line].from.value]) + "->" +
           std::string(market_.zone_names[market_.lines[line].to.value]);
  }
  [[nodiscard]] std::string money_text(int128 undivided) const {
    return micro_text(divide_wide(undivided, problem_.denominator, Rounding::kDown)) + ' ' +
           market_.currency;
  }
  [[nodiscard]] std::string claim_text(const char* what, int128 claimed, int128 derived) const {
    return std::string(what) + " is claimed as " + to_string(claimed) + ", but is " +
           to_string(derived) + " (" + money_text(derived) + ")";
  }

  // ---- The checks, in the order of Fault -------------------------------------------------------

  bool check_book() {
    std::optional<Result<Problem>> compiled;
    Digest derived{};
    workers_.run([&](std::uint32_t part) {  // one part does both where there are no others
      if (part == 0) compiled.emplace(compile(market_));
      if (part + 1 == workers_.count()) derived = root(market_);
    });
    if (!compiled->ok()) return fail(Fault::kMarketLimit, compiled->error().context);
    problem_ = std::move(*compiled).value();
    compiled.reset();
    verdict_.denominator = problem_.denominator;
    verdict_.order_count = market_.orders.size();
    verdict_.award_count = certificate_.outcome.awards.size();
    verdict_.row_count = problem_.row_count();
    if (draft_ != nullptr) {
      draft_->market = market_.name;
      draft_->root = derived;
    }
    if (certificate_.market != market_.name || certificate_.root != derived) {
      return fail(Fault::kRootMismatch,
                  "the certificate is of market " + certificate_.market + " with root " +
                      hex(certificate_.root.data(), certificate_.root.size()) +
                      ", but the book is market " + market_.name + " with root " +
                      hex(derived.data(), derived.size()));
    }
    return true;
  }

  bool check_awards() {
    const std::vector<Award>& awards = certificate_.outcome.awards;
    placement_of_.resize(awards.size());
    for (std::size_t i = 0; i < awards.size(); ++i) {
      const std::uint32_t order = awards[i].order.value;
      if (order >= market_.orders.size()) {
        return fail(Fault::kUnknownAward,
                    "award " + std::to_string(i) + " names an order that the book does not have");
      }
      if (i > 0 && awards[i - 1].order.value >= order) {
        return fail(Fault::kAwardOrder, order_text(order) + " is out of order or awarded twice");
      }
      placement_of_[i] = find_placement(problem_, awards[i]);
      if (placement_of_[i].choice == kNone) {
        return fail(Fault::kUnknownAward, order_text(order) + " has no option with variant " +
                                              std::to_string(awards[i].variant) +
                                              ", this hub, and start " +
                                              std::to_string(awards[i].start));
      }
      if (!lots_allowed(problem_, placement_of_[i])) {
        return fail(Fault::kLotsOutOfRange, order_text(order) + " does not allow " +
                                                std::to_string(awards[i].lots) + " lots");
      }
    }
    return true;
  }

  bool check_precedence() {
    const std::vector<Award>& awards = certificate_.outcome.awards;
    for (std::size_t i = 0; i < awards.size(); ++i) {
      const std::uint32_t order = awards[i].order.value;
      const std::uint32_t after = problem_.orders[order].after;
      if (after == kNone) continue;
      const auto found = std::lower_bound(
          awards.begin(), awards.end(), after,
          [](const Award& award, std::uint32_t id) { return award.order.value < id; });
      if (found == awards.end() || found->order.value != after) {
        return fail(Fault::kPrecedence, order_text(order) + " must follow " + order_text(after) +
                                            ", which is not accepted");
      }
      const auto earlier = static_cast<std::size_t>(found - awards.begin());
      const Slot begin = placement_slots(problem_, placement_of_[i]).begin;
      const Slot end = placement_slots(problem_, placement_of_[earlier]).end;
      if (begin < end) {
        return fail(Fault::kPrecedence,
                    order_text(order) + " starts in slot " + std::to_string(begin) + ", before " +
                        order_text(after) + " ends with slot " + std::to_string(end));
      }
    }
    return true;
  }

  bool check_flows() {
    const std::vector<std::int64_t>& flows = certificate_.outcome.flows;
    if (flows.size() != problem_.line_slots.size()) {
      return fail(Fault::kFlowCount, "the certificate has " + std::to_string(flows.size()) +
                                         " flows, but the lines have " +
                                         std::to_string(problem_.line_slots.size()) + " slots");
    }
    for (std::size_t i = 0; i < flows.size(); ++i) {
      const LineSlot& line = problem_.line_slots[i];
      if (flows[i] < line.min || flows[i] > line.max) {
        return fail(Fault::kFlowOutOfRange, line_text(line.line) + " slot " +
                                                std::to_string(line.from % problem_.slot_count) +
                                                " carries " + std::to_string(flows[i]) +
                                                " Wh, beyond " + std::to_string(line.min) + " to " +
                                                std::to_string(line.max));
      }
    }
    return true;
  }

  bool check_capacity() {
    const std::vector<std::int64_t> use = net_use(problem_, certificate_.outcome, placement_of_);
    dispatch_ = dispatch(problem_, use);
    const std::uint32_t row = dispatch_.short_row;
    if (row == kNone) return true;
    return fail(Fault::kOverCapacity, row_text(row) + " must give " + std::to_string(use[row]) +
                                          " net, which its steps cannot");
  }

  bool check_prices() {
    return check_price_vector("bound", certificate_.bound_prices) &&
           check_price_vector("payment", certificate_.payment_prices);
  }

  bool check_price_vector(const char* what, const Prices& prices) {
    if (prices.size() != problem_.row_count()) {
      return fail(Fault::kPriceCount, std::string("there are ") + std::to_string(prices.size()) +
                                          ' ' + what + " prices for " +
                                          std::to_string(problem_.row_count()) + " rows");
    }
    for (std::uint32_t row = 0; row < prices.size(); ++row) {
      const bool balance = problem_.lanes[row / problem_.slot_count].balance;
      if (prices[row] > kPriceMax || prices[row] < (balance ? -kPriceMax : 0)) {
        return fail(Fault::kPriceOutOfRange, std::string("the ") + what + " price of " +
                                                 row_text(row) + " is " + micro_text(prices[row]));
      }
    }
    return true;
  }

  bool check_welfare() {
    verdict_.welfare = welfare(problem_, certificate_.outcome, placement_of_, dispatch_);
    if (draft_ != nullptr) draft_->welfare = verdict_.welfare;
    if (verdict_.welfare == certificate_.welfare) return true;
    return fail(Fault::kWelfareMismatch,
                claim_text("welfare", certificate_.welfare, verdict_.welfare));
  }

  bool check_bound() {
    if ((certificate_.strengthenings & ~kPresolve) != 0) {
      return fail(Fault::kBoundMismatch, "the bound uses a strengthening that is not known");
    }
    bounded_.emplace(problem_,
                     certificate_.strengthenings == kPresolve ? Presolved::kYes : Presolved::kNo,
                     workers_);
    verdict_.bound = dual_bound(*bounded_, certificate_.bound_prices);
    if (verdict_.bound == certificate_.bound) return true;
    return fail(Fault::kBoundMismatch, claim_text("bound", certificate_.bound, verdict_.bound));
  }

  bool check_gang_bound() {
    const GangPrices& gangs = certificate_.gang_prices;
    if (gangs.prices.empty()) {
      if (gangs.sizes.empty() && certificate_.gang_bound == 0) return true;
      return fail(Fault::kGangPriceShape,
                  "there are no gang prices, but gang sizes or a gang bound");
    }
    if (!gang_shape_fits(gangs)) return false;
    const std::vector<GangRow> kinds = gang_rows(*bounded_, gangs.sizes);
    if (!gang_prices_are_uniform(gangs, kinds)) return false;
    const int128 derived = gang_bound(*bounded_, certificate_.bound_prices, gangs, kinds);
    if (derived != certificate_.gang_bound) {
      return fail(Fault::kGangBoundMismatch,
                  claim_text("gang bound", certificate_.gang_bound, derived));
    }
    verdict_.bound = std::min(verdict_.bound, derived);
    return true;
  }

  bool gang_shape_fits(const GangPrices& gangs) {
    std::uint32_t last = 0;
    for (const std::uint32_t size : gangs.sizes) {
      if (size <= last || (last != 0 && size % last != 0)) {
        return fail(Fault::kGangPriceShape,
                    "gang sizes do not rise, or one does not divide the next");
      }
      last = size;
    }
    const std::uint64_t rows = std::uint64_t{problem_.gang_lane_count} * problem_.slot_count;
    if (gangs.sizes.empty() || gangs.prices.size() != rows * gangs.sizes.size()) {
      return fail(Fault::kGangPriceShape, "there are " + std::to_string(gangs.prices.size()) +
                                              " gang prices for " + std::to_string(rows) +
                                              " rows and " + std::to_string(gangs.sizes.size()) +
                                              " sizes");
    }
    for (const std::int64_t price : gangs.prices) {
      if (price < 0 || price > kGangPriceMax) {
        return fail(Fault::kGangPriceShape, "a gang price is " + micro_text(price));
      }
    }
    return true;
  }

  // On rows that gang prices cannot help they must say what the bound prices say.
  bool gang_prices_are_uniform(const GangPrices& gangs, const std::vector<GangRow>& kinds) {
    for (std::size_t row = 0; row < kinds.size(); ++row) {
      if (kinds[row] != GangRow::kUniform) continue;
      for (std::size_t k = 0; k < gangs.sizes.size(); ++k) {
        const int128 uniform = static_cast<int128>(certificate_.bound_prices[row]) * gangs.sizes[k];
        if (gangs.prices[row * gangs.sizes.size() + k] == uniform) continue;
        return fail(Fault::kGangPriceShape,
                    "a gang price differs from size times bound price where it must not");
      }
    }
    return true;
  }

  bool check_order_of_bound() {
    if (verdict_.bound >= verdict_.welfare) return true;
    return fail(Fault::kBoundBelowWelfare,
                claim_text("a bound above welfare", verdict_.welfare, verdict_.bound));
  }

  bool check_buyers() {
    const OptionPricer pricer(problem_, certificate_.payment_prices);
    for (std::size_t i = 0; i < placement_of_.size(); ++i) {
      const std::uint32_t order = certificate_.outcome.awards[i].order.value;
      const int128 value = static_cast<int128>(placement_value(problem_, order, placement_of_[i])) *
                           problem_.denominator;
      const int128 cost = pricer.cost(placement_of_[i]);
      if (cost > value) {
        return fail(Fault::kBuyerLoses, order_text(order) + " pays " + money_text(cost) +
                                            " for what is worth " + money_text(value) + " to it");
      }
    }
    return true;
  }

  bool check_curves() {
    allocation_ = allocate(problem_, dispatch_, certificate_.seed);
    for (const CurveTotal& curve :
         curve_totals(problem_, allocation_, certificate_.payment_prices)) {
      if (curve.cost > curve.value) {
        return fail(Fault::kBuyerLoses, order_text(curve.order) + " pays " +
                                            money_text(curve.cost) + " for what is worth " +
                                            money_text(curve.value) + " to it");
      }
    }
    return true;
  }

  bool check_sellers() {
    for (const SellerLane& sold :
         seller_lanes(market_, problem_, allocation_, certificate_.payment_prices)) {
      if (sold.revenue < sold.cost) {
        return fail(Fault::kSellerLoses,
                    account_text(sold.seller) + " earns " + money_text(sold.revenue) + " on " +
                        lane_text(sold.lane) + ", which costs it " + money_text(sold.cost));
      }
    }
    return true;
  }

  bool check_lines() {
    const std::vector<LineTotal> totals =
        line_totals(market_, problem_, certificate_.outcome.flows, certificate_.payment_prices);
    for (std::uint32_t line = 0; line < totals.size(); ++line) {
      if (totals[line].revenue < totals[line].tariff) {
        return fail(Fault::kLineLoses, line_text(line) + " earns " +
                                           money_text(totals[line].revenue) + " for a tariff of " +
                                           money_text(totals[line].tariff));
      }
    }
    return true;
  }

  bool check_ties() {
    Outcome settled;
    settled.awards = certificate_.outcome.awards;
    apply_tie_rule(market_, certificate_.seed, settled);
    for (std::size_t i = 0; i < settled.awards.size(); ++i) {
      const Award& found = certificate_.outcome.awards[i];
      if (settled.awards[i] == found) continue;
      return fail(Fault::kTieRule,
                  "among orders like it, the award of " +
                      order_text(std::min(found.order.value, settled.awards[i].order.value)) +
                      " belongs to another by the draw of the round");
    }
    return true;
  }

  bool check_money() {
    Payments derived = payments(market_, problem_, certificate_.outcome, placement_of_, allocation_,
                                certificate_.payment_prices);
    if (draft_ != nullptr) {
      draft_->totals = derived.totals;
      draft_->line_rents = derived.line_rents;
      draft_->rent = derived.rent;
    }
    if (!derived.fits) return fail(Fault::kTotalsMismatch, "a payment is beyond 64 bits");
    if (derived.totals != certificate_.totals) return totals_differ(derived.totals);
    if (derived.line_rents != certificate_.line_rents) {
      return fail(Fault::kRentMismatch, "the rent of some line is not what the prices give");
    }
    if (derived.rent != certificate_.rent) {
      return fail(Fault::kRentMismatch, "rent is claimed as " + micro_text(certificate_.rent) +
                                            ", but is " + micro_text(derived.rent));
    }
    if (derived.rent < 0) {
      return fail(Fault::kRentNegative, "buyers pay " + micro_text(-int128{derived.rent}) + ' ' +
                                            market_.currency + " less than sellers receive");
    }
    return true;
  }

  bool totals_differ(const std::vector<AccountTotal>& derived) {
    const std::vector<AccountTotal>& claimed = certificate_.totals;
    const auto [a, b] =
        std::mismatch(derived.begin(), derived.end(), claimed.begin(), claimed.end());
    if (a == derived.end() || (b != claimed.end() && b->account < a->account)) {
      const bool known = b->account.value < market_.account_names.size();
      return fail(Fault::kTotalsMismatch, known ? account_text(b->account) + " has no money to move"
                                                : std::string("an account that does not exist"));
    }
    const std::string is = account_text(a->account) + " pays " + micro_text(a->paid) +
                           " and receives " + micro_text(a->received);
    if (b == claimed.end() || b->account != a->account) {
      return fail(Fault::kTotalsMismatch, is + ", but is left out");
    }
    return fail(Fault::kTotalsMismatch, is + ", but the certificate says " + micro_text(b->paid) +
                                            " and " + micro_text(b->received));
  }

  const Market& market_;
  const Certificate& certificate_;
  Certificate* draft_ = nullptr;  // the certificate, where it is a draft
  const Workers& workers_;
  Problem problem_;
  std::optional<BoundedBook> bounded_;   // what both bounds are about; set by check_bound
  std::vector<Placement> placement_of_;  // by position of the award
  Dispatch dispatch_;
  Allocation allocation_;
  Verdict verdict_;
};

}  // namespace

const char* fault_name(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "none";
    case Fault::kMarketLimit:
      return "market-limit";
    case Fault::kRootMismatch:
      return "root-mismatch";
    case Fault::kUnknownAward:
      return "unknown-award";
    case Fault::kAwardOrder:
      return "award-order";
    case Fault::kLotsOutOfRange:
      return "lots-out-of-range";
    case Fault::kPrecedence:
      return "precedence";
    case Fault::kFlowCount:
      return "flow-count";
    case Fault::kFlowOutOfRange:
      return "flow-out-of-range";
    case Fault::kOverCapacity:
      return "over-capacity";
    case Fault::kPriceCount:
      return "price-count";
    case Fault::kPriceOutOfRange:
      return "price-out-of-range";
    case Fault::kWelfareMismatch:
      return "welfare-mismatch";
    case Fault::kBoundMismatch:
      return "bound-mismatch";
    case Fault::kGangPriceShape:
      return "gang-price-shape";
    case Fault::kGangBoundMismatch:
      return "gang-bound-mismatch";
    case Fault::kBoundBelowWelfare:
      return "bound-below-welfare";
    case Fault::kBuyerLoses:
      return "buyer-loses";
    case Fault::kSellerLoses:
      return "seller-loses";
    case Fault::kLineLoses:
      return "line-loses";
    case Fault::kTieRule:
      return "tie-rule";
    case Fault::kTotalsMismatch:
      return "totals-mismatch";
    case Fault::kRentMismatch:
      return "rent-mismatch";
    case Fault::kRentNegative:
      return "rent-negative";
  }
  return "unknown";
}

std::int64_t Verdict::gap_ppm() const {
  int128 gap = bound - welfare;
  if (gap <= 0) return 0;
  int128 base = bound < 0 ? -bound : bound;
  while (gap > kInt128Max / 1'000'000) {
    gap /= 2;
    base /= 2;
  }
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  if (base == 0) return kHigh;
  const int128 ppm = divide_wide(gap * 1'000'000, base, Rounding::kUp);
  return ppm > kHigh ? kHigh : static_cast<std::int64_t>(ppm);
}

Verdict verify(const Market& market, const Certificate& certificate, const Workers& workers) {
  return Verifier(market, certificate, workers).run();
}

Result<Verified> Verified::make(Certificate certificate, Verdict verdict) {
  if (!verdict.ok()) {
    return Error{ErrorCode::kCorrupt,
                 std::string("the certificate is refused: ") + fault_name(verdict.fault) + ": " +
                     verdict.detail,
                 {}};
  }
  return Verified(std::move(certificate), std::move(verdict));
}

Result<Verified> accept(const Market& market, Certificate certificate, const Workers& workers) {
  Verdict verdict = verify(market, certificate, workers);
  return Verified::make(std::move(certificate), std::move(verdict));
}

Result<Verified> complete(const Market& market, Certificate draft, const Workers& workers) {
  Verdict verdict = Verifier(market, &draft, workers).run();
  return Verified::make(std::move(draft), std::move(verdict));
}

}  // namespace tongsuan::market
