#include <algorithm>
#include <array>

#include "tongsuan/report/capacity_curve.h"
#include "tongsuan/report/html.h"
#include "tongsuan/report/internal/page.h"

namespace tongsuan::report::internal {
namespace {

// Where along an axis something stands, in per cent with two decimals.
std::string at_percent(double share) {
  const auto hundredths = static_cast<std::int64_t>(share * 10'000 + 0.5);
  return fixed(hundredths, 100, 2) + '%';
}

// "1.50 k" → "1.5 k": ticks are round numbers.
std::string trimmed(const std::string& text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  std::string number = text.substr(0, space);
  if (number.find('.') != std::string::npos) {
    while (number.back() == '0') number.pop_back();
    if (number.back() == '.') number.pop_back();
  }
  return number + text.substr(space);
}

// ---- Heat map
// ------------------------------------------------------------------------------------

// One path per shade: runs of equal cells are one rectangle.
void write_strip(std::string& out, const RoundView& view, std::size_t hub, const Scale& scale) {
  const std::uint32_t count = columns_of(view).count;
  std::array<std::string, kShades + 1> paths;
  for (std::uint32_t begin = 0; begin < count;) {
    const auto shade_at = [&](std::uint32_t column) {
      const HeatCell cell = heat_cell(view, hub, column);
      return cell.price ? scale.shade(*cell.price) : kShades;
    };
    const int shade = shade_at(begin);
    std::uint32_t end = begin + 1;
    while (end < count && shade_at(end) == shade) ++end;
    const std::string width = std::to_string(end - begin);
    paths[static_cast<std::size_t>(shade)] +=
        "M" + std::to_string(begin) + " 0h" + width + "v1h-" + width + "z";
    begin = end;
  }
  for (std::size_t shade = 0; shade < paths.size(); ++shade) {
    if (paths[shade].empty()) continue;
    out += "<path class=\"q" + (shade == kShades ? "n" : std::to_string(shade)) + "\" d=\"" +
           paths[shade] + "\"/>";
  }
}

void write_time_axis(std::string& out, const RoundView& view) {
  const Columns columns = columns_of(view);
  out += "<span></span><div class=\"axis\" aria-hidden=\"true\">";
  const std::uint32_t every = std::max(1U, (columns.count + 6) / 7);
  for (std::uint32_t column = 0; column + every / 2 < columns.count; column += every) {
    out += "<span style=\"left:" + at_percent(static_cast<double>(column) / columns.count) + "\">" +
           slot_text(view, column * columns.slots_each) + "</span>";
  }
  out += "</div><span></span>\n";
}

// ---- Utilisation
// ---------------------------------------------------------------------------------

void write_usage_row(Page& page, const std::string& name, const DeviceTime& now,
                     const DeviceTime* before, bool all) {
  std::string& out = page.out;
  const std::optional<std::int64_t> after = share_ppm(now.used, now.offered);
  const std::optional<std::int64_t> was =
      before == nullptr ? std::nullopt : share_ppm(before->used, before->offered);
  const auto share = [](std::optional<std::int64_t> ppm) {
    return std::clamp(static_cast<double>(ppm.value_or(0)) / 1e6, 0.0, 1.0);
  };
  const std::string bold = all ? " all" : "";
  out += "<span class=\"nm" + bold + "\">" + name + "</span><div class=\"t\" aria-hidden=\"true\">";
  const double low = was ? std::min(share(was), share(after)) : 0;
  const double high = was ? std::max(share(was), share(after)) : share(after);
  out += "<i class=\"span\" style=\"left:" + at_percent(low) + ";width:" + at_percent(high - low) +
         "\"></i>";
  if (was) out += "<i class=\"was\" style=\"left:" + at_percent(share(was)) + "\"></i>";
  if (after) out += "<i class=\"now\" style=\"left:" + at_percent(share(after)) + "\"></i>";
  out += "</div><span class=\"p" + bold + "\">";
  if (before != nullptr) out += "<span class=\"w\">" + percent(was, 0) + " → </span>";
  out += percent(after, 0) + "</span>\n";
}

// ---- Step curves
// ---------------------------------------------------------------------------------

struct ChartFrame {
  double x_max = 1;  // device-hours
  double y_max = 1;  // yuan per device-hour
  // 0 … 1000 in both directions, y downward.
  [[nodiscard]] std::string x(double value) const {
    return coordinate(std::min(1.0, value / x_max) * 1000);
  }
  [[nodiscard]] std::string y(double value) const {
    return coordinate(1000 - std::clamp(value / y_max, 0.0, 1.0) * 1000);
  }
};

double hours(int128 device_seconds) {
  return static_cast<double>(device_seconds) / 3'600;
}
double yuan(std::int64_t micro) {
  return static_cast<double>(micro) / 1e6;
}

// Blocks that are too thin to be seen are drawn together, accepted ones first.
struct Bar {
  double width = 0;
  double height = 0;
  bool accepted = false;
};

class Bars {
 public:
  explicit Bars(double least) : least_(least) {}
  void add(double width, double height, bool accepted) {
    if (width >= least_) {
      flush();
      bars_.push_back({width, height, accepted});
      return;
    }
    Bar& part = accepted ? accepted_ : rejected_;
    part.height += height * width;
    part.width += width;
    if (accepted_.width + rejected_.width >= least_) flush();
  }
  void flush() {
    for (Bar* part : {&accepted_, &rejected_}) {
      if (part->width > 0)
        bars_.push_back({part->width, part->height / part->width, part == &accepted_});
      *part = {};
    }
  }
  std::vector<Bar> finish() {
    flush();
    return std::move(bars_);
  }

 private:
  const double least_;
  Bar accepted_, rejected_;
  std::vector<Bar> bars_;
};

class CurvePlot {
 public:
  CurvePlot(Page& page, const CapacityCurve& curve) : page_(page), curve_(curve) { choose_frame(); }

  void run(const std::string& label_en, const std::string& label_zh) {
    std::string& out = page_.out;
    out += "<div class=\"plot step\" data-x=\"" + number(frame_.x_max) + "\" data-y=\"" +
           number(frame_.y_max) + "\" role=\"img\" aria-label=\"" + label_en + " · " + label_zh +
           "\">";
    out += "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">";
    const std::vector<double> across = ticks(0, frame_.x_max, 4);
    const std::vector<double> up = ticks(0, frame_.y_max, 4);
    for (const double value : up) {
      if (value > 0) out += "<path class=\"grid\" d=\"M0 " + frame_.y(value) + "H1000\"/>";
    }
    draw_demand();
    draw_supply();
    if (curve_.price) {
      out += "<path class=\"cut\" d=\"M0 " + frame_.y(yuan(*curve_.price)) + "H1000\"/>";
    }
    out += "</svg>";
    for (const double value : up) {
      out += "<span class=\"y\" style=\"bottom:" + at_percent(value / frame_.y_max) + "\">" +
             tick_text(value) + "</span>";
    }
    for (const double value : across) {
      out += "<span class=\"x\" style=\"left:" + at_percent(value / frame_.x_max) + "\">" +
             both_html(trimmed(compact(static_cast<int128>(value + 0.5), 1, Language::kEnglish)),
                       trimmed(compact(static_cast<int128>(value + 0.5), 1, Language::kChinese))) +
             "</span>";
    }
    if (curve_.price) {
      out += "<span class=\"lab\" style=\"bottom:" +
             at_percent(std::min(0.94, yuan(*curve_.price) / frame_.y_max)) + "\">" +
             price_text(curve_.price) + "</span>";
    }
    out += "<span class=\"xt\">" + both(Word::kAxisDeviceHours) + "</span></div>\n";
  }

 private:
  static std::string number(double value) {
    return fixed(static_cast<int128>(value * 1'000 + 0.5), 1'000, 3);
  }

  void choose_frame() {
    double wanted = 0;
    for (const DemandBlock& block : curve_.demand) wanted += hours(block.device_seconds);
    const double offered = hours(curve_.offered);
    frame_.x_max = std::max(1e-3, std::min(std::max(wanted, offered * 1.05), offered * 1.6));
    if (offered <= 0) frame_.x_max = std::max(1e-3, wanted);
    double top = curve_.price ? yuan(*curve_.price) * 1.6 : 0;
    for (const SupplyBlock& block : curve_.supply)
      top = std::max(top, yuan(block.price + block.power) * 1.1);
    // The few orders that are worth most would press all else to the ground: start at 2 %.
    double at = 0;
    for (const DemandBlock& block : curve_.demand) {
      at += hours(block.device_seconds);
      if (at < frame_.x_max * 0.02) continue;
      top = std::max(top, std::min(yuan(block.rate) * 1.05, std::max(top * 3, 1e-6)));
      break;
    }
    frame_.y_max = std::max(top, 1e-3);
  }

  void draw_demand() {
    Bars bars(frame_.x_max / 140);
    double at = 0;
    for (const bool accepted : {true, false}) {
      for (const DemandBlock& block : curve_.demand) {
        if (block.accepted != accepted || at > frame_.x_max) continue;
        bars.add(hours(block.device_seconds), yuan(block.rate), accepted);
        at += hours(block.device_seconds);
      }
      bars.flush();
    }
    std::array<std::string, 2> paths;
    double left = 0;
    for (const Bar& bar : bars.finish()) {
      paths[bar.accepted ? 0 : 1] += "M" + frame_.x(left) + " 1000V" + frame_.y(bar.height) + "H" +
                                     frame_.x(left + bar.width) + "V1000z";
      left += bar.width;
    }
    if (!paths[1].empty()) page_.out += "<path class=\"rej\" d=\"" + paths[1] + "\"/>";
    if (!paths[0].empty()) page_.out += "<path class=\"acc\" d=\"" + paths[0] + "\"/>";
  }

  void draw_supply() {
    if (curve_.supply.empty()) return;
    // Steps thinner than a hair are drawn with their neighbours, at their mean.
    std::string path;
    double left = 0, width = 0, weighted = 0;
    for (std::size_t i = 0; i < curve_.supply.size(); ++i) {
      const SupplyBlock& block = curve_.supply[i];
      width += hours(block.device_seconds);
      weighted += hours(block.device_seconds) * yuan(block.price + block.power);
      if (width < frame_.x_max / 250 && i + 1 < curve_.supply.size()) continue;
      if (width <= 0) continue;
      const std::string height = frame_.y(weighted / width);
      path += path.empty() ? "M0 " + height : "V" + height;
      left += width;
      path += "H" + frame_.x(left);
      width = weighted = 0;
    }
    page_.out += "<path class=\"sup\" d=\"" + path + "V0\"/>";
  }

  Page& page_;
  const CapacityCurve& curve_;
  ChartFrame frame_;
};

void write_curve_legend(std::string& out, const std::string& currency) {
  out +=
      "<div class=\"legend\"><span class=\"k\"><span class=\"sw\" "
      "style=\"color:var(--ink)\"></span>" +
      both(Word::kSupply) +
      "</span><span class=\"k\"><span class=\"box\" style=\"background:var(--acc)\"></span>" +
      both(Word::kAccepted) +
      "</span><span class=\"k\"><span class=\"box\" style=\"background:var(--rej);outline:1px "
      "solid var(--rejline)\"></span>" +
      both(Word::kRejected) +
      "</span><span class=\"k\"><span class=\"sw\" "
      "style=\"color:var(--hot);border-top-style:dashed\"></span>" +
      both(Word::kClearingPrice) + "</span><span>" + currency + ' ' + both(Word::kAxisPrice) +
      "</span><span>" + both(Word::kCutAbove) + "</span></div>\n";
}

void write_hub_curves(Page& page, std::size_t hub) {
  const HubView& at = page.view.hubs[hub];
  page.out += "<div class=\"panel cv" + std::to_string(hub) + "\"><div class=\"multi\">\n";
  for (const HubClassView& entry : page.view.classes) {
    if (entry.hub != hub) continue;
    const CapacityCurve curve =
        capacity_curve(page.input, {entry.hub, entry.accelerator, {0, page.view.slot_count}});
    const std::string name = escape(entry.class_name);
    page.out += "<div><h3>" + short_title_html(at) + " · " + name + "</h3>";
    CurvePlot(page, curve).run(escape(at.title_en) + ' ' + name, escape(at.title_zh) + ' ' + name);
    page.out += "</div>\n";
  }
  page.out += "</div></div>\n";
}

}  // namespace

void write_heat(Page& page) {
  page.section("heat", Word::kHeatTitle, Word::kHeatCaption);
  std::string& out = page.out;
  const RoundView& view = page.view;
  const Scale scale = price_scale(view);
  out += "<div class=\"heat\"><span class=\"hd\">" + both(Word::kHub) +
         "</span><span></span><span class=\"m hd\">" + both(Word::kMeanPrice) + "</span>\n";
  const std::vector<std::size_t> hubs = chosen_hubs(view, kHeatHubsMax);
  for (std::size_t i = 0; i < hubs.size(); ++i) {
    const HubView& hub = view.hubs[hubs[i]];
    out += "<span class=\"nm\">" + short_title_html(hub) + "</span><svg class=\"strip\" data-h=\"" +
           std::to_string(i) + "\" viewBox=\"0 0 " + std::to_string(columns_of(view).count) +
           " 1\" preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\" role=\"img\" "
           "aria-label=\"" +
           escape(hub.title_en) + ' ' + price_text(hub.price) + "\">";
    write_strip(out, view, hubs[i], scale);
    out += "</svg><span class=\"m\">" + price_text(hub.price) + "</span>\n";
  }
  write_time_axis(out, view);
  out += "</div>\n<div class=\"legend\"><span class=\"k\">" + price_text(scale.low) +
         " <span class=\"ramp\" aria-hidden=\"true\">";
  for (int i = 0; i < kShades; ++i) out += "<i class=\"q" + std::to_string(i) + "\"></i>";
  out += "</span> " + price_text(scale.high) + ' ' + escape(view.currency) + " / " +
         both(Word::kDeviceHour) + "</span><span class=\"k\"><span class=\"box qn\"></span>" +
         both(Word::kNothingOffered) + "</span></div>\n";
  page.end_section();
}

void write_usage(Page& page) {
  const RoundView* before = page.input.before;
  page.section("usage", before == nullptr ? Word::kUtilisation : Word::kUsageTitle,
               before == nullptr ? Word::kUsageCaptionAlone : Word::kUsageCaption);
  page.out += "<div class=\"usage\">\n";
  for (const std::size_t hub : chosen_hubs(page.view, kHeatHubsMax)) {
    const HubView& at = page.view.hubs[hub];
    const HubView* was = before == nullptr ? nullptr : find_hub(*before, at.name);
    write_usage_row(page, short_title_html(at), at.time, was == nullptr ? nullptr : &was->time,
                    false);
  }
  write_usage_row(page, both(Word::kTotal), page.view.totals.time,
                  before == nullptr ? nullptr : &before->totals.time, true);
  page.out += "<span></span><div class=\"scale\" aria-hidden=\"true\">";
  for (const int at : {0, 25, 50, 75, 100}) {
    page.out +=
        "<span style=\"left:" + std::to_string(at) + "%\">" + std::to_string(at) + " %</span>";
  }
  page.out += "</div><span></span></div>\n";
  if (before != nullptr) {
    page.out +=
        "<div class=\"legend\"><span class=\"k\"><span class=\"box\" "
        "style=\"border-radius:50%;border:2px solid var(--faint)\"></span>" +
        both(Word::kSiloed) +
        "</span><span class=\"k\"><span class=\"box\" "
        "style=\"border-radius:50%;background:var(--accent)\"></span>" +
        both(Word::kCoupled) + "</span></div>\n";
  }
  page.end_section();
}

void write_curves(Page& page) {
  page.section("curves", Word::kCurveTitle, Word::kCurveCaption);
  std::string& out = page.out;
  const std::vector<std::size_t> hubs = chosen_hubs(page.view, kCurveHubsMax);
  out += "<style>";
  for (const std::size_t hub : hubs) {
    const std::string id = std::to_string(hub);
    out += "html:has(#cv" + id + ":checked) .cv" + id + "{display:block}";
  }
  out += "</style>\n<fieldset class=\"chips\"><legend>" + both(Word::kChooseHub) + "</legend>";
  for (const std::size_t hub : hubs) {
    const std::string id = "cv" + std::to_string(hub);
    out += "<input type=\"radio\" name=\"cv\" id=\"" + id + '"' +
           (hub == hubs.front() ? " checked" : "") + "><label for=\"" + id + "\">" +
           short_title_html(page.view.hubs[hub]) + "</label>";
  }
  out += "</fieldset>\n";
  for (const std::size_t hub : hubs) write_hub_curves(page, hub);
  write_curve_legend(out, escape(page.view.currency));
  if (hubs.size() < page.view.hubs.size())
    out += "<p class=\"note\">" + both(Word::kFewerCurves) + "</p>\n";
  page.end_section();
}

void write_trace(Page& page) {
  page.section("trace", Word::kTraceTitle, Word::kTraceCaption);
  std::string& out = page.out;
  std::vector<std::pair<double, double>> points;  // work share, welfare of the bound
  for (const TracePoint& point : page.input.trace) {
    if (point.bound > 0) points.emplace_back(point.work_share, point.welfare / point.bound);
  }
  if (points.size() < 2) {
    out += "<p class=\"note\">" + both(Word::kTraceNone) + "</p>\n";
    page.end_section();
    return;
  }
  double low = 1;
  for (const auto& point : points) low = std::min(low, point.second);
  low = std::max(0.0, 1 - (1 - low) * 1.12);
  const double span = std::max(1 - low, 1e-6);
  const auto y = [&](double share) {
    return coordinate(std::clamp((1 - share) / span, 0.0, 1.0) * 1000);
  };
  std::string path;
  for (const auto& [work, share] : points) {
    path +=
        (path.empty() ? "M" : "L") + coordinate(std::clamp(work, 0.0, 1.0) * 1000) + ' ' + y(share);
  }
  const std::string first = coordinate(std::clamp(points.front().first, 0.0, 1.0) * 1000);
  const std::string last = coordinate(std::clamp(points.back().first, 0.0, 1.0) * 1000);
  out += "<div class=\"plot tall trace\" data-low=\"" +
         fixed(static_cast<int128>(low * 1e6), 1'000'000, 6) +
         "\"><svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-labelledby=\"trace-h\">";
  const std::vector<double> up = ticks(low * 100, 100, 4);
  for (const double value : up)
    out += "<path class=\"grid\" d=\"M0 " + y(value / 100) + "H1000\"/>";
  out += "<path class=\"area\" d=\"" + path + "L" + last + " 1000L" + first +
         " 1000z\"/><path class=\"curve\" d=\"" + path + "\"/></svg>";
  for (const double value : up) {
    out += "<span class=\"y\" style=\"bottom:" + at_percent((value / 100 - low) / span) + "\">" +
           tick_text(value) + " %</span>";
  }
  for (const int value : {0, 25, 50, 75, 100}) {
    out += std::string("<span class=\"x") + (value == 100 ? " end" : "") +
           "\" style=\"left:" + std::to_string(value) + "%\">" + std::to_string(value) +
           " %</span>";
  }
  out += "<span class=\"xt\">" + both(Word::kAxisWork) + "</span></div>\n";
  page.end_section();
}

}  // namespace tongsuan::report::internal
