#include "tongsuan/lab/green_bound.h"

#include <algorithm>

#include "tongsuan/base/check.h"

namespace tongsuan::lab {
namespace {

using engine::kPpm;

constexpr std::uint32_t kPricedShare = 800'000;  // at which prices are looked for, ppm
constexpr std::uint32_t kFine = 50;              // to which a share is found, ppm
constexpr double kFirstCharge = 1;               // of what all jobs earn by their energy

void earn_work(Instance& world) {
  for (world::Job& job : world.script.jobs) {
    job.order.value = true_work(job) * kMicroOfWork;
    job.order.delay_cost = 0;
  }
}

// What all jobs earn by the energy that they draw, each on its first way at the first place that it
// may use: micro-yuan per MWh, and MWh.
struct Scale {
  double earned_per_mwh = 0;
  double mwh = 0;
};
Scale scale_of(const Instance& world) {
  const ValueModel model = value_model(world);
  double earned = 0, milliwatt_seconds = 1;
  for (const ValueJob& job : model.jobs) {
    const ValueWay& way = model.ways[job.first_way];
    const std::uint32_t pool = model.pool_sets[way.pools].front();
    earned += static_cast<double>(job.value);
    milliwatt_seconds +=
        static_cast<double>(way.duration) * way.gang * static_cast<double>(model.milliwatts[pool]);
  }
  const double mwh = milliwatt_seconds / 3.6e12;
  return {earned / mwh, mwh};
}

// The least share that prices prove, at one charge and for one amount earned.
class ShareSearch {
 public:
  ShareSearch(const Instance& instance, Earned earned, Runs runs, double mwh)
      : instance_(instance), earned_(earned), runs_(runs), mwh_(mwh) {}

  // Lowers `bound` if these prices prove less than it says. D falls, and is convex, as the share
  // rises.
  void lower(GreenCertificate certificate, std::int64_t at_least, GreenBound& bound) const {
    const auto known = static_cast<std::uint32_t>(bound.share * kPpm);
    certificate.share_ppm = known;
    std::uint32_t fails = 0, holds = kPpm + 1;
    std::int64_t fails_by = 0, holds_by = 0;
    for (int step = 0; step < kSteps && holds - fails > kFine; ++step) {
      const std::uint32_t at = certificate.share_ppm;
      const std::int64_t over = green_dual(instance_, earned_, certificate, runs_) - at_least;
      if (over >= 0 && at == known) return;
      if (over >= 0) {
        fails = at;
        fails_by = over;
      } else {
        holds = at;
        holds_by = over;
        bound = {static_cast<double>(at) / kPpm, certificate};
      }
      certificate.share_ppm = next(certificate.charge, {fails, fails_by}, {holds, holds_by});
    }
  }

 private:
  struct Tried {
    std::uint32_t share = 0;  // ppm
    std::int64_t over = 0;    // D there beyond what is earned
  };

  // Between the two, where the line through them says; before there are two, as far as D falls by
  // what all jobs draw.
  [[nodiscard]] std::uint32_t next(std::int64_t charge, Tried fails, Tried holds) const {
    double at = 0;
    if (fails.share == 0) {
      const double slope = static_cast<double>(charge) * mwh_ / kPpm;
      at = holds.share - std::max(2'000.0, -1.2 * static_cast<double>(holds.over) / slope);
    } else {
      const double width = holds.share - fails.share;
      const double part =
          static_cast<double>(fails.over) / static_cast<double>(fails.over - holds.over);
      at = fails.share + std::clamp(part * width + kFine / 2.0, 1.0, width - 1);
    }
    return static_cast<std::uint32_t>(std::clamp(at, 0.0, static_cast<double>(kPpm)));
  }

  static constexpr int kSteps = 8;
  const Instance& instance_;
  Earned earned_;
  Runs runs_;
  double mwh_;
};

}  // namespace

Instance charged_world(const Instance& instance, Earned earned, std::int64_t charge,
                       std::uint32_t share_ppm) {
  TONGSUAN_CHECK(charge >= 0 && charge <= kGreenChargeMax && share_ppm <= kPpm);
  Instance world = instance;
  const auto bonus = static_cast<std::int64_t>(
      divide_wide(static_cast<int128>(charge) * (kPpm - share_ppm), kPpm, Rounding::kUp));
  Energy& energy = world.energy;
  const bool net = earned == Earned::kNet;
  energy.unmatched_adder = charge + (net ? energy.unmatched_adder : 0);
  for (std::vector<std::int64_t>& zone : energy.tariff) {
    for (std::int64_t& tariff : zone) tariff = (net ? tariff : 0) - bonus;
  }
  if (net) return world;
  for (Energy::Line& line : energy.lines) line.tariff = Price(0);
  for (engine::Pool& pool : world.places.pools) pool.ask = Price(0);
  for (engine::DataLink& link : world.places.links) link.price = Price(0);
  world.script.asks.clear();
  if (earned == Earned::kWork) earn_work(world);
  return world;
}

std::int64_t green_dual(const Instance& instance, Earned earned,
                        const GreenCertificate& certificate, Runs runs) {
  const Instance world = charged_world(instance, earned, certificate.charge, certificate.share_ppm);
  return runs == Runs::kThrough ? value_dual(world, certificate.prices, true)
                                : value_dual_of_parts(world, certificate.prices, true);
}

std::vector<GreenBound> green_bounds(const Instance& instance, Earned earned,
                                     const std::vector<std::int64_t>& at_least, Runs runs,
                                     const GreenOptions& options) {
  std::vector<GreenBound> bounds(at_least.size());
  if (instance.energy.empty()) return bounds;
  const Scale scale = scale_of(charged_world(instance, earned, 0, kPpm));
  const ShareSearch search(instance, earned, runs, scale.mwh);
  double charge = kFirstCharge * scale.earned_per_mwh;
  for (std::uint32_t i = 0; i < options.charges; ++i, charge /= 2) {
    GreenCertificate certificate;
    certificate.charge = static_cast<std::int64_t>(std::clamp(charge, 1.0, 1e11));
    const Instance world = charged_world(instance, earned, certificate.charge, kPricedShare);
    certificate.prices = value_bound(world, {.steps = options.passes, .count_adder = true}).prices;
    for (std::size_t at = 0; at < at_least.size(); ++at) {
      search.lower(certificate, at_least[at], bounds[at]);
    }
  }
  return bounds;
}

}  // namespace tongsuan::lab
