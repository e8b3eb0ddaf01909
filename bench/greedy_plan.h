// A simple plan of somebody who knows everything: what a bound on net value is compared with.
//
// Jobs in order of value per device-second; each takes the way, pool and start that are best for it
// at given prices and still free, on a grid of five minutes, rounded outwards. Walls of nodes are
// ignored, as the bound does.
#pragma once

#include <algorithm>
#include <vector>

#include "tongsuan/lab/value_model.h"

namespace tongsuan::bench {

class GreedyPlan {
 public:
  GreedyPlan(const lab::Instance& instance, const lab::ValuePrices& prices)
      : model_(lab::value_model(instance)) {
    const auto energy = lab::energy_prices(instance, model_, {});
    const auto priced_energy = lab::energy_prices(instance, model_, prices.green);
    const auto cells = static_cast<std::size_t>(model_.end / kGrid);
    for (std::size_t pool = 0; pool < model_.capacity.size(); ++pool) {
      std::vector<double> real = {0}, priced = {0};
      std::vector<std::int64_t> free;
      for (std::size_t cell = 0; cell < cells; ++cell) {
        const auto hour = static_cast<std::size_t>(static_cast<Second>(cell) * kGrid / 3'600);
        const auto own = static_cast<double>(model_.asks[pool][hour] + energy[pool][hour]);
        const auto price = static_cast<double>(prices.devices[pool][hour]);
        real.push_back(real.back() + own * kGrid / 3'600);
        const auto green = static_cast<double>(priced_energy[pool][hour] - energy[pool][hour]);
        priced.push_back(priced.back() + (own + price + green) * kGrid / 3'600);
        free.push_back(model_.capacity[pool][hour] / 3'600);
      }
      real_.push_back(std::move(real));
      priced_.push_back(std::move(priced));
      free_.push_back(std::move(free));
    }
  }

  // Micro-yuan.
  double run() {
    std::vector<std::size_t> order(model_.jobs.size());
    std::vector<double> density(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const lab::ValueWay& way = model_.ways[model_.jobs[i].first_way];
      order[i] = i;
      density[i] = static_cast<double>(model_.jobs[i].value) /
                   (static_cast<double>(way.gang) * static_cast<double>(way.duration));
    }
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return density[a] > density[b]; });
    double net = 0;
    for (const std::size_t job : order) {
      Spot best;
      find(model_.jobs[job], best);
      for (std::size_t cell = best.begin; cell < best.end; ++cell) {
        free_[best.pool][cell] -= best.devices;
      }
      net += best.net;
      if (best.end > 0) count(best);
    }
    return net;
  }

  // Of the jobs that run: micro-yuan of value, and Wh by zone and hour.
  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] const std::vector<std::vector<std::int64_t>>& drawn() const { return drawn_; }

 private:
  static constexpr Second kGrid = 300;

  struct Spot {
    double priced = 0, net = 0;
    std::uint32_t pool = 0;
    std::size_t begin = 0, end = 0;
    std::int64_t devices = 0;
    double value = 0;
    const lab::ValueWay* way = nullptr;
  };

  void count(const Spot& spot) {
    value_ += spot.value;
    const std::uint32_t zone = model_.zones[spot.pool];
    if (zone == kNone) return;
    if (drawn_.size() <= zone) drawn_.resize(zone + std::size_t{1});
    drawn_[zone].resize(model_.hours);
    const Second begin = static_cast<Second>(spot.begin) * kGrid;
    for (Second from = begin; from < begin + spot.way->duration;) {
      const Second to = std::min(begin + spot.way->duration, (from / 3'600 + 1) * 3'600);
      drawn_[zone][static_cast<std::size_t>(from / 3'600)] +=
          model_.milliwatts[spot.pool] * spot.way->gang * (to - from) / 3'600'000;
      from = to;
    }
  }

  void find(const lab::ValueJob& job, Spot& best) {
    for (std::uint32_t i = 0; i < job.way_count; ++i) {
      const lab::ValueWay& way = model_.ways[job.first_way + i];
      for (const std::uint32_t pool : model_.pool_sets[way.pools]) look(job, way, pool, best);
    }
  }

  void look(const lab::ValueJob& job, const lab::ValueWay& way, std::uint32_t pool, Spot& best) {
    if (model_.fee(job, pool) == lab::kNever) return;
    const auto fee = static_cast<double>(model_.fee(job, pool));
    const std::int64_t devices = model_.devices(way, pool);
    const auto length = static_cast<std::size_t>((way.duration + kGrid - 1) / kGrid);
    const std::vector<std::int64_t>& free = free_[pool];
    std::size_t begin = static_cast<std::size_t>((job.submit + kGrid - 1) / kGrid);
    const auto last = static_cast<std::size_t>(way.latest / kGrid);
    for (std::size_t good = begin; begin <= last && begin + length <= free.size();) {
      while (good < begin + length && free[good] >= devices) ++good;
      if (good < begin + length) {  // nothing that covers this cell fits
        begin = ++good;
        continue;
      }
      const double value = std::max(
          0.0, static_cast<double>(job.value) -
                   static_cast<double>(job.delay_cost) *
                       static_cast<double>(static_cast<Second>(begin) * kGrid - job.submit) /
                       3'600);
      if (value - fee <= best.priced) break;
      const auto count = static_cast<double>(devices);
      const double priced =
          value - fee - count * (priced_[pool][begin + length] - priced_[pool][begin]);
      if (priced > best.priced) {
        const double net = value - fee - count * (real_[pool][begin + length] - real_[pool][begin]);
        best = {priced, net, pool, begin, begin + length, devices, value, &way};
      }
      ++begin;
    }
  }

  const lab::ValueModel model_;
  std::vector<std::vector<double>> real_, priced_;  // integrals by pool and cell
  std::vector<std::vector<std::int64_t>> free_;
  double value_ = 0;
  std::vector<std::vector<std::int64_t>> drawn_;
};

}  // namespace tongsuan::bench
