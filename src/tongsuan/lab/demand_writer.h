// Writes orders of the national week into a market, one at a time.
//
// Model. A job says who wants how many devices of which class for how long, and from when. What a
// job does not say (patience, where it may run, what it is worth, substitutes, data, green share)
// is drawn from the tables of national_tables.h, so that drawn jobs and jobs of real traces differ
// in nothing but where their sizes come from. Everything is integers: same draws, same bytes.
//
// Ownership. Keeps references to the market, which must have its places, and to the lists of buyers
// and data sets; all must outlive the writer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/lab/national_supply.h"
#include "tongsuan/lab/national_tables.h"

namespace tongsuan::lab {

inline constexpr std::uint32_t kAllClasses = (1U << kClasses) - 1;

struct Buyer {
  AccountId account;
  std::uint32_t place = kPlaces;  // kPlaces: no home
};

struct Job {
  Buyer buyer;
  std::uint32_t accelerator = 0;  // the class that it asks for first
  std::uint32_t gang = 1;
  std::uint32_t duration = 1;           // slots, on that class
  Slot begin = 0;                       // earliest start; moved forward where the week is too short
  std::uint32_t classes = kAllClasses;  // bits of the classes that it accepts
  bool exact_classes = false;           // every accepted class is a variant, none is drawn
  std::optional<Patience> patience = std::nullopt;  // drawn where it is not known
};

class DemandWriter {
 public:
  DemandWriter(Market& market, const BuyerRanges& buyers, const DataSets& data, std::uint64_t seed);

  // ---- Draws ---------------------------------------------------------------------------------
  [[nodiscard]] Buyer draw_buyer();
  // Gangs above `gang_max` are halved until they fit.
  [[nodiscard]] Job draw_job(std::uint32_t gang_max);

  // ---- Orders ----------------------------------------------------------------------------------
  void add_job(std::string_view name, Job job);
  // The same job in several sizes: half and double the gang, with nine tenths of the efficiency.
  void add_elastic(std::string_view name, Job job);
  // Inference that must run during its opening hours of every day.
  void add_service(std::string_view name);
  // Two to four explicit places and times.
  void add_options(std::string_view name);
  // Nightly batches, half of which may be refused.
  void add_batches(std::string_view name);
  // Devices that a buyer holds and gives back to the market.
  void add_resale(std::string_view name);
  // Divisible demand for devices or for green energy.
  void add_curve(std::string_view name);

  // Device-slots asked for so far; lab/offered.h says how they are counted.
  [[nodiscard]] std::int64_t work() const { return work_; }

 private:
  [[nodiscard]] std::uint32_t slots() const { return market_.calendar.slot_count; }
  [[nodiscard]] std::int64_t draw_limit(std::uint32_t accelerator, Patience patience);
  [[nodiscard]] Order start_order(OrderKind kind, Buyer buyer);
  [[nodiscard]] Order draw_block(Job& job, Patience& patience);
  [[nodiscard]] SlotRange draw_window(Job& job, Patience patience);
  [[nodiscard]] HubSetId draw_hubs(const Buyer& buyer, Patience patience, bool wide);
  [[nodiscard]] HubSetId hub_set(std::uint32_t places);
  [[nodiscard]] std::uint32_t draw_place(const Buyer& buyer);
  [[nodiscard]] std::uint32_t draw_class_at(std::uint32_t place);
  void add_substitutes(const Job& job, std::uint32_t room);
  void draw_extras(const Job& job, Order& order);
  void follow(const Job& job, Order& order);
  void push(std::string_view name, const Order& order);
  [[nodiscard]] Span32 options_of(std::int64_t value, const std::vector<Leg>& legs);

  Market& market_;
  const BuyerRanges& buyers_;
  const DataSets& data_;
  Random random_;
  std::int64_t work_ = 0;
  std::array<std::uint32_t, 1U << kPlaces> set_of_places_;  // bits of places → HubSetId::value
  struct Last {
    std::uint32_t order = kNone;
    Slot end = 0;  // earliest end of that order
  };
  std::vector<Last> last_of_account_;
};

}  // namespace tongsuan::lab
