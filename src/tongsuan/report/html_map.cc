#include <algorithm>
#include <array>

#include "tongsuan/report/html.h"
#include "tongsuan/report/internal/page.h"
#include "tongsuan/report/map_layout.h"

namespace tongsuan::report::internal {
namespace {

// One thing that moved between two places on the map.
struct Wire {
  const FlowView* flow = nullptr;
  std::string id;  // "d3": position in the lists of lines (l) or links (d)
  const char* style = "data";
  Word kind = Word::kDataLink;
  Point from, to;
  double weight = 0;  // 0 … 1 of the largest of its kind
};

// A quadratic curve bent to one side.
struct Arc {
  Point from, control, to;
  [[nodiscard]] Point at(double t) const {
    const double a = (1 - t) * (1 - t), b = 2 * t * (1 - t), c = t * t;
    return {a * from.x + b * control.x + c * to.x, a * from.y + b * control.y + c * to.y};
  }
};

Arc arc_of(const Wire& wire) {
  const double bend = wire.kind == Word::kDataLink ? 0.14 : -0.1;
  const double dx = wire.to.x - wire.from.x;
  const double dy = wire.to.y - wire.from.y;
  return {wire.from,
          {(wire.from.x + wire.to.x) / 2 - dy * bend * 2,
           (wire.from.y + wire.to.y) / 2 + dx * bend * 2},
          wire.to};
}

std::string xy(const Point& point) {
  return coordinate(point.x) + ' ' + coordinate(point.y);
}

std::string shade_class(std::optional<std::int64_t> value, const Scale& scale) {
  return value ? "q" + std::to_string(scale.shade(*value)) : "qn";
}

constexpr Scale kUseScale = {0, 1'000'000};

class MapDrawing {
 public:
  MapDrawing(Page& page, const Frame& frame, const char* name)
      : page_(page),
        view_(page.view),
        frame_(frame),
        name_(name),
        hubs_(chosen_hubs(view_, kHeatHubsMax)) {}

  void run() {
    place_hubs();
    gather_wires();
    page_.out += "<svg class=\"map " + std::string(name_) + "\" viewBox=\"0 0 " +
                 coordinate(frame_.width) + ' ' + coordinate(frame_.height) +
                 "\" role=\"group\" aria-labelledby=\"map-h\">\n";
    for (const Wire& wire : wires_) draw_wire(wire);
    const Scale prices = price_scale(view_);
    for (std::size_t i = 0; i < hubs_.size(); ++i) draw_hub(i, prices);
    draw_labels(Language::kEnglish);
    draw_labels(Language::kChinese);
    page_.out += "</svg>\n";
  }

 private:
  void place_hubs() {
    int128 largest = 1;
    for (const std::size_t hub : hubs_) largest = std::max(largest, view_.hubs[hub].time.offered);
    std::vector<Place> places;
    std::vector<double> radii;
    const double size = frame_.width < 500 ? 13 : 17;
    for (const std::size_t hub : hubs_) {
      const HubView& at = view_.hubs[hub];
      places.push_back({static_cast<double>(at.longitude_micro) / 1e6,
                        static_cast<double>(at.latitude_micro) / 1e6});
      radii.push_back(
          7 + size * root_of(static_cast<double>(at.time.offered) / static_cast<double>(largest)));
    }
    discs_ = lay_out(places, radii, frame_);
  }

  // The mean place of the hubs that draw from a zone; false when there are none on the map.
  bool zone_place(std::uint32_t zone, Point& place) const {
    double count = 0;
    Point sum;
    for (std::size_t i = 0; i < hubs_.size(); ++i) {
      const Hub& hub = page_.input.market.hubs[hubs_[i]];
      if (hub.power_zone != zone && hub.green_zone != zone) continue;
      sum.x += discs_[i].at.x;
      sum.y += discs_[i].at.y;
      ++count;
    }
    if (count > 0) place = {sum.x / count, sum.y / count};
    return count > 0;
  }

  bool hub_place(std::uint32_t hub, Point& place) const {
    const auto found = std::lower_bound(hubs_.begin(), hubs_.end(), std::size_t{hub});
    if (found == hubs_.end() || *found != hub) return false;
    place = discs_[static_cast<std::size_t>(found - hubs_.begin())].at;
    return true;
  }

  void add_wires(const std::vector<FlowView>& flows, bool lines) {
    int128 largest = 1;
    for (const FlowView& flow : flows) largest = std::max(largest, flow.sent + flow.sent_back);
    for (std::size_t i = 0; i < flows.size(); ++i) {
      Wire wire;
      wire.flow = &flows[i];
      wire.id = (lines ? "l" : "d") + std::to_string(i);
      if (lines) {
        wire.kind = flows[i].green ? Word::kGreenLine : Word::kPowerLine;
        wire.style = flows[i].green ? "greenline" : "power";
      }
      const bool placed =
          lines ? zone_place(flows[i].from, wire.from) && zone_place(flows[i].to, wire.to)
                : hub_place(flows[i].from, wire.from) && hub_place(flows[i].to, wire.to);
      const double dx = wire.from.x - wire.to.x, dy = wire.from.y - wire.to.y;
      if (!placed || dx * dx + dy * dy < 4) continue;
      wire.weight =
          static_cast<double>(flows[i].sent + flows[i].sent_back) / static_cast<double>(largest);
      if (flows[i].sent_back > flows[i].sent) std::swap(wire.from, wire.to);
      wires_.push_back(wire);
    }
  }

  void gather_wires() {
    add_wires(view_.lines, true);
    add_wires(view_.links, false);
    // Idle ones at the bottom; the busiest are kept where there are too many, and stand on top.
    // What carried less than a two-hundredth of the busiest is in the table, not on the map.
    constexpr double kWeightMin = 0.005;
    constexpr std::ptrdiff_t kIdleMax = 40;
    std::erase_if(wires_,
                  [](const Wire& wire) { return wire.weight > 0 && wire.weight < kWeightMin; });
    if (std::count_if(wires_.begin(), wires_.end(),
                      [](const Wire& wire) { return wire.weight <= 0; }) > kIdleMax) {
      std::erase_if(wires_, [](const Wire& wire) { return wire.weight <= 0; });
    }
    std::stable_sort(wires_.begin(), wires_.end(),
                     [](const Wire& a, const Wire& b) { return a.weight > b.weight; });
    if (wires_.size() > kMapFlowsMax) wires_.resize(kMapFlowsMax);
    std::reverse(wires_.begin(), wires_.end());
  }

  void draw_wire(const Wire& wire) {
    std::string& out = page_.out;
    const Arc arc = arc_of(wire);
    const std::string shape = "M" + xy(arc.from) + "Q" + xy(arc.control) + ' ' + xy(arc.to);
    if (wire.weight <= 0) {
      out += "<path class=\"wire idle\" d=\"" + shape + "\"/>\n";
      return;
    }
    const FlowView& flow = *wire.flow;
    const int128 total = flow.sent + flow.sent_back;
    const std::string amount = wire.kind == Word::kDataLink ? data_text(total) : energy_text(total);
    const std::string names = escape(flow.from_name) + " → " + escape(flow.to_name);
    const std::string full =
        fixed(static_cast<int128>(flow.full_slots) * view_.slot_seconds, 3'600, 0);
    out += "<g class=\"flow\" data-f=\"" + wire.id + "\" data-en=\"" + names + "\n" +
           word(wire.kind, Language::kEnglish) + ": " + amount + ", " + full + " h " +
           word(Word::kFull, Language::kEnglish) + "\" data-zh=\"" + names + "\n" +
           word(wire.kind, Language::kChinese) + "：" + amount + "，" +
           word(Word::kFull, Language::kChinese) + ' ' + full + " 小时\">";
    out += "<path class=\"wire " + std::string(wire.style) +
           "\" stroke-opacity=\".72\" stroke-width=\"" + coordinate(1 + 6 * root_of(wire.weight)) +
           "\" d=\"" + shape + "\"/>";
    draw_arrow(wire, arc);
    if (flow.full_slots > 0) {
      const Point middle = arc.at(0.5);
      out +=
          "<rect class=\"fullmark\" x=\"-4.5\" y=\"-4.5\" width=\"9\" height=\"9\" "
          "transform=\"translate(" +
          xy(middle) + ") rotate(45)\"/>";
    }
    out += "</g>\n";
  }

  void draw_arrow(const Wire& wire, const Arc& arc) {
    const Point tip = arc.at(0.66);
    const Point tail = arc.at(0.62);
    const double dx = tip.x - tail.x, dy = tip.y - tail.y;
    const double length = root_of(dx * dx + dy * dy);
    if (length < 1e-6) return;
    const double size = 4 + 4 * root_of(wire.weight);
    const Point along = {dx / length * size, dy / length * size};
    page_.out += "<polygon class=\"" + std::string(wire.style) + "\" points=\"" +
                 xy({tip.x + along.x, tip.y + along.y}) + ' ' +
                 xy({tip.x - along.y * .75, tip.y + along.x * .75}) + ' ' +
                 xy({tip.x + along.y * .75, tip.y - along.x * .75}) + "\"/>";
  }

  void draw_hub(std::size_t index, const Scale& prices) {
    std::string& out = page_.out;
    const HubView& hub = view_.hubs[hubs_[index]];
    const Disc& disc = discs_[index];
    const std::optional<std::int64_t> use = share_ppm(hub.time.used, hub.time.offered);
    const std::string place =
        " cx=\"" + coordinate(disc.at.x) + "\" cy=\"" + coordinate(disc.at.y) + '"';
    const auto facts = [&](Language language) {
      const bool chinese = language == Language::kChinese;
      const auto say = [&](Word which) { return std::string(word(which, language)); };
      return escape(short_title(hub, chinese ? Language::kChinese : Language::kEnglish)) + "\n" +
             say(Word::kPrice) + ' ' + price_text(hub.price) + ' ' + escape(view_.currency) + '/' +
             say(Word::kDeviceHour) + "\n" + say(Word::kUtilisation) + ' ' + percent(use) + "\n" +
             say(Word::kGreenShare) + ' ' + percent(green_share_ppm(hub));
    };
    const std::string english = facts(Language::kEnglish);
    out += "<g class=\"hubmark\" tabindex=\"0\" role=\"img\" data-h=\"" + std::to_string(index) +
           "\" aria-label=\"" + english + "\" data-en=\"" + english + "\" data-zh=\"" +
           facts(Language::kChinese) + "\">";
    for (const auto& [mode, shade] :
         std::array{std::pair{"by-price", shade_class(hub.price, prices)},
                    std::pair{"by-use", shade_class(use, kUseScale)}}) {
      out += "<circle class=\"disc " + std::string(mode) + ' ' + shade + '"' + place + " r=\"" +
             coordinate(disc.radius) + "\"/>";
    }
    const std::string ring = place + " r=\"" + coordinate(disc.radius + 3) + '"';
    out += "<circle class=\"rim\"" + ring + "/><circle class=\"ring\" pathLength=\"100\"" + ring +
           " stroke-dasharray=\"" + fixed(use.value_or(0), 10'000, 1) +
           " 100\" transform=\"rotate(-90 " + xy(disc.at) + ")\"/></g>\n";
  }

  void draw_labels(Language language) {
    const bool chinese = language == Language::kChinese;
    std::vector<LabelSize> sizes;
    for (const std::size_t hub : hubs_) {
      const HubView& at = view_.hubs[hub];
      const std::size_t cells = display_width(short_title(at, language));
      sizes.push_back({std::max(static_cast<double>(cells) * (chinese ? 6.4 : 7.8), 88.0), 29});
    }
    std::vector<Point> taken;
    for (const Wire& wire : wires_) {
      if (wire.weight <= 0) continue;
      const Arc arc = arc_of(wire);
      for (int i = 1; i < 24; ++i) taken.push_back(arc.at(i / 24.0));
    }
    std::vector<Disc> around = discs_;
    for (Disc& disc : around) disc.radius += 5;  // the ring
    const std::vector<Box> boxes = place_labels(around, sizes, taken, frame_);
    page_.out += chinese ? "<g class=\"zh\" lang=\"zh\">" : "<g class=\"en\">";
    for (std::size_t i = 0; i < hubs_.size(); ++i) draw_label(i, boxes[i], chinese);
    page_.out += "</g>\n";
  }

  void draw_label(std::size_t index, const Box& box, bool chinese) {
    const HubView& hub = view_.hubs[hubs_[index]];
    const double middle = (box.left + box.right) / 2;
    const bool left = box.left > discs_[index].at.x;
    const bool right = box.right < discs_[index].at.x;
    const double x = left ? box.left : right ? box.right : middle;
    const std::string anchor = left ? "start" : right ? "end" : "middle";
    const std::string place = " x=\"" + coordinate(x) + "\" text-anchor=\"" + anchor + '"';
    page_.out += "<text class=\"nm\"" + place + " y=\"" + coordinate(box.top + 12) + "\">" +
                 escape(short_title(hub, chinese ? Language::kChinese : Language::kEnglish)) +
                 "</text><text class=\"v\" data-v=\"" + std::to_string(index) + '"' + place +
                 " y=\"" + coordinate(box.top + 26) + "\">" + price_text(hub.price) + " · " +
                 percent(share_ppm(hub.time.used, hub.time.offered), 0) + "</text>";
  }

  Page& page_;
  const RoundView& view_;
  const Frame frame_;
  const char* name_;
  const std::vector<std::size_t> hubs_;
  std::vector<Disc> discs_;
  std::vector<Wire> wires_;
};

void write_ramp(std::string& out, const std::string& low, const std::string& high, const char* mode,
                Word what) {
  out += "<span class=\"k " + std::string(mode) + "\">" + both(what) + ' ' + low +
         " <span class=\"ramp\" aria-hidden=\"true\">";
  for (int i = 0; i < kShades; ++i) out += "<i class=\"q" + std::to_string(i) + "\"></i>";
  out += "</span> " + high + "</span>";
}

void write_legend(Page& page) {
  std::string& out = page.out;
  const Scale prices = price_scale(page.view);
  out += "<div class=\"legend\">";
  write_ramp(out, price_text(prices.low),
             price_text(prices.high) + ' ' + escape(page.view.currency), "only-price",
             Word::kPrice);
  write_ramp(out, "0 %", "100 %", "only-use", Word::kUtilisation);
  out += "<span class=\"k\">" + both(Word::kCircleSize) + "</span><span class=\"k\">" +
         both(Word::kRing) + "</span>";
  const auto swatch = [&](const char* color, Word what) {
    out += "<span class=\"k\"><span class=\"sw\" style=\"color:var(" + std::string(color) +
           ")\"></span>" + both(what) + "</span>";
  };
  const auto any = [&](bool green) {
    return std::any_of(page.view.lines.begin(), page.view.lines.end(),
                       [green](const FlowView& line) { return line.green == green; });
  };
  if (!page.view.links.empty()) swatch("--accent", Word::kDataLink);
  if (any(false)) swatch("--amber", Word::kPowerLine);
  if (any(true)) swatch("--green", Word::kGreenLine);
  out += "<span class=\"k\"><span class=\"dia\"></span>" + both(Word::kFullSomewhere) +
         "</span></div>\n";
}

}  // namespace

void write_map(Page& page) {
  page.section("map", Word::kMapTitle, Word::kMapCaption);
  std::string& out = page.out;
  out += "<div class=\"bar\"><fieldset class=\"seg\"><legend>" + both(Word::kColourBy) +
         "</legend><input type=\"radio\" name=\"map\" id=\"map-price\" checked><label "
         "for=\"map-price\">" +
         both(Word::kPrice) +
         "</label><input type=\"radio\" name=\"map\" id=\"map-use\"><label for=\"map-use\">" +
         both(Word::kUtilisation) + "</label></fieldset>";
  const std::uint32_t columns = columns_of(page.view).count;
  if (columns > 1) {
    out += "<div class=\"time\"><button type=\"button\" id=\"play\">" + both(Word::kPlay) +
           "</button><label for=\"when\">" + both(Word::kSlotSlider) +
           "</label><input type=\"range\" id=\"when\" min=\"-1\" max=\"" +
           std::to_string(columns - 1) + "\" value=\"-1\"><output id=\"when-text\" for=\"when\">" +
           both(Word::kWholeRound) + "</output></div>";
  }
  out += "</div>\n";
  MapDrawing(page, {880, 560, 205, 48}, "wide").run();
  MapDrawing(page, {380, 500, 56, 50}, "narrow").run();
  write_legend(page);
  const bool placed = std::any_of(
      page.view.hubs.begin(), page.view.hubs.end(),
      [](const HubView& hub) { return hub.latitude_micro != 0 || hub.longitude_micro != 0; });
  if (!placed) out += "<p class=\"note\">" + both(Word::kNoCoordinates) + "</p>\n";
  page.end_section();
}

}  // namespace tongsuan::report::internal
