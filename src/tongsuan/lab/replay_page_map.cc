// The map of hubs with its slider over hours, and the heat map hub by hour that needs no script.
#include <algorithm>
#include <array>
#include <numeric>

#include "tongsuan/lab/internal/replay_page.h"
#include "tongsuan/report/map_layout.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::lab::internal {
namespace {

using report::coordinate;
using report::escape;
using report::Frame;

constexpr std::size_t kShades = 7;

std::size_t shade_of(double share) {
  return std::min<std::size_t>(kShades - 1,
                               static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kShades));
}

// "12", whole per cent.
std::string percent_text(double share) {
  return std::to_string(static_cast<int>(std::clamp(share, 0.0, 1.0) * 100 + 0.5));
}

std::vector<std::int64_t> devices_of(const engine::Places& places) {
  std::vector<std::int64_t> devices(places.hubs.size());
  for (const engine::Pool& pool : places.pools) {
    devices[pool.hub.value] += std::int64_t{pool.nodes} * pool.node_devices;
  }
  return devices;
}

// Hubs to draw, rising: the largest where there are too many.
std::vector<std::size_t> shown_hubs(const engine::Places& places) {
  const std::vector<std::int64_t> devices = devices_of(places);
  std::vector<std::size_t> hubs(places.hubs.size());
  std::iota(hubs.begin(), hubs.end(), std::size_t{0});
  std::erase_if(hubs, [&](std::size_t hub) { return devices[hub] == 0; });
  std::ranges::stable_sort(hubs, std::ranges::greater{},
                           [&](std::size_t hub) { return devices[hub]; });
  if (hubs.size() > kPageHubsMax) hubs.resize(kPageHubsMax);
  std::ranges::sort(hubs);
  return hubs;
}

std::string short_title(const engine::Places& places, std::size_t hub, Language language) {
  const Hub& at = places.hubs[hub];
  std::string title = language == Language::kChinese ? at.title_zh : at.title_en;
  if (title.empty()) title = places.hub_names[static_cast<std::uint32_t>(hub)];
  const std::size_t end = std::min(title.find(" ("), title.find("（"));
  return end == 0 || end == std::string::npos ? title : title.substr(0, end);
}

double use_at(const HourFigures& hour, std::size_t hub) {
  return hub < hour.hub_used.size() ? hour.hub_used[hub] : 0;
}

double mean_use(const RunResult& run, std::size_t hub) {
  double sum = 0;
  for (const HourFigures& hour : run.hours) sum += use_at(hour, hub);
  return run.hours.empty() ? 0 : sum / static_cast<double>(run.hours.size());
}

// ---- Map
// -----------------------------------------------------------------------------------------

struct MapLayout {
  Frame frame;
  std::vector<report::Disc> discs;
  std::vector<report::Box> labels;
};

MapLayout layout_of(const engine::Places& places, const std::vector<std::size_t>& hubs,
                    const Frame& frame) {
  const std::vector<std::int64_t> devices = devices_of(places);
  double largest = 1;
  for (const std::size_t hub : hubs) {
    largest = std::max(largest, static_cast<double>(devices[hub]));
  }
  std::vector<report::Place> at;
  std::vector<double> radii;
  const double size = frame.width < 500 ? 13 : 17;
  for (const std::size_t hub : hubs) {
    at.push_back({static_cast<double>(places.hubs[hub].longitude_micro) / 1e6,
                  static_cast<double>(places.hubs[hub].latitude_micro) / 1e6});
    radii.push_back(7 + size * report::root_of(static_cast<double>(devices[hub]) / largest));
  }
  MapLayout layout{frame, report::lay_out(at, radii, frame), {}};
  const std::vector<report::LabelSize> sizes(hubs.size(), {96, 29});
  layout.labels = report::place_labels(layout.discs, sizes, {}, frame);
  return layout;
}

void draw_map(std::string& out, const ReplayPage& page, const MapLayout& layout,
              std::size_t policy) {
  const engine::Places& places = page.input.instance.places;
  const std::vector<std::size_t> hubs = shown_hubs(places);
  out += std::string("<svg class=\"map ") + (layout.frame.width < 500 ? "narrow" : "wide") +
         "\" viewBox=\"0 0 " + coordinate(layout.frame.width) + ' ' +
         coordinate(layout.frame.height) + "\" role=\"img\" aria-labelledby=\"map-h\">\n";
  for (std::size_t i = 0; i < hubs.size(); ++i) {
    const double use = mean_use(page.first_run(policy), hubs[i]);
    const report::Disc& disc = layout.discs[i];
    const report::Box& label = layout.labels[i];
    const double middle = (label.left + label.right) / 2;
    const bool left = label.right <= disc.at.x;
    const bool right = label.left >= disc.at.x;
    const std::string x = coordinate(left ? label.right : right ? label.left : middle);
    const std::string anchor = left ? "end" : right ? "start" : "middle";
    out += "<g class=\"hubmark\" data-p=\"" + std::to_string(policy) + "\" data-h=\"" +
           std::to_string(i) + "\"><circle class=\"disc q" + std::to_string(shade_of(use)) +
           "\" cx=\"" + coordinate(disc.at.x) + "\" cy=\"" + coordinate(disc.at.y) + "\" r=\"" +
           coordinate(disc.radius) + "\"/>";
    out += report::both_svg(
        "x=\"" + x + "\" y=\"" + coordinate(label.top + 12) + "\" text-anchor=\"" + anchor + '"',
        escape(short_title(places, hubs[i], Language::kEnglish)),
        escape(short_title(places, hubs[i], Language::kChinese)));
    out += "<text class=\"v\" x=\"" + x + "\" y=\"" + coordinate(label.top + 26) +
           "\" text-anchor=\"" + anchor + "\">" + percent_text(use) + " %</text></g>\n";
  }
  out += "</svg>\n";
}

// ---- Heat map
// ------------------------------------------------------------------------------------

// One path per shade: runs of equal hours are one rectangle.
void write_strip(std::string& out, const RunResult& run, std::size_t hub) {
  std::array<std::string, kShades> paths;
  const std::size_t count = run.hours.size();
  for (std::size_t begin = 0; begin < count;) {
    const std::size_t shade = shade_of(use_at(run.hours[begin], hub));
    std::size_t end = begin + 1;
    while (end < count && shade_of(use_at(run.hours[end], hub)) == shade) ++end;
    const std::string width = std::to_string(end - begin);
    paths[shade] += "M" + std::to_string(begin) + " 0h" + width + "v1h-" + width + "z";
    begin = end;
  }
  for (std::size_t shade = 0; shade < kShades; ++shade) {
    if (paths[shade].empty()) continue;
    out += "<path class=\"q" + std::to_string(shade) + "\" d=\"" + paths[shade] + "\"/>";
  }
}

void write_heat(std::string& out, const ReplayPage& page, std::size_t policy) {
  const engine::Places& places = page.input.instance.places;
  const RunResult& run = page.first_run(policy);
  const std::string count = std::to_string(run.hours.size());
  out += "<div class=\"heat\"><span class=\"hd\">" + both(W::kHubHead) +
         "</span><span></span><span class=\"m hd\">" + both(W::kMeanHead) + "</span>\n";
  for (const std::size_t hub : shown_hubs(places)) {
    const std::string mean = percent_text(mean_use(run, hub)) + " %";
    out += "<span class=\"nm\">" +
           report::both_html(escape(short_title(places, hub, Language::kEnglish)),
                             escape(short_title(places, hub, Language::kChinese))) +
           "</span><svg viewBox=\"0 0 " + count +
           " 1\" preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\" role=\"img\" "
           "aria-label=\"" +
           escape(short_title(places, hub, Language::kEnglish)) + ' ' + mean + "\">";
    write_strip(out, run, hub);
    out += "</svg><span class=\"m\">" + mean + "</span>\n";
  }
  out += "<span></span><div class=\"axis\" aria-hidden=\"true\">";
  const std::size_t days = std::max<std::size_t>(1, run.hours.size() / 24);
  const std::size_t every = (days + 6) / 7;
  for (std::size_t day = 0; day < days; day += every) {
    out += "<span style=\"left:" +
           at_percent(static_cast<double>(day * 24) / static_cast<double>(run.hours.size())) +
           "\">" + both(W::kDayText, {std::to_string(day + 1)}) + "</span>";
  }
  out += "</div><span></span></div>\n";
}

bool has_hubs(const ReplayPage& page) {
  return !shown_hubs(page.input.instance.places).empty() && !page.first_run(0).hours.empty() &&
         !page.first_run(0).hours.front().hub_used.empty();
}

// Chips that choose the policy: style rules show its panel.
void write_policy_choice(std::string& out, const Group& group) {
  out += "<style>";
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    const std::string id = std::to_string(i);
    out += "html:has(#pm" + id + ":checked) .pm" + id + "{display:block}";
  }
  out += "</style>\n<fieldset class=\"chips\"><legend>" + both(W::kChoosePolicy) + "</legend>";
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    const std::string id = "pm" + std::to_string(i);
    out += "<input type=\"radio\" name=\"pm\" id=\"" + id + '"' +
           (i + 1 == group.policies.size() ? " checked" : "") + "><label for=\"" + id + "\">" +
           escape(group.policies[i]) + "</label>";
  }
  out += "</fieldset>\n";
}

}  // namespace

void write_map(ReplayPage& page) {
  if (!has_hubs(page)) return;
  const Group& group = page.group;
  page.section("map", both(W::kMapTitle),
               both(W::kMapCaption) + ' ' +
                   both(W::kShownAt,
                        {std::to_string(group.load_percent), std::to_string(group.seeds.front())}));
  std::string& out = page.out;
  write_policy_choice(out, group);
  out +=
      "<div class=\"bar\"><div class=\"time\"><button type=\"button\" id=\"play\" "
      "aria-pressed=\"false\">" +
      both(W::kPlay) + "</button><input type=\"range\" id=\"when\" min=\"-1\" max=\"" +
      std::to_string(page.first_run(0).hours.size() - 1) +
      "\" value=\"-1\" aria-label=\"hour\"><output id=\"when-text\" for=\"when\">" +
      both(W::kWholeSpan) + "</output></div></div>\n";
  const std::vector<std::size_t> hubs = shown_hubs(page.input.instance.places);
  const MapLayout wide = layout_of(page.input.instance.places, hubs, {640, 430, 112, 42});
  const MapLayout narrow = layout_of(page.input.instance.places, hubs, {380, 460, 56, 50});
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    out += "<div class=\"panel pm" + std::to_string(i) + "\"><div class=\"mapheat\"><div>\n";
    draw_map(out, page, wide, i);
    draw_map(out, page, narrow, i);
    out += "</div><div>\n";
    write_heat(out, page, i);
    out += "</div></div></div>\n";
  }
  out += "<div class=\"legend\"><span class=\"k\">0 % <span class=\"ramp\" aria-hidden=\"true\">";
  for (std::size_t i = 0; i < kShades; ++i) out += "<i class=\"q" + std::to_string(i) + "\"></i>";
  out += "</span> 100 % " + both(W::kUseLegend) + "</span></div>\n";
  page.end_section();
}

// Whole per cent by policy, hub and hour, for the slider.
void write_map_data(ReplayPage& page) {
  std::string& out = page.out;
  out += "<script type=\"application/json\" id=\"data\">[";
  const std::vector<std::size_t> hubs =
      has_hubs(page) ? shown_hubs(page.input.instance.places) : std::vector<std::size_t>();
  for (std::size_t policy = 0; policy < page.group.policies.size(); ++policy) {
    out += policy == 0 ? "[" : ",[";
    for (std::size_t i = 0; i < hubs.size(); ++i) {
      out += i == 0 ? "[" : ",[";
      const std::vector<HourFigures>& hours = page.first_run(policy).hours;
      for (std::size_t hour = 0; hour < hours.size(); ++hour) {
        if (hour > 0) out += ',';
        out += percent_text(use_at(hours[hour], hubs[i]));
      }
      out += ']';
    }
    out += ']';
  }
  out += "]</script>\n";
}

}  // namespace tongsuan::lab::internal
