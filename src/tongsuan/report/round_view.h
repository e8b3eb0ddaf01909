// A round as numbers: what was offered, used, paid and carried, per hub, class, line and link.
//
// Model. A *device use* is an accepted order holding devices of one class at one hub: the positive
// capacity legs of every award, and what curves buy. It draws the class's watts × the hub's PUE,
// rounded up to whole Wh per device and slot as in the book, whether or not power is a row of the
// market. Green Wh are those that orders had matched in the same slot; devices bought by curves
// draw energy that nobody matched. What an order pays at λ′ is split by the rows that it pays for.
//
// Quantities of time are device-seconds, energy Wh, data MB; money is micro-yuan. Shares and prices
// are ratios of sums, rounded half to even once, so a total is never a mean of means. Sums that
// could leave 64 bits on extreme books are 128-bit.
//
// The certificate must be a verified one of the market, and the problem its compiled form.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/domain/certificate.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verdict_text.h"

namespace tongsuan::report {

using market::Language;

struct RoundView;

// One point of the search: work done, welfare and bound so far, in whole yuan, for drawing.
struct TracePoint {
  double work_share = 0;
  double welfare = 0;
  double bound = 0;
};

inline constexpr std::uint8_t kNoReason = 255;

struct RoundInput {
  const Market& market;
  const market::Problem& problem;
  const Certificate& certificate;
  std::vector<TracePoint> trace = {};          // empty: nothing is drawn
  std::vector<std::string> reason_names = {};  // "OUTBID", …; at most 255
  std::vector<std::uint8_t> reasons = {};      // by OrderId: into reason_names, or kNoReason
  const RoundView* before = nullptr;           // the same demand cleared hub by hub
  std::optional<int128> free_welfare = {};     // undivided, before the pricing rules
  std::vector<std::pair<std::string, double>> stage_seconds = {};  // for a terminal only
  Language language = Language::kEnglish;  // of text, and the one shown first in HTML
  std::string verify_command = "tongsuan-verify MARKET CERTIFICATE";
};

// What awards pay for, by the row that is paid.
enum class CostPart : std::uint8_t { kCapacity, kNodes, kPower, kGreen, kData, kCaps };
inline constexpr std::size_t kCostParts = 6;
using Costs = std::array<std::int64_t, kCostParts>;  // micro-yuan

struct DeviceTime {
  int128 offered = 0;  // device-seconds that offers and accepted deliveries put up
  int128 used = 0;     // device-seconds that accepted orders hold
};

struct HubClassView {
  std::uint32_t hub = kNone;
  std::uint32_t accelerator = kNone;
  std::string class_name;
  DeviceTime time;
  std::int64_t revenue = 0;                  // of the offers, at λ′
  std::optional<std::int64_t> price;         // mean λ′ per device-hour: by use, else by offer
  std::optional<std::int64_t> signal_price;  // the same of λ*
};

struct HubView {
  std::string name, title_en, title_zh, region;
  std::int32_t latitude_micro = 0;
  std::int32_t longitude_micro = 0;
  DeviceTime time;
  Costs paid{};  // by device uses here
  std::int64_t revenue = 0;
  int128 energy_wh = 0;
  int128 green_wh = 0;  // of it, matched in the same slot
  bool has_green_zone = false;
  int128 data_in_mb = 0;  // over links
  int128 data_out_mb = 0;
  int128 energy_in_wh = 0;  // over lines into the hub's zones, which others may share
  int128 energy_out_wh = 0;
  std::uint64_t award_count = 0;
  std::optional<std::int64_t> price;  // mean capacity λ′ per device-hour, as above
  std::optional<std::int64_t> signal_price;
  std::vector<std::optional<std::int64_t>> slot_price;  // mean capacity λ′ weighted by offer
  std::vector<std::int64_t> slot_offered;               // devices
  std::vector<std::int64_t> slot_used;
};

// Lines of one pair of zones, or the data link of one pair of hubs, over the round.
struct FlowView {
  std::uint32_t from = kNone;  // zone or hub
  std::uint32_t to = kNone;
  std::string from_name, to_name;
  bool green = false;    // lines: the commodity of their zones
  int128 sent = 0;       // Wh or MB, from → to
  int128 sent_back = 0;  // to → from
  int128 room = 0;       // most that could be sent from → to
  int128 room_back = 0;
  std::uint32_t open_slots = 0;         // slots with room in either direction
  std::uint32_t full_slots = 0;         // slots in which a direction with room is full
  std::int64_t rent = 0;                // what is paid for them beyond what anybody receives
  std::vector<std::int64_t> slot_flow;  // net, from → to
};

struct KindCount {
  std::uint64_t orders = 0;
  std::uint64_t placed = 0;
};

struct RejectedOrder {
  std::uint32_t order = 0;
  std::string name, account;
  OrderKind kind = OrderKind::kBlock;
  std::int64_t devices = 0;  // of its first variant or option; 0: it holds none
  int128 device_seconds = 0;
  std::int64_t value = 0;            // micro-yuan, of its best option
  std::optional<std::int64_t> rate;  // value per device-hour
  std::int64_t lost = 0;             // best surplus at λ′ that it did not get
  std::uint8_t reason = kNoReason;
};

struct Totals {
  std::array<KindCount, 5> kinds{};  // by OrderKind
  KindCount orders;
  DeviceTime time;
  int128 device_seconds_asked = 0;   // by orders for devices, first variant or option
  int128 device_seconds_placed = 0;  // of the same orders, those that were accepted
  int128 value_asked = 0;            // micro-yuan, of orders with a positive value
  int128 value_placed = 0;
  int128 energy_wh = 0;
  int128 green_zone_energy_wh = 0;  // of it, at hubs with a green zone
  int128 green_wh = 0;
  Costs paid{};
  int128 payments = 0;  // micro-yuan, all that accounts pay
  std::int64_t rent = 0;
  int128 welfare = 0;                // micro-yuan, floor
  int128 bound = 0;                  // micro-yuan, ceiling; D(λ*)
  std::optional<int128> gang_bound;  // D(π)
  std::optional<int128> free_welfare;
  std::int64_t gap_ppm = 0;  // over the better bound, rounded up
};

struct RoundView {
  std::string market, currency, start;
  std::uint64_t round = 0;
  std::string root;  // hexadecimal
  std::uint32_t slot_seconds = 3600;
  std::uint32_t slot_count = 0;
  bool presolved = false;               // both bounds leave out starts that no best outcome needs
  std::vector<HubView> hubs;            // by HubId
  std::vector<HubClassView> classes;    // rising (hub, class)
  std::vector<FlowView> lines;          // rising (from, to)
  std::vector<FlowView> links;          // rising (from, to)
  std::vector<RejectedOrder> rejected;  // rising ids
  std::vector<std::string> reason_names;
  Totals totals;
};

[[nodiscard]] RoundView view_round(const RoundInput& input);

// part / whole in parts per million, half to even; nothing when there is no whole.
[[nodiscard]] std::optional<std::int64_t> share_ppm(int128 part, int128 whole);
// Micro-yuan per device-hour; nothing when no time was used.
[[nodiscard]] std::optional<std::int64_t> per_device_hour(int128 micro, int128 device_seconds);
// Green Wh over all Wh of device uses at hubs with a green zone.
[[nodiscard]] std::optional<std::int64_t> green_share_ppm(const HubView& hub);
[[nodiscard]] std::optional<std::int64_t> green_share_ppm(const Totals& totals);
// The hub of that name in the other view, or nullptr.
[[nodiscard]] const HubView* find_hub(const RoundView& view, const std::string& name);

}  // namespace tongsuan::report
