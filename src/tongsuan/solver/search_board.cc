#include "tongsuan/solver/search_board.h"

#include <algorithm>

#include "tongsuan/solver/search_profile.h"

namespace tongsuan::solver::primal {
namespace {

// Of the worth of an order that leaves its spot, how much counts as lost.
constexpr double kWorthLoss = 0.02;

}  // namespace

Board::Board(const Model& model) : model_(&model) {
  const auto order_count = static_cast<std::uint32_t>(model.orders.size());
  spots_.resize(order_count);
  node_begin_.resize(order_count);
  std::uint32_t nodes = 0;
  for (std::uint32_t order = 0; order < order_count; ++order) {
    node_begin_[order] = nodes;
    nodes += model.orders[order].entries_max;
  }
  node_place_.resize(nodes);
  buckets_.resize(model.lanes.size() * model.problem.slot_count);
}

void Board::put(std::uint32_t order, const Spot& spot) {
  spots_[order] = spot;
  const double loss = spot_loss(*model_, spot);
  std::uint32_t node = node_begin_[order];
  each_use(*model_, spot, [&](const Use& use) {
    each_entry(use, [&](std::uint32_t slot) {
      std::vector<Entry>& bucket = bucket_of(use.lane, slot);
      node_place_[node] = static_cast<std::uint32_t>(bucket.size());
      bucket.push_back({order, node, use.slot, use.slot + use.count, use.amount, loss});
      ++node;
    });
  });
}

void Board::take(std::uint32_t order) {
  std::uint32_t node = node_begin_[order];
  each_use(*model_, spots_[order], [&](const Use& use) {
    each_entry(use, [&](std::uint32_t slot) {
      std::vector<Entry>& bucket = bucket_of(use.lane, slot);
      const Entry last = bucket.back();
      bucket[node_place_[node]] = last;
      node_place_[last.node] = node_place_[node];
      bucket.pop_back();
      ++node;
    });
  });
  spots_[order] = {};
}

std::uint64_t Board::placed_count() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(spots_, [](const Spot& spot) { return spot.placed(); }));
}

SlotRange spot_slots(const Model& model, const Spot& spot) {
  const ModelChoice& choice = model.choices[spot.choice];
  if (choice.shape == kNone) return {choice.first, choice.last};
  return {spot.start - model.shapes[choice.shape].transfer_slots, spot.start + choice.duration};
}

std::uint32_t spot_end(const Model& model, const Spot& spot) {
  const ModelChoice& choice = model.choices[spot.choice];
  return choice.shape == kNone ? choice.last : spot.start + choice.duration;
}

double spot_worth(const Model& model, const Spot& spot) {
  const ModelChoice& choice = model.choices[spot.choice];
  return choice.shape == kNone ? profile_worth(model, choice, spot.lots)
                               : model.worth_at(choice, spot.start);
}

double spot_promise(const Model& model, const Spot& spot) {
  const ModelChoice& choice = model.choices[spot.choice];
  return choice.shape == kNone ? profile_promise(model, choice, spot.lots)
                               : model.promise(choice, spot.start);
}

double spot_loss(const Model& model, const Spot& spot) {
  return std::max(0.0, spot_promise(model, spot)) + kWorthLoss * spot_worth(model, spot);
}

double spot_gain(const Model& model, const Kernels& kernels, const double* planes,
                 const Spot& spot) {
  double gain = spot_worth(model, spot);
  each_use(model, spot, [&](const Use& use) { gain -= use_cost(model, kernels, planes, use); });
  return gain;
}

bool spot_fits(const Model& model, const Kernels& kernels, const double* planes, const Spot& spot) {
  bool room = true;
  each_use(model, spot, [&](const Use& use) {
    room = room && (use.amount <= 0 || kernels.fits(model, planes, use));
  });
  return room;
}

void add_spot(const Model& model, const Kernels& kernels, double* planes, const Spot& spot,
              double sign) {
  each_use(model, spot, [&](Use use) {
    use.amount *= sign;
    kernels.add(model, planes, use);
  });
}

}  // namespace tongsuan::solver::primal
