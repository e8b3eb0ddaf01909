#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "tongsuan/base/text.h"
#include "tongsuan/report/html.h"
#include "tongsuan/report/internal/page.h"
#include "tongsuan/report/table.h"

namespace tongsuan::report::internal {
namespace {

std::string hours_text(int128 device_seconds) {
  return grouped(fixed(device_seconds, 3'600, 0));
}

int128 all_parts(const Costs& costs) {
  int128 sum = 0;
  for (const std::int64_t part : costs) sum += part;
  return sum;
}

// What a price is made of, as shown: whole nodes and caps are rare enough to share a column.
constexpr std::size_t kShownParts = 5;
constexpr std::array<Word, kShownParts> kPartWords = {Word::kCapacity, Word::kPower, Word::kGreen,
                                                      Word::kData, Word::kOther};
std::array<std::int64_t, kShownParts> shown_parts(const Costs& costs) {
  const auto at = [&](CostPart part) { return costs[static_cast<std::size_t>(part)]; };
  return {at(CostPart::kCapacity), at(CostPart::kPower), at(CostPart::kGreen), at(CostPart::kData),
          at(CostPart::kNodes) + at(CostPart::kCaps)};
}

// A bar of what a price is made of; parts below zero are left out.
std::string mix_html(const Costs& costs) {
  const std::array<std::int64_t, kShownParts> parts = shown_parts(costs);
  int128 positive = 0;
  for (const std::int64_t part : parts) positive += std::max<std::int64_t>(part, 0);
  std::string out = "<span class=\"mix\" aria-hidden=\"true\">";
  for (std::size_t i = 0; i < parts.size() && positive > 0; ++i) {
    if (parts[i] <= 0) continue;
    out += "<i class=\"c" + std::to_string(i) +
           "\" style=\"width:" + fixed(static_cast<int128>(parts[i]) * 100, positive, 1) +
           "%\"></i>";
  }
  return out + "</span>";
}

std::string flow_cell(int128 in, int128 out, std::string (*text)(int128)) {
  return (in == 0 ? "–" : text(in)) + " <span class=\"sub\">/</span> " +
         (out == 0 ? "–" : text(out));
}

// Parts that nobody pays for anywhere have no column.
std::vector<std::size_t> paid_parts(const RoundView& view) {
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < kShownParts; ++i) {
    const bool paid = std::any_of(view.hubs.begin(), view.hubs.end(), [i](const HubView& hub) {
      return shown_parts(hub.paid)[i] != 0;
    });
    if (paid || i == 0) parts.push_back(i);
  }
  return parts;
}

void write_hub_table(Page& page) {
  const std::vector<std::size_t> parts = paid_parts(page.view);
  std::vector<std::string> heads = {both(Word::kHub), both(Word::kUtilisation), both(Word::kUsed),
                                    both(Word::kAllIn), ""};
  for (const std::size_t part : parts) heads.push_back(both(kPartWords[part]));
  heads.push_back(both(Word::kGreenShare));
  heads.push_back(both(Word::kEnergy));
  heads.push_back(both(Word::kDataIn) + " / " + both_html("out", "流出"));
  heads.push_back(both(Word::kEnergyIn) + " / " + both_html("out", "流出"));
  begin_table(page.out, both(Word::kHubsTitle), heads, 1);
  for (const HubView& hub : page.view.hubs) {
    std::vector<std::string> cells = {
        short_title_html(hub), percent(share_ppm(hub.time.used, hub.time.offered)),
        hours_text(hub.time.used) + " <span class=\"sub\">h</span>",
        "<b>" + price_text(per_device_hour(all_parts(hub.paid), hub.time.used)) + "</b>",
        mix_html(hub.paid)};
    for (const std::size_t part : parts) {
      cells.push_back(price_text(per_device_hour(shown_parts(hub.paid)[part], hub.time.used)));
    }
    cells.push_back(percent(green_share_ppm(hub)));
    cells.push_back(energy_text(hub.energy_wh));
    cells.push_back(flow_cell(hub.data_in_mb, hub.data_out_mb, data_text));
    cells.push_back(flow_cell(hub.energy_in_wh, hub.energy_out_wh, energy_text));
    table_row(page.out, cells, 1);
  }
  end_table(page.out);
  page.out += "<div class=\"legend\"><span>" + escape(page.view.currency) + " / " +
              both(Word::kDeviceHour) + "</span>";
  for (const std::size_t part : parts) {
    page.out += "<span class=\"k\"><span class=\"box c" + std::to_string(part) + "\"></span>" +
                both(kPartWords[part]) + "</span>";
  }
  page.out += "</div>\n";
}

void write_class_table(Page& page) {
  const std::string price = escape(page.view.currency) + " / " + both(Word::kDeviceHour);
  page.out += "<details><summary>" + both(Word::kClassesTitle) + "</summary>\n";
  begin_table(page.out, both(Word::kClassesTitle),
              {both(Word::kHub), both(Word::kClass), both(Word::kOffered) + " h",
               both(Word::kUsed) + " h", both(Word::kUtilisation), both(Word::kPrice) + " λ′",
               both(Word::kSignalPrice), both(Word::kRevenue) + ' ' + escape(page.view.currency)},
              2);
  for (const HubClassView& entry : page.view.classes) {
    table_row(page.out,
              {short_title_html(page.view.hubs[entry.hub]), escape(entry.class_name),
               hours_text(entry.time.offered), hours_text(entry.time.used),
               percent(share_ppm(entry.time.used, entry.time.offered)), price_text(entry.price),
               price_text(entry.signal_price), grouped(fixed(entry.revenue, kMicro, 0))},
              2);
  }
  end_table(page.out);
  page.out += "</details>\n";
}

void write_flow_row(Page& page, const FlowView& flow, Word kind) {
  const bool data = kind == Word::kDataLink;
  const int128 total = flow.sent + flow.sent_back;
  std::string sent = data ? data_text(flow.sent) : energy_text(flow.sent);
  if (flow.sent_back > 0) {
    sent += " <span class=\"sub\">←</span> " +
            (data ? data_text(flow.sent_back) : energy_text(flow.sent_back));
  }
  const auto full = static_cast<int128>(flow.full_slots) * page.view.slot_seconds;
  const std::string mark =
      flow.full_slots > 0 ? "<span class=\"dia\" aria-hidden=\"true\"></span> " : "";
  table_row(page.out,
            {escape(flow.from_name) + " → " + escape(flow.to_name), both(kind), sent,
             percent(share_ppm(total, flow.room + flow.room_back)),
             mark + grouped(fixed(full, 3'600, 1)), grouped(fixed(flow.rent, kMicro, 2))},
            2);
}

// ---- Rejected orders
// -----------------------------------------------------------------------------

std::string reason_html(const RoundView& view, std::uint8_t reason) {
  if (reason >= view.reason_names.size()) return both(Word::kNoReasonGiven);
  return "<span class=\"mono code\">" + escape(view.reason_names[reason]) + "</span>";
}

void write_reason_counts(Page& page) {
  const RoundView& view = page.view;
  std::vector<std::size_t> counts(view.reason_names.size() + 1, 0);
  for (const RejectedOrder& order : view.rejected) {
    ++counts[std::min<std::size_t>(order.reason, view.reason_names.size())];
  }
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  page.out += "<ul class=\"reasons\">";
  for (const std::size_t reason : order) {
    if (counts[reason] == 0) continue;
    const std::string name = reason < view.reason_names.size() ? view.reason_names[reason] : "";
    page.out +=
        "<li><span class=\"c\"><b>" + grouped(std::to_string(counts[reason])) +
        "</b></span><span>" +
        reason_html(view, static_cast<std::uint8_t>(std::min<std::size_t>(reason, kNoReason))) +
        "</span><span class=\"why\">" +
        both_html(escape(reason_words(name, Language::kEnglish)),
                  escape(reason_words(name, Language::kChinese))) +
        "</span></li>";
  }
  page.out += "</ul>\n";
}

std::vector<const RejectedOrder*> most_valuable(const RoundView& view) {
  std::vector<const RejectedOrder*> orders;
  for (const RejectedOrder& order : view.rejected) orders.push_back(&order);
  std::stable_sort(orders.begin(), orders.end(),
                   [](const RejectedOrder* a, const RejectedOrder* b) {
                     return a->rate.value_or(INT64_MIN) > b->rate.value_or(INT64_MIN);
                   });
  if (orders.size() > kRejectedMax) orders.resize(kRejectedMax);
  return orders;
}

}  // namespace

void write_hubs(Page& page) {
  page.section("hubs", Word::kHubsTitle, Word::kHubsCaption);
  write_hub_table(page);
  write_class_table(page);
  page.end_section();
}

void write_flows(Page& page) {
  page.section("flows", Word::kFlowsTitle, Word::kFlowsCaption);
  const RoundView& view = page.view;
  if (view.lines.empty() && view.links.empty()) {
    page.out += "<p class=\"note\">" + both(Word::kNoFlows) + "</p>\n";
    page.end_section();
    return;
  }
  page.out += "<div class=\"limit\">";
  begin_table(page.out, both(Word::kFlowsTitle),
              {both(Word::kFlow), both(Word::kKind), both(Word::kSent), both(Word::kRoom),
               both(Word::kHoursFull), both(Word::kRentLine) + ' ' + escape(view.currency)},
              2);
  std::vector<std::pair<const FlowView*, Word>> flows;
  for (const FlowView& line : view.lines)
    flows.emplace_back(&line, line.green ? Word::kGreenLine : Word::kPowerLine);
  for (const FlowView& link : view.links) flows.emplace_back(&link, Word::kDataLink);
  std::stable_sort(flows.begin(), flows.end(),
                   [](const auto& a, const auto& b) { return a.first->rent > b.first->rent; });
  if (flows.size() > kMapFlowsMax) flows.resize(kMapFlowsMax);
  for (const auto& [flow, kind] : flows) write_flow_row(page, *flow, kind);
  end_table(page.out);
  page.out += "</div>\n";
  page.end_section();
}

void write_rejected(Page& page) {
  page.section("rejected", Word::kRejectedTitle, Word::kRejectedCaption);
  std::string& out = page.out;
  const RoundView& view = page.view;
  if (view.rejected.empty()) {
    out += "<p class=\"note\">" + both(Word::kRejectedNone) + "</p>\n";
    page.end_section();
    return;
  }
  write_reason_counts(page);
  const std::vector<const RejectedOrder*> orders = most_valuable(view);
  out += "<div class=\"find\"><input type=\"search\" id=\"find\" data-en=\"" +
         escape(word(Word::kSearch, Language::kEnglish)) + "\" data-zh=\"" +
         escape(word(Word::kSearch, Language::kChinese)) + "\" aria-label=\"" +
         escape(word(Word::kSearch, Language::kEnglish)) + " · " +
         escape(word(Word::kSearch, Language::kChinese)) +
         "\"><span class=\"note\" id=\"found\" role=\"status\" hidden>" + both(Word::kNoMatch) +
         "</span></div>\n";
  out += "<p class=\"note\">" + both(Word::kShowing) + ' ' +
         grouped(std::to_string(orders.size())) + " / " +
         grouped(std::to_string(view.rejected.size())) +
         "</p>\n<div class=\"limit\" id=\"rejected-rows\">";
  const std::string currency = ' ' + escape(view.currency);
  begin_table(
      out, both(Word::kRejectedTitle),
      {both(Word::kOrder), both(Word::kAccount), both(Word::kKind), both(Word::kReason),
       both(Word::kDevices), both_html("Device-hours", "卡时"), both(Word::kValue) + currency,
       both(Word::kRate) + currency, both(Word::kLost) + currency},
      4);
  for (const RejectedOrder* order : orders) {
    table_row(out,
              {escape(order->name), escape(order->account),
               both_html(kind_word(order->kind, Language::kEnglish),
                         kind_word(order->kind, Language::kChinese)),
               reason_html(view, order->reason),
               order->devices == 0 ? "–" : grouped(std::to_string(order->devices)),
               order->devices == 0 ? "–" : hours_text(order->device_seconds),
               grouped(fixed(order->value, kMicro, 2)), price_text(order->rate),
               order->lost == 0 ? "–" : grouped(fixed(order->lost, kMicro, 2))},
              4);
  }
  end_table(out);
  out += "</div>\n";
  page.end_section();
}

void write_certificate(Page& page) {
  page.section("certificate", Word::kCertificateTitle, Word::kCertificateCaption);
  std::string& out = page.out;
  const Totals& totals = page.view.totals;
  const std::string currency = ' ' + escape(page.view.currency);
  const auto money = [&](int128 micro) { return grouped(fixed(micro, kMicro, 2)) + currency; };
  const auto fact = [&](const std::string& name, const std::string& value) {
    out += "<dt>" + name + "</dt><dd>" + value + "</dd>\n";
  };
  out += "<dl class=\"facts\">\n";
  fact(both(Word::kRound), std::to_string(page.view.round) + " &nbsp;<span class=\"badge\">✓ " +
                               both(Word::kVerified) + "</span>");
  fact(both(Word::kRoot), "<span class=\"mono\">" + page.view.root + "</span>");
  fact(both(Word::kWelfare) + " W", money(totals.welfare));
  fact(both(Word::kBound) + " D(λ*)", money(totals.bound));
  if (totals.gang_bound) fact(both(Word::kGangBound) + " D(π)", money(*totals.gang_bound));
  fact(both(Word::kGap), percent(totals.gap_ppm, 4));
  if (totals.free_welfare) {
    fact(both(Word::kFreeWelfare), money(*totals.free_welfare));
    fact(both(Word::kRulesCost), money(*totals.free_welfare - totals.welfare));
  }
  fact(both(Word::kRent), money(totals.rent));
  std::string kinds;
  for (std::size_t i = 0; i < totals.kinds.size(); ++i) {
    if (totals.kinds[i].orders == 0) continue;
    const auto kind = static_cast<OrderKind>(i);
    kinds += (kinds.empty() ? "" : " · ") +
             both_html(kind_word(kind, Language::kEnglish), kind_word(kind, Language::kChinese)) +
             ' ' + grouped(std::to_string(totals.kinds[i].placed)) + " / " +
             grouped(std::to_string(totals.kinds[i].orders));
  }
  fact(both(Word::kOrderKinds), kinds.empty() ? "–" : kinds);
  fact(both(Word::kVerify),
       "<code class=\"cmd\" tabindex=\"0\">" + escape(page.input.verify_command) + "</code>");
  out += "</dl>\n";
  if (page.view.presolved) out += "<p class=\"note\">" + both(Word::kPresolved) + "</p>\n";
  page.end_section();
}

namespace {

// Yuan with two decimals as a JSON number, or null.
std::string json_price(std::optional<std::int64_t> micro) {
  return micro ? fixed(*micro, kMicro, 2) : "null";
}

void add_list(std::string& out, std::uint32_t count,
              const std::function<std::string(std::uint32_t)>& item) {
  out += '[';
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += item(i);
  }
  out += ']';
}

// Net flow of every column, in thousandths of the busiest column of its kind; and whether it is
// full.
void add_flow_data(std::string& out, const RoundView& view, const std::vector<FlowView>& flows,
                   const char* letter) {
  const Columns columns = columns_of(view);
  const auto column_flow = [&](const FlowView& flow, std::uint32_t column) {
    int128 sum = 0;
    for (Slot slot = column * columns.slots_each;
         slot < std::min(view.slot_count, (column + 1) * columns.slots_each); ++slot) {
      sum += flow.slot_flow[slot] < 0 ? -flow.slot_flow[slot] : flow.slot_flow[slot];
    }
    return sum;
  };
  int128 largest = 1;
  std::vector<std::size_t> busy;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    if (flows[i].sent + flows[i].sent_back == 0) continue;
    busy.push_back(i);
    for (std::uint32_t column = 0; column < columns.count; ++column) {
      largest = std::max(largest, column_flow(flows[i], column));
    }
  }
  if (busy.size() > kMapFlowsMax) busy.resize(kMapFlowsMax);
  for (const std::size_t i : busy) {
    if (out.back() != '{') out += ',';
    out += '"' + std::string(letter) + std::to_string(i) + "\":";
    add_list(out, columns.count, [&](std::uint32_t column) {
      return fixed(column_flow(flows[i], column) * 1'000, largest, 0);
    });
  }
}

}  // namespace

void write_data(Page& page) {
  const RoundView& view = page.view;
  const std::uint32_t count = columns_of(view).count;
  const Scale scale = price_scale(view);
  std::string& out = page.out;
  out += "<script type=\"application/json\" id=\"data\">{\"low\":" + json_price(scale.low) +
         ",\"high\":" + json_price(scale.high) + ",\"when\":";
  add_list(out, count, [&](std::uint32_t column) {
    return json_string(slot_text(view, column * columns_of(view).slots_each));
  });
  out += ",\"hubs\":[";
  const std::vector<std::size_t> hubs = chosen_hubs(view, kHeatHubsMax);
  for (std::size_t i = 0; i < hubs.size(); ++i) {
    out += i == 0 ? "{\"p\":" : ",{\"p\":";
    add_list(out, count, [&](std::uint32_t column) {
      return json_price(heat_cell(view, hubs[i], column).price);
    });
    out += ",\"u\":";
    add_list(out, count, [&](std::uint32_t column) {
      const HeatCell cell = heat_cell(view, hubs[i], column);
      const std::optional<std::int64_t> use = share_ppm(cell.used, cell.offered);
      return use ? fixed(*use, 1'000'000, 3) : std::string("null");
    });
    out += '}';
  }
  out += "],\"flows\":{";
  add_flow_data(out, view, view.lines, "l");
  add_flow_data(out, view, view.links, "d");
  out += "}}</script>\n";
}

}  // namespace tongsuan::report::internal
