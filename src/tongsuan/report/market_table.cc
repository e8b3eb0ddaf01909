#include "tongsuan/report/market_table.h"

#include <algorithm>
#include <utility>

#include "tongsuan/report/internal/utf8.h"
#include "tongsuan/report/numbers.h"
#include "tongsuan/report/words.h"

namespace tongsuan::report {
namespace {

Column text_column(const char* key, const char* title, bool wide = false) {
  return {.key = key, .title = title, .kind = ColumnKind::kText, .wide = wide};
}
Column money_column(const char* key, std::string title, int shown = 2, bool wide = false) {
  return {.key = key,
          .title = std::move(title),
          .kind = ColumnKind::kMoney,
          .decimals = 6,
          .shown_decimals = shown,
          .wide = wide};
}
Column number_column(const char* key, std::string title, int decimals = 0, bool wide = false) {
  return {.key = key,
          .title = std::move(title),
          .kind = ColumnKind::kNumber,
          .decimals = decimals,
          .shown_decimals = std::min(decimals, 1),
          .wide = wide};
}

template <class T>
Cell cell(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

std::int64_t narrow(int128 value) {
  return static_cast<std::int64_t>(std::clamp<int128>(value, -kMoneyMax * 9, kMoneyMax * 9));
}

// Hours × 10 of device-seconds, half to even.
Cell hours(int128 device_seconds) {
  return narrow(divide_wide(device_seconds, 360, Rounding::kHalfEven));
}

std::string titled(const char* title, const char* unit) {
  return std::string(title) + ' ' + unit;
}

const std::string& title_of(const HubView& hub, Language language) {
  return language == Language::kChinese ? hub.title_zh : hub.title_en;
}

// One line "  label  value", labels aligned by the caller's width.
void add_line(std::string& out, const char* label, const std::string& value, std::size_t width) {
  out += "  " + std::string(label) +
         std::string(width - std::min(width, display_width(label)), ' ') + "  " + value + '\n';
}

class MarketText {
 public:
  MarketText(const RoundInput& input, const RoundView& view)
      : input_(input), view_(view), language_(input.language) {}

  std::string run() {
    add_header();
    add_table(hub_table(view_, input_.before, language_));
    add_flows();
    add_totals();
    add_certificate();
    return std::move(out_);
  }

 private:
  [[nodiscard]] const char* say(Word which) const { return word(which, language_); }
  [[nodiscard]] std::string money(int128 micro) const {
    return grouped(fixed(micro, kMicro, 2)) + ' ' + view_.currency;
  }

  void add_header() {
    out_ += std::string(say(Word::kMarket)) + ' ' + internal::printable(view_.market) + " · " +
            say(Word::kRound) + ' ' + std::to_string(view_.round) + " · " + say(Word::kFrom) + ' ' +
            internal::printable(view_.start) + " · " + std::to_string(view_.slot_count) + ' ' +
            say(Word::kSlots) + " × " + fixed(view_.slot_seconds, 3'600, 2) + ' ' +
            say(Word::kHours) + "\n\n";
  }

  void add_table(const Table& table) {
    const Result<std::string> text = render(table, {});
    TONGSUAN_CHECK(text.ok());  // no columns, filters or order that could be wrong
    out_ += text.value() + '\n';
  }

  // Where something was sent, the dearest first; the rest is counted.
  void add_flows() {
    constexpr std::size_t kFlowLinesMax = 12;
    Table flows = flow_table(view_, language_);
    const std::size_t rent = flows.columns.size() - 1;
    std::erase_if(flows.rows, [](const std::vector<Cell>& row) {
      return row[3] == Cell(std::int64_t{0}) && row[4] == Cell(std::int64_t{0});
    });
    if (flows.rows.empty()) return;
    std::stable_sort(flows.rows.begin(), flows.rows.end(), [rent](const auto& a, const auto& b) {
      return std::get<std::int64_t>(a[rent]) > std::get<std::int64_t>(b[rent]);
    });
    const std::size_t count = flows.rows.size();
    flows.rows.resize(std::min(count, kFlowLinesMax));
    add_table(flows);
    if (count <= kFlowLinesMax) return;
    out_.pop_back();
    out_ += "… " + std::to_string(count - kFlowLinesMax) + ' ' + say(Word::kMoreFlows) + "\n\n";
  }

  [[nodiscard]] std::string usage() const {
    const std::optional<std::int64_t> after =
        share_ppm(view_.totals.time.used, view_.totals.time.offered);
    std::string text = percent(after);
    if (input_.before != nullptr) {
      const DeviceTime& before = input_.before->totals.time;
      text = percent(share_ppm(before.used, before.offered)) + " → " + text;
    }
    return text + "  (" + grouped(fixed(view_.totals.time.used, 3'600, 0)) + " / " +
           grouped(fixed(view_.totals.time.offered, 3'600, 0)) + ' ' + say(Word::kDeviceHours) +
           ')';
  }

  [[nodiscard]] std::string green() const {
    std::string text = percent(green_share_ppm(view_.totals));
    if (input_.before != nullptr) {
      text = percent(green_share_ppm(input_.before->totals)) + " → " + text;
    }
    return text + "  (" + energy_text(view_.totals.green_wh) + " / " +
           energy_text(view_.totals.green_zone_energy_wh) + ')';
  }

  [[nodiscard]] std::string orders() const {
    const Totals& totals = view_.totals;
    std::string text = grouped(std::to_string(totals.orders.placed)) + " / " +
                       grouped(std::to_string(totals.orders.orders)) + "  (";
    bool first = true;
    for (std::size_t i = 0; i < totals.kinds.size(); ++i) {
      if (totals.kinds[i].orders == 0) continue;
      text += (first ? "" : ", ") + std::string(kind_word(static_cast<OrderKind>(i), language_)) +
              ' ' + grouped(std::to_string(totals.kinds[i].placed)) + '/' +
              grouped(std::to_string(totals.kinds[i].orders));
      first = false;
    }
    return text + ')';
  }

  void add_totals() {
    const Totals& totals = view_.totals;
    std::vector<std::pair<Word, std::string>> lines = {
        {Word::kUtilisation, usage()},
        {Word::kGreenShare, green()},
        {Word::kOrdersPlaced, orders()},
        {Word::kDemandServed,
         percent(share_ppm(totals.device_seconds_placed, totals.device_seconds_asked))},
        {Word::kValueServed, percent(share_ppm(totals.value_placed, totals.value_asked)) + "  (" +
                                 money(totals.value_placed) + ')'},
        {Word::kPayments, money(totals.payments)},
        {Word::kRent, money(totals.rent)},
        {Word::kWelfare, money(totals.welfare)},
        {Word::kBound, money(totals.bound)},
    };
    if (totals.gang_bound) lines.emplace_back(Word::kGangBound, money(*totals.gang_bound));
    lines.emplace_back(Word::kGap, percent(totals.gap_ppm, 3));
    if (totals.free_welfare) {
      lines.emplace_back(Word::kRulesCost, money(*totals.free_welfare - totals.welfare));
    }
    std::size_t width = 0;
    for (const auto& line : lines) width = std::max(width, display_width(say(line.first)));
    for (const auto& [label, value] : lines) add_line(out_, say(label), value, width);
    out_ += '\n';
  }

  void add_certificate() {
    out_ += std::string(say(Word::kCertificateTitle)) + ": " + say(Word::kVerified) + " · " +
            say(Word::kRoot) + ' ' + view_.root + '\n' + say(Word::kVerify) + ": " +
            internal::printable(input_.verify_command) + '\n';
    if (input_.stage_seconds.empty()) return;
    out_ += std::string(say(Word::kStages)) + ':';
    for (const auto& [stage, seconds] : input_.stage_seconds) {
      const auto milliseconds = static_cast<std::int64_t>(seconds * 1'000 + 0.5);
      out_ += ' ' + stage + ' ' + fixed(milliseconds, 1'000, 2) + ' ' + say(Word::kSecondsShort);
    }
    out_ += '\n';
  }

  const RoundInput& input_;
  const RoundView& view_;
  const Language language_;
  std::string out_;
};

}  // namespace

Table hub_table(const RoundView& view, const RoundView* before, Language language) {
  const auto say = [language](Word which) { return word(which, language); };
  Table table;
  table.currency = view.currency;
  table.columns = {text_column("hub", say(Word::kHub)),
                   text_column("title", say(Word::kHub), true),
                   text_column("region", say(Word::kRegion), true),
                   number_column("offered_device_hours", say(Word::kOffered), 1, true),
                   number_column("used_device_hours", say(Word::kUsed), 1, true),
                   number_column("utilisation_before_percent", titled(say(Word::kBefore), "%"), 4),
                   number_column("utilisation_percent", titled(say(Word::kUtilisation), "%"), 4),
                   money_column("price", titled(say(Word::kAllIn), view.currency.c_str()), 3),
                   money_column("capacity", say(Word::kCapacity), 3),
                   money_column("nodes", say(Word::kNodes), 3, true),
                   money_column("power", say(Word::kPower), 3),
                   money_column("green", say(Word::kGreen), 3),
                   money_column("data", say(Word::kData), 3),
                   money_column("caps", say(Word::kCaps), 3, true),
                   number_column("green_percent", titled(say(Word::kGreenShare), "%"), 4),
                   number_column("energy_mwh", titled(say(Word::kEnergy), "MWh"), 6),
                   number_column("data_in_tb", titled(say(Word::kDataIn), "TB"), 6),
                   number_column("data_out_tb", titled(say(Word::kDataOut), "TB"), 6),
                   number_column("energy_in_mwh", titled(say(Word::kEnergyIn), "MWh"), 6, true),
                   number_column("energy_out_mwh", titled(say(Word::kEnergyOut), "MWh"), 6, true),
                   number_column("awards", say(Word::kAwards)),
                   money_column("revenue", say(Word::kRevenue), 2, true)};
  if (before == nullptr)
    std::erase_if(table.columns,
                  [](const Column& column) { return column.key == "utilisation_before_percent"; });
  for (const HubView& hub : view.hubs) {
    std::vector<Cell>& row = table.rows.emplace_back();
    row = {hub.name, title_of(hub, language), hub.region, hours(hub.time.offered),
           hours(hub.time.used)};
    if (before != nullptr) {
      const HubView* was = find_hub(*before, hub.name);
      row.push_back(was == nullptr ? Cell() : cell(share_ppm(was->time.used, was->time.offered)));
    }
    row.push_back(cell(share_ppm(hub.time.used, hub.time.offered)));
    int128 all = 0;
    for (const std::int64_t part : hub.paid) all += part;
    row.push_back(cell(per_device_hour(all, hub.time.used)));
    for (const std::int64_t part : hub.paid)
      row.push_back(cell(per_device_hour(part, hub.time.used)));
    row.insert(row.end(),
               {cell(green_share_ppm(hub)), narrow(hub.energy_wh), narrow(hub.data_in_mb),
                narrow(hub.data_out_mb), narrow(hub.energy_in_wh), narrow(hub.energy_out_wh),
                static_cast<std::int64_t>(hub.award_count), hub.revenue});
  }
  return table;
}

Table class_table(const RoundView& view, Language language) {
  const auto say = [language](Word which) { return word(which, language); };
  Table table;
  table.currency = view.currency;
  table.columns = {text_column("hub", say(Word::kHub)),
                   text_column("class", say(Word::kClass)),
                   number_column("offered_device_hours", say(Word::kOffered), 1),
                   number_column("used_device_hours", say(Word::kUsed), 1),
                   number_column("utilisation_percent", titled(say(Word::kUtilisation), "%"), 4),
                   money_column("price", say(Word::kPrice), 3),
                   money_column("signal_price", say(Word::kSignalPrice), 3),
                   money_column("revenue", say(Word::kRevenue), 2)};
  for (const HubClassView& entry : view.classes) {
    table.rows.push_back({view.hubs[entry.hub].name, entry.class_name, hours(entry.time.offered),
                          hours(entry.time.used),
                          cell(share_ppm(entry.time.used, entry.time.offered)), cell(entry.price),
                          cell(entry.signal_price), entry.revenue});
  }
  return table;
}

Table flow_table(const RoundView& view, Language language) {
  const auto say = [language](Word which) { return word(which, language); };
  Table table;
  table.currency = view.currency;
  table.columns = {text_column("flow", say(Word::kFlow)),
                   text_column("kind", say(Word::kKind)),
                   text_column("sent", say(Word::kSent)),
                   number_column("sent_amount", say(Word::kSent), 0, true),
                   number_column("sent_back_amount", "←", 0, true),
                   number_column("of_room_percent", titled(say(Word::kRoom), "%"), 4),
                   number_column("full_hours", say(Word::kHoursFull), 2),
                   money_column("rent", say(Word::kRentLine), 2)};
  const auto add = [&](const FlowView& flow, Word kind, bool energy) {
    const int128 total = flow.sent + flow.sent_back;
    table.rows.push_back(
        {flow.from_name + " → " + flow.to_name, std::string(say(kind)),
         energy ? energy_text(total) : data_text(total), narrow(flow.sent), narrow(flow.sent_back),
         cell(share_ppm(total, flow.room + flow.room_back)),
         narrow(divide_wide(static_cast<int128>(flow.full_slots) * view.slot_seconds, 36,
                            Rounding::kHalfEven)),
         flow.rent});
  };
  for (const FlowView& line : view.lines) {
    add(line, line.green ? Word::kGreenLine : Word::kPowerLine, true);
  }
  for (const FlowView& link : view.links) add(link, Word::kDataLink, false);
  return table;
}

Table rejected_table(const RoundView& view, Language language) {
  const auto say = [language](Word which) { return word(which, language); };
  Table table;
  table.currency = view.currency;
  table.columns = {text_column("order", say(Word::kOrder)),
                   text_column("account", say(Word::kAccount)),
                   text_column("kind", say(Word::kKind)),
                   number_column("devices", say(Word::kDevices)),
                   number_column("device_hours", say(Word::kDeviceHours), 1, true),
                   money_column("value", say(Word::kValue), 2),
                   money_column("value_per_device_hour", say(Word::kRate), 3),
                   money_column("missed", say(Word::kLost), 2),
                   text_column("reason", say(Word::kReason))};
  for (const RejectedOrder& order : view.rejected) {
    const bool reason = order.reason < view.reason_names.size();
    table.rows.push_back({order.name, order.account, std::string(kind_word(order.kind, language)),
                          order.devices, hours(order.device_seconds), order.value, cell(order.rate),
                          order.lost, reason ? Cell(view.reason_names[order.reason]) : Cell()});
  }
  return table;
}

std::string market_text(const RoundInput& input, const RoundView& view) {
  return MarketText(input, view).run();
}

}  // namespace tongsuan::report
