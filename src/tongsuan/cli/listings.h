// The listings of `tongsuan show`: parts of a market and of its cleared round, as tables.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/instant.h"
#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

struct ListingInput {
  const Session& session;
  const Market& market;
  const Certificate* certificate;  // null: none was given
};

struct ListingSpec {
  std::string_view name;
  bool of_round = false;  // needs a certificate
  Result<report::Table> (*make)(const ListingInput&);
};

[[nodiscard]] std::span<const ListingSpec> listings();
[[nodiscard]] const ListingSpec* listing_named(std::string_view name);

// What is in the market, in numbers: the listing without a name.
[[nodiscard]] report::Table summary_table(const ListingInput& input);

// Adds columns to a table, titled in the language of the session.
class Columns {
 public:
  Columns(const Session& session, report::Table& table) : session_(session), table_(table) {}
  Columns& text(const char* key, Message title, bool wide = false);
  Columns& number(const char* key, Message title, bool wide = false);
  // Counts of 10^-decimals.
  Columns& fixed(const char* key, Message title, int decimals, bool wide = false);
  Columns& money(const char* key, Message title, bool wide = false);
  // A half-open range: both ends as slots, and as times for programs. `add_slots` fills them.
  Columns& slots();

 private:
  const Session& session_;
  report::Table& table_;
};

[[nodiscard]] report::Table new_table(const ListingInput& input);
void add_slots(std::vector<report::Cell>& row, SlotRange slots, const SlotClock& clock);
[[nodiscard]] report::Cell name_or_nothing(const NameList& names, std::uint32_t id);
[[nodiscard]] report::Cell number_or_nothing(std::optional<std::int64_t> value);

// The listings of a cleared round.
Result<report::Table> awards_table(const ListingInput& input);
Result<report::Table> prices_table(const ListingInput& input);
Result<report::Table> flows_table(const ListingInput& input);
Result<report::Table> accounts_table(const ListingInput& input);

}  // namespace tongsuan::cli
