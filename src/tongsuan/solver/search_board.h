// Where every order is now, and who starts where on every lane.
//
// A board holds a spot per order and, for each lane with planes and slot, the uses of placed orders
// that begin there. A use longer than kStretchSlots is entered again after each such stretch, so
// that whoever asks what overlaps a slot looks back no further than one stretch. The planes of the
// rows are not part of it: a walk that may touch only some slots works on its own copy of them,
// while boards are shared between walks whose slots, and so whose buckets and orders, are disjoint.
#pragma once

#include <cstdint>
#include <vector>

#include "tongsuan/solver/search_kernel.h"
#include "tongsuan/solver/search_model.h"

namespace tongsuan::solver::primal {

// A placement in terms of the model. choice = kNone: not placed.
struct Spot {
  std::uint32_t choice = kNone;  // position in Model::choices
  std::uint32_t start = 0;
  std::uint32_t lots = 1;
  [[nodiscard]] bool placed() const { return choice != kNone; }
  friend bool operator==(const Spot&, const Spot&) = default;
};

class Board {
 public:
  // One use, with all that ejection asks, so that a search for room streams through buckets.
  struct Entry {
    std::uint32_t order = 0;
    std::uint32_t node = 0;
    std::uint32_t begin = 0;  // of the whole use
    std::uint32_t end = 0;    // slot after its last one
    double amount = 0;        // per slot
    double loss = 0;          // spot_loss of the order
  };

  explicit Board(const Model& model);

  [[nodiscard]] const Spot& spot(std::uint32_t order) const { return spots_[order]; }
  [[nodiscard]] bool placed(std::uint32_t order) const { return spots_[order].placed(); }
  [[nodiscard]] const std::vector<Entry>& bucket(std::uint32_t lane, std::uint32_t slot) const {
    return buckets_[std::size_t{lane} * model_->problem.slot_count + slot];
  }
  void put(std::uint32_t order, const Spot& spot);
  void take(std::uint32_t order);

  [[nodiscard]] std::uint64_t placed_count() const;

 private:
  const Model* model_;
  std::vector<Spot> spots_;  // by order
  // Calls visit(slot) for every slot where a use is entered.
  template <class Visit>
  static void each_entry(const Use& use, const Visit& visit) {
    for (std::uint32_t slot = use.slot; slot < use.slot + use.count; slot += kStretchSlots) {
      visit(slot);
    }
  }
  [[nodiscard]] std::vector<Entry>& bucket_of(std::uint32_t lane, std::uint32_t slot) {
    return buckets_[std::size_t{lane} * model_->problem.slot_count + slot];
  }

  std::vector<std::uint32_t> node_begin_;  // by order
  std::vector<std::uint32_t> node_place_;  // by node: position in its bucket
  std::vector<std::vector<Entry>> buckets_;
};

// Slots that a spot spans, data transfers included.
[[nodiscard]] SlotRange spot_slots(const Model& model, const Spot& spot);

// Slot after the last one in which the order itself runs.
[[nodiscard]] std::uint32_t spot_end(const Model& model, const Spot& spot);

// Calls visit(use) for every use of a row with planes.
template <class Visit>
void each_use(const Model& model, const Spot& spot, const Visit& visit) {
  const ModelChoice& choice = model.choices[spot.choice];
  if (choice.shape == kNone) {
    for (std::uint32_t i = model.profile_begin[choice.devices];
         i < model.profile_begin[choice.devices + 1]; ++i) {
      Use use = model.profile_uses[i];
      if (model.lanes[use.lane].linear) continue;
      use.amount *= spot.lots;
      visit(use);
    }
    return;
  }
  const Shape& shape = model.shapes[choice.shape];
  for (std::uint32_t i = shape.leg_begin; i < shape.leg_end; ++i) {
    visit(
        Use{model.legs[i].lane, spot.start, choice.duration, model.legs[i].units * choice.devices});
  }
  if (shape.transfer != kNone) visit(Model::transfer_use(shape, spot.start));
}

// Value of a spot, less the cost of folded rows; and less the true cost of all rows as they stand.
[[nodiscard]] double spot_worth(const Model& model, const Spot& spot);
[[nodiscard]] double spot_promise(const Model& model, const Spot& spot);
// What ejecting an order from this spot would cost, roughly: it may find no other that is as good.
[[nodiscard]] double spot_loss(const Model& model, const Spot& spot);
[[nodiscard]] double spot_gain(const Model& model, const Kernels& kernels, const double* planes,
                               const Spot& spot);
// Whether all that the spot uses has room; what it delivers needs none.
[[nodiscard]] bool spot_fits(const Model& model, const Kernels& kernels, const double* planes,
                             const Spot& spot);
void add_spot(const Model& model, const Kernels& kernels, double* planes, const Spot& spot,
              double sign);

}  // namespace tongsuan::solver::primal
