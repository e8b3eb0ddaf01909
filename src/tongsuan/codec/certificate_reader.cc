// Reader of certificate text: one pass, in the order of the file.
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/codec/certificate_specs.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/frame.h"
#include "tongsuan/codec/interner.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/codec/runs.h"
#include "tongsuan/codec/values.h"

namespace tongsuan::codec {
namespace {

constexpr Limits kPrices = {-kPriceMax, kPriceMax};
constexpr Limits kGangPriceLimits = {0, kFormatGangPriceMax};
constexpr Limits kFlows = {-kAmountMax, kAmountMax};
constexpr Limits kAnyCount = {0, 0xFFFF'FFFF};

class CertificateReader {
 public:
  CertificateReader(std::string_view bytes, const Market& market, FaultLog& faults)
      : bytes_(bytes), market_(market), faults_(faults) {}

  void run();
  [[nodiscard]] Certificate& certificate() { return certificate_; }

 private:
  static const std::array<RecordKind<CertificateReader>, 10> kRecords;

  void prepare();
  void seen_wrong(const RecordSpec& spec);
  void check_whole();

  // Records.
  void read_book();
  void read_round();
  void read_proof();
  void read_total();
  void read_award();
  void read_flow();
  void read_bound() { read_lane(certificate_.bound_prices, next_bound_lane_); }
  void read_payment() { read_lane(certificate_.payment_prices, next_payment_lane_); }
  void read_gang_sizes();
  bool read_size_list(std::string_view list, std::vector<std::uint32_t>& sizes);
  void read_gang();

  // Parts.
  bool first_of(bool& seen);
  std::uint32_t find_order(std::string_view name);
  void report_order(std::string_view name, std::uint32_t near);
  [[nodiscard]] std::size_t find_line() const;
  void read_lane(Prices& prices, std::size_t& next_lane);
  std::size_t number_named(std::size_t name, std::size_t expected, std::string_view what);

  // Values. Each leaves its target alone when the field is absent or, with a fault, wrong.
  bool read_runs(std::size_t field, unsigned decimals, Limits limits,
                 std::span<std::int64_t> values);
  void whole(std::size_t field, Limits limits, std::uint32_t& target);
  void money(std::size_t field, std::int64_t& target);
  void wide(std::size_t field, int128& target);
  void number64(std::string_view text, std::uint64_t& target);

  [[nodiscard]] std::string_view value(std::size_t field) const { return line_.values[field]; }
  [[nodiscard]] std::uint32_t slot_count() const { return market_.calendar.slot_count; }

  std::string_view bytes_;
  const Market& market_;
  FaultLog& faults_;
  Certificate certificate_;
  ScannedLine line_;

  Interner hubs_;                        // ids are those of the market
  std::vector<std::size_t> flow_begin_;  // by line
  std::size_t lanes_max_ = 0;
  std::uint32_t next_order_ = 0;  // awards rise, so each is looked for from here on
  std::uint32_t next_account_ = 0;
  std::size_t next_line_ = 0;
  std::size_t next_bound_lane_ = 0, next_payment_lane_ = 0;
  std::size_t gang_record_count_ = 0;
  std::vector<std::int64_t> slot_values_;  // of one record, a number for each slot
  bool has_book_ = false, has_round_ = false, has_proof_ = false, has_sizes_ = false;
};

// In the order of the file.
const std::array<RecordKind<CertificateReader>, 10> CertificateReader::kRecords = {{
    {&kBookSpec, &CertificateReader::read_book},
    {&kRoundSpec, &CertificateReader::read_round},
    {&kProofSpec, &CertificateReader::read_proof},
    {&kTotalSpec, &CertificateReader::read_total},
    {&kAwardSpec, &CertificateReader::read_award},
    {&kFlowSpec, &CertificateReader::read_flow},
    {&kBoundSpec, &CertificateReader::read_bound},
    {&kPaymentSpec, &CertificateReader::read_payment},
    {&kGangSizesSpec, &CertificateReader::read_gang_sizes},
    {&kGangSpec, &CertificateReader::read_gang},
}};

void CertificateReader::run() {
  Frame frame(bytes_, "tongsuan-certificate", faults_);
  if (!frame.open()) return;
  prepare();
  Scanner& scanner = frame.scanner();
  const RecordKind<CertificateReader>* last = kRecords.data();
  while (frame.next()) {
    const RecordKind<CertificateReader>* record = frame.kind(kRecords, last);
    if (record == nullptr) continue;
    if (record < last) {
      faults_.add_at(FaultCode::kOrder, scanner.keyword(),
                     "it comes after a record \"" + std::string(last->spec->keyword) + '"',
                     "the kinds of records in their order");
    }
    last = record;
    if (scanner.scan(*record->spec, line_)) {
      (this->*record->handler)();
    } else {
      seen_wrong(*record->spec);
    }
  }
  if (frame.usable()) check_whole();
}

void CertificateReader::prepare() {
  for (std::uint32_t i = 0; i < market_.hub_names.size(); ++i) hubs_.intern(market_.hub_names[i]);
  std::size_t flow_count = 0;
  for (const Line& line : market_.lines) {
    flow_begin_.push_back(flow_count);
    flow_count += line.slots.count();
  }
  slot_values_.resize(slot_count());
  certificate_.outcome.flows.assign(flow_count, 0);
  certificate_.line_rents.assign(market_.lines.size(), 0);
  lanes_max_ = market_.hubs.size() * market_.classes.size() + market_.node_blocks.size() +
               market_.zones.size() + market_.links.size() + market_.caps.size();
}

// A record that could not be read is there, so that it is not said to be missing.
void CertificateReader::seen_wrong(const RecordSpec& spec) {
  if (&spec == &kBookSpec) has_book_ = true;
  if (&spec == &kRoundSpec) has_round_ = true;
  if (&spec == &kProofSpec) has_proof_ = true;
}

void CertificateReader::check_whole() {
  const std::string_view start = bytes_.substr(0, 0);
  const auto require = [&](bool seen, const char* what, const char* example) {
    if (!seen) {
      faults_.add_at(FaultCode::kMissingRecord, start,
                     std::string("the file has no ") + what + " record", example);
    }
  };
  require(has_book_, "market", "a line \"market NAME root=HASH\"");
  require(has_round_, "round", "a line \"round NUMBER seed=NUMBER\"");
  require(has_proof_, "proof", "a line \"proof welfare=NUMBER bound=NUMBER rent=MONEY\"");
  const std::size_t sizes = certificate_.gang_prices.sizes.size();
  if (sizes > 0 && gang_record_count_ % sizes != 0) {
    faults_.add_at(FaultCode::kMissingRecord, start,
                   "the last lane has not all of its gang records",
                   "one \"gang\" record for each of " + std::to_string(sizes) + " sizes");
  }
}

// ---- Records -----------------------------------------------------------------------------------

// True for the first record of a kind that comes once.
bool CertificateReader::first_of(bool& seen) {
  if (!std::exchange(seen, true)) return true;
  faults_.add_at(FaultCode::kDuplicateRecord, line_.keyword,
                 "there is another \"" + std::string(line_.keyword) + "\" record", "only one");
  return false;
}

void CertificateReader::read_book() {
  if (!first_of(has_book_)) return;
  certificate_.market = text_of(line_.names[0]);
  Digest& root = certificate_.root;
  if (parse_hex(value(kBookRoot), root.data(), root.size())) return;
  faults_.add(FaultCode::kBadValue, value(kBookRoot), "is not a hash",
              "64 digits from 0 to 9 and a to f");
}

void CertificateReader::read_round() {
  if (!first_of(has_round_)) return;
  number64(line_.names[0], certificate_.round);
  number64(value(kRoundSeed), certificate_.seed);
}

void CertificateReader::read_proof() {
  if (!first_of(has_proof_)) return;
  wide(kProofWelfare, certificate_.welfare);
  wide(kProofBound, certificate_.bound);
  wide(kProofGangBound, certificate_.gang_bound);
  if (line_.has(kProofStrengthenings)) {
    certificate_.strengthenings = kPresolve;
    if (value(kProofStrengthenings) != "presolve") {
      faults_.add(FaultCode::kBadValue, value(kProofStrengthenings),
                  "is not a strengthening that this reader knows", "presolve");
    }
  }
  money(kProofRent, certificate_.rent);
}

void CertificateReader::read_total() {
  const std::string_view name = line_.names[0];
  const std::uint32_t id = market_.account_names.find_sorted(name);
  if (id == kNone) {
    faults_.add(FaultCode::kUnknownName, name, "is not an account of the market",
                "the name of an account that trades");
    return;
  }
  if (id < next_account_) {
    faults_.add(FaultCode::kOrder, name, "comes after an account with a later or the same name",
                "each account once, in the order of their names");
    return;
  }
  next_account_ = id + 1;
  AccountTotal total;
  total.account = AccountId{id};
  money(kTotalPaid, total.paid);
  money(kTotalReceived, total.received);
  certificate_.totals.push_back(total);
}

void CertificateReader::read_award() {
  Award award;
  award.order = OrderId{find_order(line_.names[0])};
  if (line_.has(kAwardHub)) {
    award.hub = hubs_.find(value(kAwardHub));
    if (award.hub == kNone) {
      faults_.add(FaultCode::kUnknownName, value(kAwardHub), "is not a hub of the market",
                  "the name of a hub");
    }
  }
  whole(kAwardStart, {0, kSlotsMax - 1}, award.start);
  whole(kAwardVariant, {0, kListItemsMax - 1}, award.variant);
  whole(kAwardLots, kAnyCount, award.lots);
  if (award.order.value == kNone) return;
  next_order_ = award.order.value + 1;
  certificate_.outcome.awards.push_back(award);
}

// Names rise, so the next one is near: steps are doubled until the name is passed, then halved.
std::uint32_t CertificateReader::find_order(std::string_view name) {
  const NameList& names = market_.order_names;
  const std::uint32_t count = names.size();
  std::uint32_t begin = next_order_;
  std::uint32_t step = 1;
  while (count - begin >= step && names[begin + step - 1] < name) {
    begin += step;
    step *= 2;
  }
  std::uint32_t end = std::min(count, begin + step);
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    if (names[middle] < name) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  if (begin < count && names[begin] == name) return begin;
  report_order(name, begin);
  return kNone;
}

void CertificateReader::report_order(std::string_view name, std::uint32_t near) {
  const std::uint32_t earlier = market_.order_names.find_sorted(name);
  if (earlier != kNone) {
    const bool again = earlier + 1 == next_order_;
    faults_.add(again ? FaultCode::kDuplicateName : FaultCode::kOrder, name,
                again ? "is awarded twice" : "comes after an order with a later name",
                "each accepted order once, in the order of their names");
    return;
  }
  constexpr std::uint32_t kNeighbours = 8;  // a mistyped name is most often near the right one
  Suggestion suggestion(name);
  const std::uint32_t last = std::min(market_.order_names.size() - near, kNeighbours) + near;
  for (std::uint32_t i = near - std::min(near, kNeighbours); i < last; ++i) {
    suggestion.consider(market_.order_names[i]);
  }
  faults_.add(FaultCode::kUnknownName, name, "is not an order of the market",
              suggestion.text("the name of an order"));
}

// The line that the record names; the number of lines when there is none.
std::size_t CertificateReader::find_line() const {
  const std::vector<Line>& lines = market_.lines;  // sorted by these three
  Line wanted;
  wanted.from.value = market_.zone_names.find_sorted(line_.names[0]);
  wanted.to.value = market_.zone_names.find_sorted(line_.names[1]);
  if (parse_slots(value(kFlowSlots), wanted.slots) != ValueFault::kNone) return lines.size();
  const auto key = [](const Line& line) {
    return std::tuple(line.from, line.to, line.slots.begin);
  };
  const auto found =
      std::lower_bound(lines.begin(), lines.end(), wanted,
                       [&](const Line& a, const Line& b) { return key(a) < key(b); });
  const bool exact =
      found != lines.end() && key(*found) == key(wanted) && found->slots == wanted.slots;
  return exact ? static_cast<std::size_t>(found - lines.begin()) : lines.size();
}

void CertificateReader::read_flow() {
  const std::size_t line = find_line();
  if (line == market_.lines.size()) {
    faults_.add_at(FaultCode::kUnknownName, line_.keyword, "the market has no such line",
                   "the two zones and the slots of a line of the market");
    return;
  }
  if (line < next_line_) {
    faults_.add_at(FaultCode::kOrder, line_.keyword, "it comes after a later line, or again",
                   "each line once, in the order of the canonical market");
    return;
  }
  next_line_ = line + 1;
  if (line_.has(kFlowWh)) {
    const std::span<std::int64_t> flows = certificate_.outcome.flows;
    read_runs(kFlowWh, 0, kFlows,
              flows.subspan(flow_begin_[line], market_.lines[line].slots.count()));
  }
  money(kFlowRent, certificate_.line_rents[line]);
}

// Lanes are numbered from 0, each with a price for every slot. Payment prices that are those of the
// bound say so. After a fault, reading goes on behind the lane that was found, but nothing is kept.
void CertificateReader::read_lane(Prices& prices, std::size_t& next_lane) {
  const std::size_t lane = number_named(0, next_lane, "lane");
  if (lane >= lanes_max_) {
    faults_.add_at(FaultCode::kTooLarge, line_.keyword, "the market has not so many lanes",
                   "at most " + std::to_string(lanes_max_));
    return;
  }
  next_lane = lane + 1;
  if (line_.spec != &kPaymentSpec || value(kLanePrices) != "bound") {
    read_runs(kLanePrices, 6, kPrices, slot_values_);
  } else if (lane >= next_bound_lane_) {
    faults_.add(FaultCode::kUnknownName, value(kLanePrices), "stands for prices that are not there",
                "prices, where no \"bound\" record has this lane");
  } else if (faults_.empty()) {
    std::copy_n(certificate_.bound_prices.begin() + static_cast<std::ptrdiff_t>(prices.size()),
                slot_values_.size(), slot_values_.begin());
  }
  if (faults_.empty()) prices.insert(prices.end(), slot_values_.begin(), slot_values_.end());
}

void CertificateReader::read_gang_sizes() {
  if (!first_of(has_sizes_)) return;
  std::vector<std::uint32_t>& sizes = certificate_.gang_prices.sizes;
  if (!read_size_list(value(kGangSizes), sizes)) sizes.clear();  // and `read_gang` asks no more
}

bool CertificateReader::read_size_list(std::string_view list, std::vector<std::uint32_t>& sizes) {
  for (;;) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, comma);
    std::int64_t size = 0;
    if (parse_whole(item, {1, kGangMax}, size) != ValueFault::kNone) {
      faults_.add(FaultCode::kBadValue, item, "is not a gang size", "a number from 1 to 1000000");
      return false;
    }
    if (!sizes.empty() && (sizes.back() >= size || size % sizes.back() != 0)) {
      faults_.add(FaultCode::kOrder, item, "is not a multiple of the size before it",
                  "sizes that rise, each dividing the next");
      return false;
    }
    sizes.push_back(static_cast<std::uint32_t>(size));
    if (comma == list.size()) return true;
    list.remove_prefix(comma + 1);
  }
}

// Lane by lane, and size by size within a lane; in memory the sizes of one row are neighbours.
void CertificateReader::read_gang() {
  GangPrices& gangs = certificate_.gang_prices;
  if (gangs.sizes.empty()) {
    if (std::exchange(has_sizes_, true)) return;  // said before
    faults_.add_at(FaultCode::kMissingRecord, line_.keyword, "no sizes were given before",
                   "a line \"gangs sizes=...\" first");
    return;
  }
  const std::size_t size_count = gangs.sizes.size();
  const std::size_t lane = number_named(0, gang_record_count_ / size_count, "lane");
  const std::size_t next_size = gangs.sizes[gang_record_count_ % size_count];
  const std::size_t size = number_named(1, next_size, "size");
  const auto found = std::find(gangs.sizes.begin(), gangs.sizes.end(), size);
  if (found == gangs.sizes.end()) return;
  const auto k = static_cast<std::size_t>(found - gangs.sizes.begin());
  const std::size_t block = std::size_t{slot_count()} * size_count;
  const std::size_t lanes_max = 2 * market_.hubs.size() * market_.classes.size();
  if (lane >= lanes_max || (lane + 1) * block > kGangPricesMax) {
    faults_.add_at(FaultCode::kTooLarge, line_.keyword, "there are too many gang prices",
                   "one for each capacity or node row and size, and at most 2^28");
    return;
  }
  gang_record_count_ = lane * size_count + k + 1;
  if (!read_runs(kLanePrices, 6, kGangPriceLimits, slot_values_) || !faults_.empty()) return;
  if (k == 0) gangs.prices.resize(gangs.prices.size() + block);
  std::int64_t* target = gangs.prices.data() + lane * block + k;
  for (const std::int64_t price : slot_values_) {
    *target = price;
    target += size_count;
  }
}

// ---- Values ------------------------------------------------------------------------------------

// The number that stands for a name of the record; a fault when it is not the expected one, which
// is what is returned for something that is no number.
std::size_t CertificateReader::number_named(std::size_t name, std::size_t expected,
                                            std::string_view what) {
  std::int64_t found = 0;
  const ValueFault fault = parse_whole(line_.names[name], {0, 0xFFFF'FFFF}, found);
  const auto number = fault == ValueFault::kNone ? static_cast<std::size_t>(found) : expected;
  if (fault != ValueFault::kNone || number != expected) {
    faults_.add(fault == ValueFault::kNone ? FaultCode::kOrder : FaultCode::kBadValue,
                line_.names[name], "is not the next " + std::string(what),
                std::string(what) + ' ' + std::to_string(expected));
  }
  return number;
}

bool CertificateReader::read_runs(std::size_t field, unsigned decimals, Limits limits,
                                  std::span<std::int64_t> values) {
  const RunsResult result = parse_runs(value(field), decimals, limits, values);
  switch (result.fault) {
    case RunsFault::kNone:
      return true;
    case RunsFault::kCount:
      faults_.add(FaultCode::kOutOfRange, result.where,
                  "has " + std::to_string(result.count) + " numbers",
                  std::to_string(values.size()) + " numbers, one for each slot");
      return false;
    case RunsFault::kRun:
      faults_.add(FaultCode::kBadValue, result.where, "is not understood",
                  "NUMBER or NUMBERxCOUNT such as 8.5x24");
      return false;
    case RunsFault::kValue:
      break;
  }
  std::string expected = "numbers from ";
  append_fixed(expected, limits.min, decimals);
  expected += " to ";
  append_fixed(expected, limits.max, decimals);
  expected += " with at most " + std::to_string(decimals) + " decimals";
  const FaultCode code = result.value == ValueFault::kMalformed ? FaultCode::kBadValue
                         : result.value == ValueFault::kPrecise ? FaultCode::kTooPrecise
                                                                : FaultCode::kOutOfRange;
  faults_.add(code, result.where,
              code == FaultCode::kBadValue     ? "is not understood"
              : code == FaultCode::kTooPrecise ? "has more digits than can be kept"
                                               : "is out of range",
              std::move(expected));
  return false;
}

void CertificateReader::whole(std::size_t field, Limits limits, std::uint32_t& target) {
  if (!line_.has(field)) return;
  std::int64_t number = target;
  const ValueFault fault = parse_whole(value(field), limits, number);
  if (fault == ValueFault::kNone) {
    target = static_cast<std::uint32_t>(number);
    return;
  }
  const bool range = fault == ValueFault::kLimits;
  faults_.add(
      range ? FaultCode::kOutOfRange : FaultCode::kBadValue, value(field),
      range ? "is out of range" : "is not understood",
      "a whole number from " + std::to_string(limits.min) + " to " + std::to_string(limits.max));
}

void CertificateReader::money(std::size_t field, std::int64_t& target) {
  if (!line_.has(field) || parse_decimal(value(field), 6, target)) return;
  faults_.add(FaultCode::kBadValue, value(field), "is not an amount of money",
              "a number with at most 6 decimals, below 9.2 * 10^12");
}

void CertificateReader::wide(std::size_t field, int128& target) {
  if (!line_.has(field) || parse_int128(value(field), target)) return;
  faults_.add(FaultCode::kBadValue, value(field), "is not a sum of undivided money",
              "a whole number below 2^127");
}

void CertificateReader::number64(std::string_view text, std::uint64_t& target) {
  int128 number = 0;
  if (parse_int128(text, number) && number >= 0 && number <= int128{UINT64_MAX}) {
    target = static_cast<std::uint64_t>(number);
    return;
  }
  faults_.add(FaultCode::kBadValue, text, "is not a number that fits",
              "a whole number from 0 to 18446744073709551615");
}

}  // namespace

CertificateReport read_certificate(std::string_view bytes, std::string_view file_name,
                                   const Market& market, const ReadOptions& options) {
  TONGSUAN_CHECK(market.calendar.slot_count > 0);
  CertificateReport report;
  FaultLog faults(bytes, file_name, options);
  if (check_bytes(bytes, faults)) {
    CertificateReader reader(bytes, market, faults);
    reader.run();
    if (faults.empty()) report.certificate = std::move(reader.certificate());
  }
  report.faults = faults.take();
  return report;
}

}  // namespace tongsuan::codec
