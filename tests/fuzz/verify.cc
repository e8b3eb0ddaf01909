#include "tongsuan/market/verify.h"

#include <algorithm>
#include <utility>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/naive.h"

#include "entries.h"
#include "honest_rounds.h"
#include "program.h"

namespace tongsuan::fuzz {
namespace {

constexpr std::size_t kEditsMax = 24;

template <class T>
T* pick(std::vector<T>& items, Program& program) {
  return items.empty() ? nullptr : &items[program.below(items.size())];
}

void shift(std::vector<std::int64_t>& items, Program& program) {
  if (std::int64_t* item = pick(items, program)) *item += program.change();
}

// ---- Changes of the values ---------------------------------------------------------------------

// Gives some order the award that the program says, whether or not it had one.
void set_award(const HonestRound& round, Certificate& certificate, Program& program) {
  std::vector<Award>& awards = certificate.outcome.awards;
  if (round.market.orders.empty()) return;
  Award award;
  award.order.value = static_cast<std::uint32_t>(program.below(round.market.orders.size()));
  award.variant = program.byte() % 4;
  award.start = program.byte() % 8;
  award.lots = 1 + program.byte() % 8;
  const std::uint32_t hub = program.byte() % 8;
  if (hub < round.market.hubs.size()) award.hub = hub;
  const auto at =
      std::lower_bound(awards.begin(), awards.end(), award.order,
                       [](const Award& other, OrderId order) { return other.order < order; });
  if (at != awards.end() && at->order == award.order) {
    *at = award;
  } else {
    awards.insert(at, award);
  }
}

void edit_values(const HonestRound& round, Certificate& certificate, Program& program) {
  std::vector<Award>& awards = certificate.outcome.awards;
  switch (program.byte() % 12) {
    case 0:
      set_award(round, certificate, program);
      break;
    case 1:
      if (!awards.empty()) {
        awards.erase(awards.begin() + static_cast<std::ptrdiff_t>(program.below(awards.size())));
      }
      break;
    case 2:
      if (Award* award = pick(awards, program)) award->start = program.byte() % 8;
      break;
    case 3:
      shift(certificate.outcome.flows, program);
      break;
    case 4:
      shift(certificate.bound_prices, program);
      break;
    case 5:
      shift(certificate.payment_prices, program);
      break;
    case 6:
      shift(certificate.gang_prices.prices, program);
      break;
    case 7:
      certificate.seed = program.byte();
      break;
    case 8:
      if (AccountTotal* total = pick(certificate.totals, program)) {
        (program.byte() % 2 == 0 ? total->paid : total->received) += program.change();
      }
      break;
    case 9:
      certificate.rent += program.change();
      break;
    case 10:
      (program.byte() % 2 == 0 ? certificate.welfare : certificate.bound) += program.change();
      break;
    case 11:
      certificate.strengthenings ^= kPresolve;
      break;
  }
}

// Lets every claim follow from the changed outcome and prices, so that only the rules can refuse
// it. Not possible for an outcome that is not one of the book.
void make_consistent(const HonestRound& round, Certificate& certificate) {
  for (const Award& award : certificate.outcome.awards) {
    const market::Placement placement = market::find_placement(round.problem, award);
    if (placement.choice == kNone || !market::lots_allowed(round.problem, placement)) return;
  }
  for (std::size_t i = 0; i < certificate.outcome.flows.size(); ++i) {
    const std::int64_t flow = certificate.outcome.flows[i];
    if (flow < -kAmountMax || flow > kAmountMax) return;
  }
  for (const Prices* prices : {&certificate.bound_prices, &certificate.payment_prices}) {
    for (std::size_t row = 0; row < prices->size(); ++row) {
      const bool balance = round.problem.lanes[row / round.problem.slot_count].balance;
      if ((*prices)[row] > kPriceMax || (*prices)[row] < (balance ? -kPriceMax : 0)) return;
    }
  }
  for (const std::int64_t price : certificate.gang_prices.prices) {
    if (price < 0 || price > market::kGangPriceMax) return;
  }
  const std::vector<std::int64_t> use = market::net_use(round.problem, certificate.outcome);
  if (market::dispatch(round.problem, use).short_row != kNone) return;
  market::testing::complete(round.market, round.problem, certificate);
}

// ---- Changes of the texts ----------------------------------------------------------------------

struct LineRange {
  std::size_t begin, size;
};

LineRange line_of(const std::string& text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return {begin, std::min(text.find('\n', at), text.size() - 1) + 1 - begin};
}

void edit_text(std::string& text, Program& program) {
  if (text.empty()) return;
  const std::size_t at = program.below(text.size());
  switch (program.byte() % 6) {
    case 0:
      text[at] = static_cast<char>(program.byte());
      break;
    case 1:
      text.erase(at, program.byte() % 16);
      break;
    case 2:
      text.insert(at, 1, static_cast<char>(program.byte()));
      break;
    case 3: {  // a line twice
      const LineRange line = line_of(text, at);
      text.insert(line.begin, text.substr(line.begin, line.size));
      break;
    }
    case 4: {  // a line gone
      const LineRange line = line_of(text, at);
      text.erase(line.begin, line.size);
      break;
    }
    case 5: {  // a digit changed
      const std::size_t digit = text.find_first_of("0123456789", at);
      if (digit != std::string::npos) text[digit] = static_cast<char>('0' + program.byte() % 10);
      break;
    }
  }
}

// ---- What may not happen -----------------------------------------------------------------------

void check_passed(const HonestRound& round, const Market& book, const Certificate& found,
                  const market::Verdict& verdict) {
  const Certificate& honest = round.certificate;
  TONGSUAN_CHECK(book == round.market);
  TONGSUAN_CHECK(found.root == honest.root && found.market == honest.market);
  TONGSUAN_CHECK(verdict.welfare == found.welfare && verdict.bound >= verdict.welfare);
  int128 kept = 0;
  for (const AccountTotal& total : found.totals) kept += int128{total.paid} - total.received;
  TONGSUAN_CHECK(kept == found.rent && found.rent >= 0);
  if (found.outcome == honest.outcome && found.seed == honest.seed &&
      found.payment_prices == honest.payment_prices) {
    TONGSUAN_CHECK(found.totals == honest.totals && found.line_rents == honest.line_rents);
    TONGSUAN_CHECK(found.rent == honest.rent && found.welfare == honest.welfare);
  }
  if (!round.best_known) return;
  // The twin's denominator is a multiple of every book's.
  const int128 factor = market::testing::kNaiveDenominator / verdict.denominator;
  TONGSUAN_CHECK(factor * verdict.denominator == market::testing::kNaiveDenominator);
  const auto read = market::testing::NaiveBook(round.market).welfare(found.outcome);
  TONGSUAN_CHECK(read && *read == verdict.welfare * factor);
  TONGSUAN_CHECK(round.best <= verdict.bound * factor);
  TONGSUAN_CHECK(verdict.welfare * factor <= round.best);
}

}  // namespace

void verify(std::string_view bytes) {
  Program program(bytes);
  const std::vector<HonestRound>& rounds = honest_rounds();
  const HonestRound& round = rounds[program.byte() % rounds.size()];
  Certificate certificate = round.certificate;
  const std::uint32_t plan = program.byte();
  for (std::uint32_t edits = plan & 3; edits > 0; --edits) {
    edit_values(round, certificate, program);
  }
  if ((plan & 4) != 0) market::apply_tie_rule(round.market, certificate.seed, certificate.outcome);
  if ((plan & 8) != 0) make_consistent(round, certificate);
  std::string market_text = codec::write_market(round.market);
  std::string text = codec::write_certificate(certificate, round.market);
  for (std::size_t edits = 0; edits < kEditsMax && !program.done(); ++edits) {
    edit_text(program.byte() % 8 == 0 ? market_text : text, program);
  }
  const codec::ReadReport book = codec::read_market(market_text, "market");
  if (!book.ok()) return;
  const codec::CertificateReport read = codec::read_certificate(text, "certificate", book.market);
  if (!read.ok()) return;
  const market::Verdict verdict = market::verify(book.market, read.certificate);
  if (verdict.ok()) check_passed(round, book.market, read.certificate, verdict);
}

std::vector<std::string> verify_seeds() {
  std::vector<std::string> seeds;
  for (std::size_t i = 0; i < honest_rounds().size(); ++i) {
    const std::string number(1, static_cast<char>(i));
    seeds.push_back(number + std::string(1, 0));
    // Each kind of change of the values, with and without consistent claims.
    for (char kind = 0; kind < 12; ++kind) {
      seeds.push_back(number + std::string({9, kind, 0, 1, char(140), 20, 1, 1, 1}));
      seeds.push_back(number + std::string({13, kind, 0, 0, char(100), 10, 0, 1, 0}));
    }
    for (char kind = 0; kind < 6; ++kind) {
      seeds.push_back(number + std::string({0, 1, 1, char(i * 7), kind, '7'}));
    }
  }
  return seeds;
}

}  // namespace tongsuan::fuzz
