#include "tongsuan/codec/market_text.h"

#include "tongsuan/market/canonical.h"
#include "tongsuan/market/exact_cases.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/random_market.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

void check_faults(const codec::FaultList& faults, std::size_t listed_max) {
  TONGSUAN_CHECK(faults.count >= faults.listed.size() && faults.listed.size() <= listed_max);
  for (const codec::ReadFault& fault : faults.listed) {
    TONGSUAN_CHECK(fault.file == "fuzz" && fault.line > 0 && fault.column > 0);
    TONGSUAN_CHECK(!fault.problem.empty());
    TONGSUAN_CHECK(codec::to_string(fault).find('\n') == std::string::npos);
  }
}

// Rows are limits of the compiler; a few bytes can ask for very many of them.
bool small(const Market& market) {
  return market.calendar.slot_count <= 48 && market.hubs.size() <= 8 && market.zones.size() <= 8;
}

}  // namespace

void market_text(std::string_view bytes) {
  const codec::ReadReport report = codec::read_market(bytes, "fuzz");
  check_faults(report.faults, codec::ReadOptions().faults_max);
  if (!report.ok()) {
    TONGSUAN_CHECK(report.market == Market());
    return;
  }
  const std::string text = codec::write_market(report.market);
  const codec::ReadReport again = codec::read_market(text, "again");
  TONGSUAN_CHECK(again.ok());
  TONGSUAN_CHECK(again.market == report.market);
  TONGSUAN_CHECK(codec::write_market(again.market) == text);
  Market sorted = report.market;
  canonicalise(sorted);
  TONGSUAN_CHECK(sorted == report.market);
  TONGSUAN_CHECK(market::root(report.market) == market::BookTree(again.market).root());
  if (!small(report.market)) return;
  const Result<market::Problem> problem = market::compile(report.market);
  TONGSUAN_CHECK(problem.ok() || problem.error().code == ErrorCode::kLimit);
}

std::vector<std::string> market_text_seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    seeds.push_back(codec::write_market(market::testing::random_market(seed)));
  }
  for (const market::testing::ExactCase& exact : market::testing::exact_cases()) {
    std::string text = codec::write_market(exact.market);
    if (text.size() <= 8'192) seeds.push_back(std::move(text));
  }
  seeds.push_back(
      "\xEF\xBB\xBFtongsuan-market 1\r\n# by hand\r\nmarket \"a \\\"b\\\" c\" currency=EUR\r\n"
      "calendar start=2026-12-01T00:00:00Z slot=15min slots=96 # a day\r\n"
      "class H100 watts=700 node=8\r\nclass H20\r\nzone \xE5\x8C\x97 commodity=power\r\n"
      "zone s commodity=power disposal=balance\r\nzone t commodity=power disposal=balance\r\n"
      "zone g commodity=green\r\n"
      "hub h power=s green=g pue=1.25 at=40.4,-111.8 region=west zh=\"\xE5\x92\x8C\" en=\"H h\"\r\n"
      "hub k\r\naccount a home=h\r\ndata d size=1.5TB at=h\r\nlink h k slots=0..9 "
      "steps=4TB@12,8TB@15\r\n"
      "line s t max=5MWh min=-3kWh\r\nnodes h H100 count=4\r\ncap c devices=8 hub=h class=H100 "
      "slots=3\r\n"
      "offer o seller=a hub=h class=H100 steps=64@5.5,64@7\r\noffer p seller=a zone=s "
      "steps=5MWh@-3\r\n"
      "order j1 account=a run=H100x8:24,H20x16:40 window=0..96 limit=9.5 delay=0.01 data=d "
      "group=c\r\n"
      "order j2 account=b gang=4 run=H100:2 hubs=h,k value=100 green=60% nodes=whole after=j1\r\n"
      "options j3 account=b\r\noption j3 value=-5 use=h/H100:3..5:-2,7..9:2,s:1:4kWh\r\n"
      "curve j4 account=a hub=h class=H20 steps=5@9,5@3\r\n"
      "profile j5 account=a use=s:0..4:-2MWh price=30 minimum=12.5%\r\n"
      "service j6 account=b class=H20 gang=2 ranges=0..4,8..12 limit=3\r\nend\r\n");
  return seeds;
}

}  // namespace tongsuan::fuzz
