#include "tongsuan/import/italy.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tongsuan/base/int128.h"
#include "tongsuan/import/csv.h"
#include "tongsuan/import/gzip.h"

namespace tongsuan::imports {
namespace {

constexpr int kPriceDecimals = 5;
constexpr int kAmountDecimals = 3;
constexpr std::uint32_t kHoursMax = 25;  // the autumn clock change

std::optional<std::uint32_t> find_zone(std::string_view name) {
  const auto found = std::ranges::find(kItalyZoneNames, name);
  if (found == kItalyZoneNames.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - kItalyZoneNames.begin());
}

std::optional<std::size_t> find_line(std::string_view from, std::string_view to) {
  for (std::size_t l = 0; l < kItalyLines; ++l) {
    if (kItalyZoneNames[kItalyLineEnds[l][0]] == from &&
        kItalyZoneNames[kItalyLineEnds[l][1]] == to) {
      return l;
    }
  }
  return std::nullopt;
}

// One table: every file starts with the day and the period of the row.
class Table {
 public:
  enum : std::size_t { kDay, kPeriod, kFirst };

  Table(ItalyBook& book, CsvReader csv) : book_(book), csv_(std::move(csv)) {}
  CsvReader& csv() { return csv_; }

  // Moves to the next row and finds its hour; the curves' table may create days and hours.
  bool next(bool create) {
    while (csv_.next()) {
      // Rows of a day and an hour stand together, so most look-ups end here.
      if (day_ == nullptr || csv_.text(kDay) != day_->date) day_ = find_day(create);
      if (day_ == nullptr) {
        csv_.fail(kDay, "a day without curves");
        return false;
      }
      const std::int64_t period = csv_.integer(kPeriod);
      if (period < 1 || period > kHoursMax) {
        csv_.fail(kPeriod, "not a period of a day");
        return false;
      }
      hour_number_ = static_cast<std::uint32_t>(period - 1);
      if (create && hour_number_ >= day_->hours.size()) day_->hours.resize(hour_number_ + 1);
      if (hour_number_ >= day_->hours.size()) {
        csv_.fail(kPeriod, "a period without curves");
        return false;
      }
      return true;
    }
    return false;
  }

  [[nodiscard]] ItalyDay& day() { return *day_; }
  [[nodiscard]] ItalyHour& hour() { return day_->hours[hour_number_]; }
  [[nodiscard]] std::uint32_t hour_number() const { return hour_number_; }

  std::uint32_t zone(std::size_t column) {
    const std::optional<std::uint32_t> zone = find_zone(csv_.text(column));
    if (!zone) csv_.fail(column, "unknown zone");
    return zone.value_or(0);
  }
  bool is_supply(std::size_t column) {
    const std::string_view side = csv_.text(column);
    if (side != "supply" && side != "demand") csv_.fail(column, "neither supply nor demand");
    return side == "supply";
  }
  std::size_t line(std::size_t from, std::size_t to) {
    const std::optional<std::size_t> line = find_line(csv_.text(from), csv_.text(to));
    if (!line) csv_.fail(from, "unknown line");
    return line.value_or(0);
  }

 private:
  ItalyDay* find_day(bool create) {
    const std::string_view date = csv_.text(kDay);
    const auto found = std::ranges::find(book_.days, date, &ItalyDay::date);
    if (found != book_.days.end()) return &*found;
    if (!create) return nullptr;
    book_.days.push_back(ItalyDay{std::string(date), {}, {}});
    return &book_.days.back();
  }

  ItalyBook& book_;
  CsvReader csv_;
  ItalyDay* day_ = nullptr;
  std::uint32_t hour_number_ = 0;
};

// A file with its text; the reader keeps views into it.
struct Source {
  std::string path;
  std::string text;
};

Result<Source> open_source(const std::string& folder, const char* name) {
  std::string path = folder + "/" + name + ".csv.gz";
  TONGSUAN_TRY(std::string text, read_text(path));
  return Source{std::move(path), std::move(text)};
}

Result<Done> read_curves(const std::string& folder, const char* name, ItalyBook& book) {
  TONGSUAN_TRY(const Source source, open_source(folder, name));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(source.path, source.text,
                                              {"delivery_day", "period", "zone", "side",
                                               "price_eur_per_mwh", "quantity_mwh"}));
  enum : std::size_t { kZone = Table::kFirst, kSide, kPrice, kQuantity };
  book.steps.reserve(source.text.size() / 60);
  Table table(book, std::move(csv));
  ItalyRange* open = nullptr;
  while (table.next(true)) {
    CsvReader& row = table.csv();
    const std::uint32_t zone = table.zone(kZone);
    ItalyHour& hour = table.hour();
    ItalyRange& range = table.is_supply(kSide) ? hour.supply[zone] : hour.demand[zone];
    const ItalyStep step{row.rounded(kPrice, kPriceDecimals),
                         row.rounded(kQuantity, kAmountDecimals)};
    const auto at = static_cast<std::uint32_t>(book.steps.size());
    if (open != &range || range.end != at) {
      if (range.end > range.begin) row.fail(kZone, "the rows of one curve must stand together");
      range = ItalyRange{at, at};
      open = &range;
    } else if (step.price <= book.steps.back().price) {
      row.fail(kPrice, "prices of one curve must rise");
    }
    if (step.amount < 0) row.fail(kQuantity, "must not be negative");
    if (step.price <= kItalyPriceMin || step.price >= kItalyPriceMax) {
      row.fail(kPrice, "beyond the limits of the market");
    }
    book.steps.push_back(step);
    ++range.end;
  }
  return table.csv().finish();
}

Result<Done> read_exchanges(const std::string& folder, ItalyBook& book) {
  TONGSUAN_TRY(const Source source, open_source(folder, "published-exchanges"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(source.path, source.text,
                                              {"delivery_day", "period", "zone", "exchange_mwh"}));
  Table table(book, std::move(csv));
  while (table.next(false)) {
    const std::uint32_t zone = table.zone(Table::kFirst);
    table.hour().exports[zone] += table.csv().rounded(Table::kFirst + 1, kAmountDecimals);
  }
  return table.csv().finish();
}

Result<Done> read_limits(const std::string& folder, ItalyBook& book) {
  TONGSUAN_TRY(const Source source, open_source(folder, "internal-transfer-capacities"));
  TONGSUAN_TRY(CsvReader csv, CsvReader::open(source.path, source.text,
                                              {"delivery_day", "period", "from_zone", "to_zone",
                                               "forward_capacity_mwh", "reverse_capacity_mwh"}));
  enum : std::size_t { kFrom = Table::kFirst, kTo, kForward, kReverse };
  Table table(book, std::move(csv));
  while (table.next(false)) {
    const std::size_t line = table.line(kFrom, kTo);
    ItalyHour& hour = table.hour();
    hour.flow_max[line] = table.csv().rounded(kForward, kAmountDecimals);
    hour.flow_max_back[line] = table.csv().rounded(kReverse, kAmountDecimals);
    if (hour.flow_max[line] < 0) table.csv().fail(kForward, "must not be negative");
    if (hour.flow_max_back[line] < 0) table.csv().fail(kReverse, "must not be negative");
  }
  return table.csv().finish();
}

Result<Done> read_answers(const std::string& folder, ItalyBook& book) {
  {
    TONGSUAN_TRY(const Source source, open_source(folder, "published-prices"));
    TONGSUAN_TRY(CsvReader csv,
                 CsvReader::open(source.path, source.text,
                                 {"delivery_day", "period", "zone", "price_eur_per_mwh"}));
    Table table(book, std::move(csv));
    while (table.next(false)) {
      // The table also lists neighbouring countries.
      const std::optional<std::uint32_t> zone = find_zone(table.csv().text(Table::kFirst));
      if (!zone) continue;
      table.hour().published_price[*zone] = table.csv().rounded(Table::kFirst + 1, kPriceDecimals);
    }
    TONGSUAN_TRY([[maybe_unused]] const Done done, table.csv().finish());
  }
  TONGSUAN_TRY(const Source source, open_source(folder, "published-flows"));
  TONGSUAN_TRY(CsvReader csv,
               CsvReader::open(source.path, source.text,
                               {"delivery_day", "period", "from_zone", "to_zone", "flow_mwh"}));
  enum : std::size_t { kFrom = Table::kFirst, kTo, kFlow };
  Table table(book, std::move(csv));
  while (table.next(false)) {
    table.hour().published_flow[table.line(kFrom, kTo)] =
        table.csv().rounded(kFlow, kAmountDecimals);
  }
  return table.csv().finish();
}

ItalyStatus read_status(CsvReader& row, std::size_t column) {
  const std::string_view status = row.text(column);
  if (status == "ACC") return ItalyStatus::kAccepted;
  if (status == "PREJ") return ItalyStatus::kParadoxicallyRejected;
  if (status != "REJ") row.fail(column, "unknown status");
  return ItalyStatus::kRejected;
}

Result<Done> read_blocks(const std::string& folder, ItalyBook& book) {
  TONGSUAN_TRY(const Source source, open_source(folder, "block-orders"));
  TONGSUAN_TRY(CsvReader csv,
               CsvReader::open(source.path, source.text,
                               {"delivery_day", "period", "block_id", "zone", "side",
                                "quantity_mwh", "price_eur_per_mwh", "published_status"}));
  enum : std::size_t { kId = Table::kFirst, kZone, kSide, kQuantity, kPrice, kStatus };
  std::map<std::pair<std::string, std::string>, std::size_t, std::less<>> positions;
  Table table(book, std::move(csv));
  while (table.next(false)) {
    CsvReader& row = table.csv();
    std::vector<ItalyBlock>& blocks = table.day().blocks;
    const auto [at, created] =
        positions.try_emplace({table.day().date, std::string(row.text(kId))}, blocks.size());
    if (created)
      blocks.push_back(ItalyBlock{.id = at->first.second, .zone = table.zone(kZone), .legs = {}});
    ItalyBlock& whole = blocks[at->second];
    const ItalyBlock row_says{{},
                              table.zone(kZone),
                              table.is_supply(kSide),
                              row.rounded(kPrice, kPriceDecimals),
                              read_status(row, kStatus),
                              {}};
    if (created) {
      whole.is_supply = row_says.is_supply;
      whole.price = row_says.price;
      whole.published = row_says.published;
    } else if (whole.zone != row_says.zone || whole.is_supply != row_says.is_supply ||
               whole.price != row_says.price || whole.published != row_says.published) {
      row.fail(kId, "legs of one block differ in zone, side, price or status");
    }
    if (!whole.legs.empty() && whole.legs.back().hour >= table.hour_number()) {
      row.fail(Table::kPeriod, "periods of a block must rise");
    }
    whole.legs.push_back({table.hour_number(), row.rounded(kQuantity, kAmountDecimals)});
    if (whole.legs.back().amount < 0) row.fail(kQuantity, "must not be negative");
  }
  return table.csv().finish();
}

}  // namespace

Result<ItalyBook> load_italy(const std::string& folder, ItalyCurves curves) {
  ItalyBook book;
  const bool simple = curves == ItalyCurves::kSimple;
  for (const Result<Done>& read :
       {read_curves(folder, simple ? "simple-bid-curves" : "bid-curves", book),
        read_exchanges(folder, book), read_limits(folder, book), read_answers(folder, book),
        read_blocks(folder, book)}) {
    if (!read.ok()) return read.error();
  }
  return book;
}

std::array<std::int64_t, kItalyZones> balanced_exports(const ItalyHour& hour) {
  std::array<std::int64_t, kItalyZones> exports = hour.exports;
  for (std::int64_t& value : exports) {
    value = divide(int128{value} + kItalyGrid / 2, kItalyGrid, Rounding::kDown) * kItalyGrid;
  }
  return exports;
}

}  // namespace tongsuan::imports
