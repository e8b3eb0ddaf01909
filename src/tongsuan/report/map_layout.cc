#include "tongsuan/report/map_layout.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace tongsuan::report {
namespace {

// cos of degrees by its series: seven digits for any latitude, without libm.
double cosine(double degrees) {
  const double x = degrees * 3.14159265358979 / 180;
  const double s = x * x;
  return 1 - s / 2 * (1 - s / 12 * (1 - s / 30 * (1 - s / 56 * (1 - s / 90))));
}

void fit(std::vector<Disc>& discs, const std::vector<Place>& places, const Frame& frame) {
  double west = places[0].longitude, east = west, south = places[0].latitude, north = south;
  for (const Place& place : places) {
    west = std::min(west, place.longitude);
    east = std::max(east, place.longitude);
    south = std::min(south, place.latitude);
    north = std::max(north, place.latitude);
  }
  const double shrink = cosine((south + north) / 2);
  const double wide = (east - west) * shrink;
  const double tall = north - south;
  const double room_x = frame.width - 2 * frame.margin_x;
  const double room_y = frame.height - 2 * frame.margin_y;
  if (wide < 1e-6 && tall < 1e-6) {  // no spread: a row
    const auto count = static_cast<double>(discs.size());
    for (std::size_t i = 0; i < discs.size(); ++i) {
      discs[i].at = {frame.margin_x + room_x * (static_cast<double>(i) + 0.5) / count,
                     frame.height / 2 + ((i % 2 == 0) ? -0.18 : 0.18) * room_y};
    }
    return;
  }
  double scale_x = room_x / std::max(wide, 1e-6);
  double scale_y = room_y / std::max(tall, 1e-6);
  scale_x = std::min(scale_x, scale_y * kStretchMax);
  scale_y = std::min(scale_y, scale_x * kStretchMax);
  for (std::size_t i = 0; i < discs.size(); ++i) {
    discs[i].at = {frame.width / 2 + ((places[i].longitude - west) * shrink - wide / 2) * scale_x,
                   frame.height / 2 - (places[i].latitude - south - tall / 2) * scale_y};
  }
}

void push_apart(std::vector<Disc>& discs, const Frame& frame) {
  constexpr double kAir = 16;
  for (int sweep = 0; sweep < 200; ++sweep) {
    bool moved = false;
    for (std::size_t i = 0; i < discs.size(); ++i) {
      for (std::size_t k = i + 1; k < discs.size(); ++k) {
        double dx = discs[k].at.x - discs[i].at.x;
        double dy = discs[k].at.y - discs[i].at.y;
        double distance = root_of(dx * dx + dy * dy);
        const double wanted = discs[i].radius + discs[k].radius + kAir;
        if (distance >= wanted - 0.05) continue;
        if (distance < 0.01) {  // the same place: part along a fixed direction
          dx = 0.6;
          dy = 0.8;
          distance = 1;
        }
        const double push = (wanted - distance) / 2 / distance;
        discs[i].at.x -= dx * push;
        discs[i].at.y -= dy * push;
        discs[k].at.x += dx * push;
        discs[k].at.y += dy * push;
        moved = true;
      }
    }
    for (Disc& disc : discs) {
      const double edge = disc.radius + 6;
      disc.at.x = std::clamp(disc.at.x, edge, std::max(edge, frame.width - edge));
      disc.at.y = std::clamp(disc.at.y, edge, std::max(edge, frame.height - edge));
    }
    if (!moved) return;
  }
}

double overlap(const Box& a, const Box& b) {
  const double x = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double y = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return x > 0 && y > 0 ? x * y : 0;
}

Box box_of(const Disc& disc, double air) {
  const double r = disc.radius + air;
  return {disc.at.x - r, disc.at.y - r, disc.at.x + r, disc.at.y + r};
}

class Labels {
 public:
  Labels(const std::vector<Disc>& discs, const std::vector<LabelSize>& sizes,
         const std::vector<Point>& wires, const Frame& frame)
      : discs_(discs),
        sizes_(sizes),
        wires_(wires),
        frame_(frame),
        boxes_(discs.size()),
        stands_(discs.size(), false) {}

  std::vector<Box> run() {
    std::vector<std::size_t> order(discs_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> crowd(discs_.size(), 0);
    for (std::size_t i = 0; i < discs_.size(); ++i) {
      for (std::size_t k = 0; k < discs_.size(); ++k) {
        if (i == k) continue;
        const double dx = discs_[i].at.x - discs_[k].at.x;
        const double dy = discs_[i].at.y - discs_[k].at.y;
        crowd[i] += 1 / (1 + dx * dx + dy * dy);
      }
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return crowd[a] > crowd[b]; });
    for (int sweep = 0; sweep < 4; ++sweep) {
      for (const std::size_t disc : order) place(disc);
    }
    return std::move(boxes_);
  }

 private:
  void place(std::size_t disc) {
    stands_[disc] = false;
    double best = 0;
    Box chosen;
    for (int candidate = 0; candidate < 24; ++candidate) {
      const Box box = candidate_box(disc, candidate);
      const double cost = cost_of(disc, box) + candidate;
      if (candidate == 0 || cost < best) {
        best = cost;
        chosen = box;
      }
    }
    boxes_[disc] = chosen;
    stands_[disc] = true;
  }

  // Eight sides, each at three distances; readers look to the right first.
  [[nodiscard]] Box candidate_box(std::size_t disc, int candidate) const {
    static constexpr double kSides[8][2] = {{1, 0},     {-1, 0},   {0, 1},      {0, -1},
                                            {.75, -.7}, {.75, .7}, {-.75, -.7}, {-.75, .7}};
    const double side_x = kSides[candidate % 8][0];
    const double side_y = kSides[candidate % 8][1];
    const double away = discs_[disc].radius + 6 + 9 * (candidate / 8);
    const double half_x = sizes_[disc].width / 2;
    const double half_y = sizes_[disc].height / 2;
    const double x = discs_[disc].at.x + side_x * away +
                     (side_x > 0   ? half_x
                      : side_x < 0 ? -half_x
                                   : 0);
    const double y = discs_[disc].at.y + side_y * away +
                     (side_x != 0 && side_y != 0 ? side_y * half_y
                      : side_y > 0               ? half_y
                      : side_y < 0               ? -half_y
                                                 : 0);
    return {x - half_x, y - half_y, x + half_x, y + half_y};
  }

  [[nodiscard]] double cost_of(std::size_t disc, const Box& box) const {
    double cost = 0;
    const double area = (box.right - box.left) * (box.bottom - box.top);
    const double inside = overlap(box, {3, 3, frame_.width - 3, frame_.height - 3});
    cost += (area - inside) * 20;
    for (std::size_t i = 0; i < discs_.size(); ++i) {
      if (i != disc) cost += overlap(box, box_of(discs_[i], 4)) * 4;
      if (i != disc && stands_[i]) cost += overlap(box, boxes_[i]) * 6;
    }
    for (const Point& point : wires_) {
      if (point.x > box.left && point.x < box.right && point.y > box.top && point.y < box.bottom) {
        cost += 15;
      }
    }
    return cost;
  }

  const std::vector<Disc>& discs_;
  const std::vector<LabelSize>& sizes_;
  const std::vector<Point>& wires_;
  const Frame frame_;
  std::vector<Box> boxes_;
  std::vector<bool> stands_;
};

}  // namespace

std::vector<Disc> lay_out(const std::vector<Place>& places, const std::vector<double>& radii,
                          const Frame& frame) {
  std::vector<Disc> discs(places.size());
  if (discs.empty()) return discs;
  for (std::size_t i = 0; i < discs.size(); ++i) discs[i].radius = radii[i];
  fit(discs, places, frame);
  push_apart(discs, frame);
  return discs;
}

std::vector<Box> place_labels(const std::vector<Disc>& discs, const std::vector<LabelSize>& sizes,
                              const std::vector<Point>& wires, const Frame& frame) {
  return Labels(discs, sizes, wires, frame).run();
}

double root_of(double value) {
  return value > 0 ? std::sqrt(value) : 0;
}

}  // namespace tongsuan::report
