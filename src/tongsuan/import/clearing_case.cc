#include "tongsuan/import/clearing_case.h"

#include <set>
#include <string_view>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/domain/canonical.h"
#include "tongsuan/import/market_parts.h"
#include "tongsuan/import/trace_file.h"

namespace tongsuan::imports {
namespace {

constexpr std::int64_t kCasePriceMax = kPriceMax / kCaseMoney;
constexpr std::int64_t kCaseValueMax = kMoneyMax / kCaseMoney;
constexpr std::int64_t kJobsMax = 1'000'000;  // names have six digits
constexpr std::uint32_t kOptionsOfJobMax = 65'535;

class CaseMaker {
 public:
  explicit CaseMaker(const std::string& market_name) {
    market_.name = market_name;
    market_.calendar.slot_count = kCaseSlots;
    for (std::uint32_t i = 0; i < kCaseClasses; ++i) {
      parts_.accelerator("c" + std::to_string(i), 0, 1);
    }
    for (std::uint32_t i = 0; i < kCaseHubs; ++i) parts_.hub("h" + std::to_string(i));
  }

  Result<Done> read_supply(const std::string& folder) {
    TONGSUAN_TRY(const TraceFile file, open_trace(folder, "supply.csv.gz"));
    TONGSUAN_TRY(CsvReader csv,
                 CsvReader::open(file.path, file.text, {"hub", "class", "slot", "qty", "price"}));
    enum : std::size_t { kSupplyHub, kSupplyClass, kSlot, kAmount, kPrice };
    std::uint32_t offer = 0;
    while (csv.next()) {
      const std::int64_t hub = integer_within(csv, kSupplyHub, 0, kCaseHubs - 1);
      const std::int64_t accelerator = integer_within(csv, kSupplyClass, 0, kCaseClasses - 1);
      const auto slot = static_cast<Slot>(integer_within(csv, kSlot, 0, kCaseSlots - 1));
      const std::int64_t amount = integer_within(csv, kAmount, 1, kAmountMax);
      const std::int64_t price = integer_within(csv, kPrice, 0, kCasePriceMax);
      parts_.offer("o" + padded(offer++, 6),
                   {.seller = parts_.account("s" + std::to_string(hub)),
                    .hub = static_cast<std::uint32_t>(hub),
                    .accelerator = static_cast<std::uint32_t>(accelerator),
                    .slots = {slot, slot + 1},
                    .steps = {}},
                   {{Price(price * kCaseMoney), Amount(amount)}});
    }
    return csv.finish();
  }

  Result<Done> read_options(const std::string& folder) {
    TONGSUAN_TRY(const TraceFile file, open_trace(folder, "options.csv.gz"));
    TONGSUAN_TRY(CsvReader csv,
                 CsvReader::open(file.path, file.text,
                                 {"job", "hub", "class", "start", "dur", "gang", "value"}));
    std::set<std::int64_t> jobs;
    std::int64_t open = -1;
    std::uint32_t count = 0;
    while (csv.next()) {
      const std::int64_t job = integer_within(csv, kJob, 0, kJobsMax - 1);
      if (job != open) {
        if (!jobs.insert(job).second) csv.fail(kJob, "the options of one job must stand together");
        open = job;
        count = 0;
        const auto number = static_cast<std::uint64_t>(job);
        parts_.options("j" + padded(number, 6),
                       parts_.account("b" + padded(number % kCaseBuyers, 2)));
      }
      if (++count > kOptionsOfJobMax) {
        csv.fail(kJob, "more than " + std::to_string(kOptionsOfJobMax) + " options of one job");
      }
      add_option(csv);
    }
    return csv.finish();
  }

  Market finish() {
    canonicalise(market_);
    return std::move(market_);
  }

 private:
  enum : std::size_t { kJob, kHub, kClass, kStart, kDuration, kGang, kValue };

  void add_option(CsvReader& csv) {
    const std::int64_t hub = integer_within(csv, kHub, 0, kCaseHubs - 1);
    const std::int64_t accelerator = integer_within(csv, kClass, 0, kCaseClasses - 1);
    const std::int64_t start = integer_within(csv, kStart, 0, kCaseSlots - 1);
    const std::int64_t duration = integer_within(csv, kDuration, 1, kCaseSlots - start);
    const std::int64_t gang = integer_within(csv, kGang, 1, kGangMax);
    const std::int64_t value = integer_within(csv, kValue, -kCaseValueMax, kCaseValueMax);
    parts_.option(value * kCaseMoney,
                  {.kind = RowKind::kCapacity,
                   .hub = static_cast<std::uint32_t>(hub),
                   .accelerator = static_cast<std::uint32_t>(accelerator),
                   .slots = {static_cast<Slot>(start), static_cast<Slot>(start + duration)},
                   .amount = gang});
  }

  Market market_;
  MarketParts parts_{market_};
};

}  // namespace

Result<Market> clearing_case(const std::string& folder, const std::string& market_name) {
  CaseMaker maker(market_name);
  TONGSUAN_TRY([[maybe_unused]] const Done supply, maker.read_supply(folder));
  TONGSUAN_TRY([[maybe_unused]] const Done options, maker.read_options(folder));
  return maker.finish();
}

}  // namespace tongsuan::imports
