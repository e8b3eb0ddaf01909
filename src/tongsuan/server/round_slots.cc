// Rounds slot by slot: devices, data and energy, and of what prices are made.
//
// Columns instead of objects, because a round has many slots: each list has an entry for every slot
// of the answer. What a round decided does not change, so neither does the answer.
#include <algorithm>
#include <string>
#include <utility>

#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

using rolling::LinkSlots;
using rolling::PoolSlots;
using rolling::RoundSlots;
using rolling::ZoneSlots;

constexpr std::size_t kCellsAtOnce = 20'000;  // on the thread of a connection

// Which part of a round is asked for.
struct Part {
  std::string hub, accelerator;  // empty: all
  bool all_links = false;        // also those on which nothing moves
  std::int64_t first = 0;
  std::int64_t count = kSlotsMax;
};

class Writing {
 public:
  Writing(const RoundSlots& round, const Part& part) : round_(round), part_(part) {
    const auto slots = static_cast<Slot>(round.energy.size());
    begin_ = static_cast<Slot>(std::min<std::int64_t>(part.first, slots));
    end_ = static_cast<Slot>(std::min<std::int64_t>(begin_ + part.count, slots));
    hub_ = part.hub.empty() ? kNone : round.hub_names.find_sorted(part.hub);
    accelerator_ =
        part.accelerator.empty() ? kNone : round.class_names.find_sorted(part.accelerator);
  }
  [[nodiscard]] SlotRange slots() const { return {begin_, end_}; }
  [[nodiscard]] std::size_t cells() const {
    const auto covered = [this](const auto& lane) { return covers(lane); };
    const auto lanes = std::ranges::count_if(round_.pools, covered) +
                       std::ranges::count_if(round_.links, covered) +
                       std::ranges::count_if(round_.zones, covered);
    return static_cast<std::size_t>(lanes) * slots().count();
  }

  void write(json::Writer& out) const {
    out.begin_array("pools");
    for (const PoolSlots& pool : round_.pools) {
      if (covers(pool)) write(out, pool);
    }
    out.end_array().begin_array("links");
    for (const LinkSlots& link : round_.links) {
      if (covers(link)) write(out, link);
    }
    out.end_array().begin_array("zones");
    for (const ZoneSlots& zone : round_.zones) {
      if (covers(zone)) write(out, zone);
    }
    out.end_array().begin_object("energy");
    digits(out, "drawnWh", round_.energy, &rolling::EnergySlot::drawn);
    digits(out, "matchedWh", round_.energy, &rolling::EnergySlot::matched);
    out.end_object();
  }

 private:
  [[nodiscard]] bool is_hub(HubId hub) const { return part_.hub.empty() || hub.value == hub_; }
  [[nodiscard]] bool covers(const PoolSlots& pool) const {
    return is_hub(pool.hub) &&
           (part_.accelerator.empty() || pool.accelerator.value == accelerator_);
  }
  [[nodiscard]] bool covers(const LinkSlots& link) const {
    return (link.used || part_.all_links) && (is_hub(link.from) || is_hub(link.to));
  }

  [[nodiscard]] bool covers(const ZoneSlots& zone) const {
    if (part_.hub.empty()) return true;
    return hub_ != kNone && (round_.power_zones[hub_] == zone.zone.value ||
                             round_.green_zones[hub_] == zone.zone.value);
  }

  template <class Row>
  void counts(json::Writer& out, std::string_view key, const std::vector<Row>& rows,
              std::int64_t Row::*which) const {
    out.begin_array(key);
    for (Slot slot = begin_; slot < end_; ++slot) out.number(rows[slot].*which);
    out.end_array();
  }
  // Numbers that may pass 2^53.
  template <class Row>
  void digits(json::Writer& out, std::string_view key, const std::vector<Row>& rows,
              std::int64_t Row::*which) const {
    out.begin_array(key);
    for (Slot slot = begin_; slot < end_; ++slot) out.text(std::to_string(rows[slot].*which));
    out.end_array();
  }
  template <class Row>
  void amounts(json::Writer& out, std::string_view key, const std::vector<Row>& rows,
               std::int64_t Row::*which) const {
    out.begin_array(key);
    std::string text;
    for (Slot slot = begin_; slot < end_; ++slot) {
      text.clear();
      append_amount(text, rows[slot].*which);
      out.text(text);
    }
    out.end_array();
  }

  void write(json::Writer& out, const PoolSlots& pool) const {
    using rolling::PoolSlot;
    out.begin_object()
        .text("hub", round_.hub_names[pool.hub.value])
        .text("class", round_.class_names[pool.accelerator.value])
        .text("deviceWh", std::to_string(pool.device_wh));
    counts(out, "offered", pool.slots, &PoolSlot::offered);
    counts(out, "awarded", pool.slots, &PoolSlot::awarded);
    amounts(out, "price", pool.slots, &PoolSlot::price);
    amounts(out, "capacity", pool.slots, &PoolSlot::capacity);
    amounts(out, "scarcity", pool.slots, &PoolSlot::scarcity);
    amounts(out, "power", pool.slots, &PoolSlot::power);
    if (pool.has_green) amounts(out, "green", pool.slots, &PoolSlot::green);
    if (pool.has_nodes) amounts(out, "node", pool.slots, &PoolSlot::node);
    out.end_object();
  }

  void write(json::Writer& out, const LinkSlots& link) const {
    using rolling::LinkSlot;
    out.begin_object()
        .text("from", round_.hub_names[link.from.value])
        .text("to", round_.hub_names[link.to.value]);
    digits(out, "roomMb", link.slots, &LinkSlot::room);
    digits(out, "movedMb", link.slots, &LinkSlot::moved);
    amounts(out, "price", link.slots, &LinkSlot::price);
    amounts(out, "congestion", link.slots, &LinkSlot::congestion);
    out.begin_array("full");
    for (Slot slot = begin_; slot < end_; ++slot) {
      if (link.slots[slot].full()) out.number(slot - begin_);
    }
    out.end_array().end_object();
  }

  void write(json::Writer& out, const ZoneSlots& zone) const {
    using rolling::ZoneSlot;
    const bool green = round_.commodities[zone.zone.value] == Commodity::kGreen;
    out.begin_object()
        .text("zone", round_.zone_names[zone.zone.value])
        .text("commodity", green ? "green" : "power");
    digits(out, "usedWh", zone.slots, &ZoneSlot::used);
    digits(out, "greenWh", zone.slots, &ZoneSlot::green_offered);
    digits(out, "matchedWh", zone.slots, &ZoneSlot::matched);
    amounts(out, "price", zone.slots, &ZoneSlot::price);
    out.end_object();
  }

  const RoundSlots& round_;
  const Part& part_;
  std::uint32_t hub_ = kNone, accelerator_ = kNone;
  Slot begin_ = 0, end_ = 0;
};

constexpr std::string_view kLinkChoices[] = {"used", "all"};

// Nothing when the call was refused.
std::optional<Part> read_part(Call& call) {
  Query query(call);
  Part part;
  if (const std::string* hub = query.text("hub")) part.hub = *hub;
  if (const std::string* name = query.text("class")) part.accelerator = *name;
  part.all_links = query.choice("links", kLinkChoices).value_or(0) == 1;
  part.first = query.integer("first", {.min = 0, .max = kSlotsMax}, 0);
  part.count = query.integer("count", {.min = 1, .max = kSlotsMax}, kSlotsMax);
  if (!query.finish()) return std::nullopt;
  if (!part.hub.empty() && call.core.names.hub(part.hub) == kNone) {
    refuse_unknown(call, "hub", part.hub, "hub");
    return std::nullopt;
  }
  if (!part.accelerator.empty() && call.core.names.accelerator(part.accelerator) == kNone) {
    refuse_unknown(call, "class", part.accelerator, "class");
    return std::nullopt;
  }
  return part;
}

std::string slots_json(const Core& core, std::string_view round, const node::SlotsTold& told,
                       const Writing& writing) {
  std::string body;
  json::Writer out(body);
  const Second seconds = told.slots->slot_seconds;
  out.begin_object().text("round", round).text("currency", "CNY");
  write_time(out, "from", core.time, told.begin + seconds * writing.slots().begin);
  out.number("slotSeconds", seconds)
      .number("first", writing.slots().begin)
      .number("count", writing.slots().count())
      .number_unsigned("slots", told.slots->energy.size());
  writing.write(out);
  out.end_object();
  return body;
}

Problem too_large(std::size_t cells, std::size_t most, const Part& part) {
  Problem problem{"answer-too-large", "The answer would have " + std::to_string(cells) +
                                          " slots of pools, links and zones; at most " +
                                          std::to_string(most) + " are told at once."};
  if (part.all_links) problem.hint = "Leave out links=all, or name a hub or fewer slots";
  return problem;
}

}  // namespace

void get_slots(Call& call) {
  const auto part = read_part(call);
  if (!part) return;
  const auto round = parse_id(call.parameters[0], 'R');
  if (!round) return refuse_unknown(call, "round", call.parameters[0], "round");
  node::RoundShelf& shelf = call.core.node.shelf();
  if (!call.may_be_slow && !shelf.has_slots(*round)) return handle_slowly(std::move(call));
  const auto told = shelf.slots(*round);
  if (!told.ok()) {
    Problem problem = to_problem(told.error());
    if (problem.param.empty() && problem.code != "internal") problem.param = "round";
    return refuse(call, problem);
  }
  const Writing writing(*told.value().slots, *part);
  const std::size_t cells = writing.cells();
  const std::size_t most = call.core.options.slot_cells_max;
  if (cells > most) return refuse(call, too_large(cells, most, *part));
  if (cells > kCellsAtOnce && !call.may_be_slow) return handle_slowly(std::move(call));
  send_unchanging(call, "application/json",
                  slots_json(call.core, call.parameters[0], told.value(), writing));
}

}  // namespace tongsuan::server::internal
