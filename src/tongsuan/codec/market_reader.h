// The reader of market text, in two passes over the book: lines in the order of the file, then what
// only the whole file can tell (references, calendar, order names). Private to this module.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/codec/frame.h"
#include "tongsuan/codec/interner.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/codec/scan.h"
#include "tongsuan/codec/values.h"

namespace tongsuan::codec {

// Slots that are not given mean the whole calendar, which may stand further down in the file.
inline constexpr SlotRange kAllSlots = {0, kNone};

// Names of one kind, some only used so far. Ids are in the order of first use.
struct Names {
  Interner ids;
  std::vector<std::uint32_t> declared_at;  // begin of the declaring line; kNone: only used so far
};

// An `option` line; its order may be declared later.
struct RawOption {
  std::uint32_t owner = 0;  // id in `option_owners`
  std::uint32_t line = 0;
  Option option;
};

// What the lines say, in the order of the file.
struct RawBook {
  Market market;  // ids and names not yet final: names are in the tables below
  Names hubs, classes, zones, data, offers;
  Names accounts;  // these need no declaration
  Interner groups;
  std::uint32_t market_line = kNone;
  std::uint32_t calendar_line = kNone;

  // Where each record of these lists begins in the file.
  std::vector<std::uint32_t> line_lines, link_lines, node_lines, cap_lines, order_lines;

  Names option_owners;  // orders that are declared by `options` lines; declared_at holds the order
  std::vector<RawOption> raw_options;

  struct After {
    std::uint32_t order = 0;
    std::string_view name;
  };
  std::vector<After> afters;
  // Orders whose value is a price for now: `limit` (per device-hour) and `price` (of a profile).
  std::vector<std::uint32_t> limits, prices;
};

// First pass.
class MarketLines {
 public:
  MarketLines(std::string_view bytes, FaultLog& faults) : bytes_(bytes), faults_(faults) {}
  // Reads every line. False when the file is not worth a second pass.
  bool read();
  [[nodiscard]] RawBook& book() { return book_; }

 private:
  static const std::array<RecordKind<MarketLines>, 18> kRecords;

  void reserve(std::string_view bytes);

  // Records.
  void read_market();
  void read_calendar();
  void read_class();
  void read_zone();
  void read_hub();
  void read_line();
  void read_link();
  void read_account();
  void read_data();
  void read_nodes();
  void read_cap();
  void read_offer();
  void read_block();
  void read_options();
  void read_option();
  void read_curve();
  void read_profile();
  void read_service();

  // Parts of records. Each leaves its target alone when the field is absent or, with a fault,
  // wrong.
  Order* add_order(OrderKind kind);
  std::uint32_t option_owner();
  void read_requirements(Order& order, std::size_t group, std::size_t green, std::size_t after);
  void read_whole_nodes(Order& order, std::size_t field);
  void read_value_or_limit(Order& order, std::size_t value, std::size_t limit);
  void read_row(std::size_t hub, std::size_t accelerator, std::size_t zone, Leg& row);
  bool read_variant(std::string_view text, std::int64_t gang, Variant& variant);
  Span32 read_variants(std::size_t run, std::size_t gang);
  Span32 read_steps(std::size_t field, AmountUnit unit, bool rising);
  Span32 read_legs(std::size_t field);
  bool read_leg(std::string_view item, Leg& leg);
  bool read_leg_nodes(std::string_view text, Leg& leg);
  bool read_leg_row(std::string_view item, std::string_view row, Leg& leg);
  HubSetId read_hub_set(std::size_t field);
  Span32 read_hub_list(std::string_view text);

  // Values.
  void whole(std::size_t field, Limits limits, std::uint32_t& target);
  void fixed(std::size_t field, unsigned decimals, Limits limits, std::int64_t& target);
  void amount(std::size_t field, AmountUnit unit, Limits limits, std::int64_t& target);
  void slots(std::size_t field, SlotRange& target);
  void percent(std::size_t field, unsigned decimals, std::int64_t& target);
  bool slots_of(std::string_view text, SlotRange& target);
  void value_fault(ValueFault fault, std::string_view text, Limits limits,
                   std::string_view expected) {
    if (fault != ValueFault::kNone) report_value(fault, text, limits, expected);
  }
  void report_value(ValueFault fault, std::string_view text, Limits limits,
                    std::string_view expected);
  std::uint32_t choice_of(std::size_t field, std::string_view first, std::string_view second);
  // Calls item(text) for each of a comma-separated list.
  template <class Item>
  void each_item(std::string_view list, Item item) {
    for (std::uint32_t count = 0;; ++count) {
      const std::size_t comma = std::min(list.find(','), list.size());
      if (!below_limit(count, kListItemsMax, "items in a list")) return;
      item(list.substr(0, comma));
      if (comma == list.size()) return;
      list.remove_prefix(comma + 1);
    }
  }

  // Names.
  bool good_name(std::string_view name);
  std::uint32_t use(Names& names, std::string_view name);
  std::uint32_t use_hub(std::string_view name);
  std::uint32_t use_class(std::string_view name);
  std::uint32_t use_zone(std::string_view name);
  std::uint32_t use_data(std::string_view name);
  std::uint32_t use_account(std::string_view name);
  std::uint32_t use_plain(Interner& names, std::string_view name);
  // True when the name was not declared before.
  bool declare(Names& names, std::uint32_t id, std::string_view what);
  bool below_limit(std::size_t count, std::size_t limit, std::string_view what);

  [[nodiscard]] std::string_view value(std::size_t field) const { return line_.values[field]; }
  [[nodiscard]] std::uint32_t line_begin() const;

  std::string_view bytes_;
  FaultLog& faults_;
  RawBook book_;
  ScannedLine line_;
  Interner hub_set_texts_;  // hub lists as written, so that equal ones are read once
};

// Second pass: gives the market its names and final numbers, and checks what spans several lines.
class MarketChecks {
 public:
  MarketChecks(RawBook& book, FaultLog& faults)
      : book_(book), market_(book.market), faults_(faults) {}
  // With no fault afterwards, `book.market` is canonical.
  void run(std::string_view bytes);

 private:
  void check_present(std::string_view bytes);
  void check_declared(const Names& names, const char* what);
  void check_zones();
  void check_slots();
  void fit(SlotRange& slots, std::uint32_t line, std::string_view key);
  void check_order_slots();
  void check_prices();
  void check_step_prices(Span32 steps, std::uint32_t line);
  void check_overlaps();
  template <class Item>
  void check_overlap(const std::vector<Item>& items, const std::vector<std::uint32_t>& lines);
  void join_options();
  void set_values();
  void set_limit_value(std::uint32_t order);
  void set_profile_value(std::uint32_t order);
  void check_delay(const Order& order, std::uint32_t line);
  void report_order_names(const std::vector<std::uint32_t>& positions);
  void link_after(const std::vector<std::uint32_t>& positions);
  void check_cycles();
  void set_names();

  RawBook& book_;
  Market& market_;
  FaultLog& faults_;
};

}  // namespace tongsuan::codec
