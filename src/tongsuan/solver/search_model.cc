#include "tongsuan/solver/search_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "tongsuan/market/evaluate.h"
#include "tongsuan/solver/search_kernel.h"
#include "tongsuan/solver/search_profile.h"
#include "tongsuan/solver/search_rows.h"

namespace tongsuan::solver::primal {
namespace {

constexpr float kNoBound = std::numeric_limits<float>::max();
constexpr std::uint32_t kModelChunkOrders = 4096;
constexpr std::uint32_t kChoicesPerOrderMax = 1U << 16;  // ModelChoice::source has 16 bits
constexpr std::uint32_t kSampledStarts = 16;
constexpr std::size_t kOrdersPerChoice = 20;  // fewer choices than this leaves: λ cannot be right
constexpr std::size_t kLargeOrders = 20'000;  // below, every start of every window is judged
constexpr double kCoarseShare = 0.85;  // of all promise, that of the orders of a coarse search
// Starts whose promise is below −λ cost / kHopeless are not worth trying by force.
constexpr double kHopeless = 10;

std::uint32_t stretches(std::uint32_t slots) {
  return (slots + kStretchSlots - 1) / kStretchSlots;
}

float round_up(double x) {
  const auto rounded = static_cast<float>(x);
  return static_cast<double>(rounded) >= x
             ? rounded
             : std::nextafterf(rounded, std::numeric_limits<float>::infinity());
}

// ---- Shapes ------------------------------------------------------------------------------------

class ShapeBuilder {
 public:
  explicit ShapeBuilder(Model& model) : model_(model), problem_(model.problem) {}

  void run() {
    cheaper_.assign(problem_.lanes.size(), false);
    for (std::uint32_t lane = 0; lane < problem_.lanes.size(); ++lane) {
      cheaper_[lane] = model_.lanes[lane].soft;
    }
    plain_.assign(problem_.bundles.size(), kNone);
    links_.assign(problem_.lanes.size(), {});
    newest_.assign(problem_.transfers.size(), kNone);
    for (const market::Choice& choice : problem_.choices) {
      if (choice.bundle != kNone && find(choice.bundle, choice.extra) == kNone) {
        add(choice.bundle, choice.extra);
      }
    }
  }

  // kNone before run() has seen a choice of the two.
  [[nodiscard]] std::uint32_t find(std::uint32_t bundle, std::uint32_t transfer) const {
    if (transfer == kNone) return plain_[bundle];
    std::uint32_t i = newest_[transfer];
    while (i != kNone && moved_[i].bundle != bundle) i = moved_[i].older;
    return i == kNone ? kNone : moved_[i].shape;
  }

 private:
  struct Link {
    std::uint32_t guide = kNone;  // as Shape::link_guide and link_key; kNone: not made yet
    std::uint32_t key = kNone;
  };
  // Shapes of one transfer are a list: it has few, one for each bundle that it serves.
  struct Moved {
    std::uint32_t bundle = 0;
    std::uint32_t shape = 0;
    std::uint32_t older = kNone;
  };
  using Legs = std::vector<std::pair<std::uint32_t, double>>;  // (lane, units), each lane once

  void add(std::uint32_t bundle, std::uint32_t transfer) {
    if (plain_[bundle] == kNone) {
      plain_[bundle] = push(bundle_shape(bundle));
    }
    if (transfer == kNone) return;
    Shape shape = model_.shapes[plain_[bundle]];
    add_transfer(shape, transfer);
    moved_.push_back({bundle, push(shape), newest_[transfer]});
    newest_[transfer] = static_cast<std::uint32_t>(moved_.size() - 1);
  }

  std::uint32_t push(const Shape& shape) {
    model_.shapes.push_back(shape);
    return static_cast<std::uint32_t>(model_.shapes.size() - 1);
  }

  [[nodiscard]] Legs legs_of(std::uint32_t bundle) const {
    Legs all;
    for (std::uint32_t i = problem_.bundles[bundle].begin; i < problem_.bundles[bundle].end; ++i) {
      const market::BundleLeg& leg = problem_.bundle_legs[i];
      const auto same = std::find_if(all.begin(), all.end(),
                                     [&](const auto& entry) { return entry.first == leg.lane; });
      if (same != all.end()) {
        same->second += static_cast<double>(leg.units);
      } else {
        all.emplace_back(leg.lane, static_cast<double>(leg.units));
      }
    }
    return all;
  }

  Shape bundle_shape(std::uint32_t bundle) {
    Shape shape;
    shape.leg_begin = static_cast<std::uint32_t>(model_.legs.size());
    const Legs all = legs_of(bundle);
    bool any_linear = false;
    for (const auto& [lane, units] : all) {
      any_linear = any_linear || model_.lanes[lane].linear;
      shape.prunable = shape.prunable && !cheaper_[lane];
      if (!model_.lanes[lane].linear) model_.legs.push_back({lane, units});
    }
    shape.leg_end = static_cast<std::uint32_t>(model_.legs.size());
    shape.guide = add_prefix(all, [&](std::uint32_t row) { return model_.guide[row]; });
    if (any_linear) {
      shape.linear = add_prefix(all, [&](std::uint32_t row) { return model_.linear_price[row]; });
    }
    shape.key = add_prefix(all, [&](std::uint32_t row) { return blend(row); });
    return shape;
  }

  void add_transfer(Shape& shape, std::uint32_t index) {
    const market::Transfer& transfer = problem_.transfers[index];
    Link& link = links_[transfer.lane];
    if (link.guide == kNone) {
      const Legs unit = {{transfer.lane, 1}};
      link.guide = add_prefix(unit, [&](std::uint32_t row) { return model_.guide[row]; });
      link.key = add_prefix(unit, [&](std::uint32_t row) { return blend(row); });
    }
    shape.transfer = index;
    shape.transfer_lane = transfer.lane;
    shape.transfer_slots = transfer.slots;
    shape.transfer_rate = static_cast<double>(transfer.rate);
    shape.prunable = shape.prunable && !cheaper_[transfer.lane];
    shape.link_guide = link.guide;
    shape.link_key = link.key;
  }

  // What a unit of use of a row counts at least in scores.
  [[nodiscard]] double blend(std::uint32_t row) const {
    return model_.share * model_.guide[row] + (1 - model_.share) * least_price(row);
  }

  // What the first unit of use of a row costs in the empty book.
  [[nodiscard]] double least_price(std::uint32_t row) const {
    const LaneBlock& lane = model_.lanes[row / problem_.slot_count];
    if (lane.linear) return model_.linear_price[row];
    return model_.planes[lane.offset + model_.stride + row % problem_.slot_count];
  }

  template <class Price>
  std::uint32_t add_prefix(const Legs& legs, const Price& price) {
    const std::size_t table = model_.prefix.size();
    // Kernels read whole vectors: the table goes on, flat, beyond its end.
    model_.prefix.resize(table + problem_.slot_count + 1 + kPaddingSlots, 0);
    double* sums = model_.prefix.data() + table;
    for (Slot slot = 0; slot < problem_.slot_count; ++slot) {
      double sum = sums[slot];
      for (const auto& [lane, units] : legs) sum += units * price(problem_.row(lane, slot));
      sums[slot + 1] = sum;
    }
    return static_cast<std::uint32_t>(table);
  }

  Model& model_;
  const market::Problem& problem_;
  std::vector<bool> cheaper_;          // by lane: may become cheaper than in the empty book
  std::vector<std::uint32_t> plain_;   // by bundle: its shape without a transfer
  std::vector<Link> links_;            // by lane
  std::vector<Moved> moved_;           // shapes with a transfer
  std::vector<std::uint32_t> newest_;  // by transfer: the last of its list in moved_
};

// ---- Profiles ----------------------------------------------------------------------------------

// Cuts the legs of a profile into uses of which at most one touches any row, so that the cost of a
// profile is the sum of the costs of its uses.
void add_profile_uses(Model& model, const market::Profile& profile) {
  const market::Problem& problem = model.problem;
  std::map<std::uint32_t, std::map<Slot, double>> changes;  // lane → slot → change of the amount
  for (std::uint32_t i = profile.legs.begin; i < profile.legs.end; ++i) {
    const market::ProfileLeg& leg = problem.profile_legs[i];
    const auto amount = static_cast<double>(leg.amount / profile.lots);
    changes[leg.lane][leg.slots.begin] += amount;
    changes[leg.lane][leg.slots.end] -= amount;
  }
  for (const auto& [lane, by_slot] : changes) {
    double amount = 0;
    Slot from = 0;
    for (const auto& [slot, change] : by_slot) {
      if (change == 0) continue;
      if (amount != 0) model.profile_uses.push_back({lane, from, slot - from, amount});
      amount += change;
      from = slot;
    }
  }
}

void build_profiles(Model& model) {
  model.profile_begin.push_back(0);
  for (const market::Profile& profile : model.problem.profiles) {
    add_profile_uses(model, profile);
    model.profile_begin.push_back(static_cast<std::uint32_t>(model.profile_uses.size()));
  }
}

// ---- Choices -----------------------------------------------------------------------------------

struct Candidate {
  ModelChoice choice;
  Pick pick;  // best score in the empty book
};

// The choices and records of a range of orders.
struct Chunk {
  std::vector<ModelChoice> choices;
  std::vector<ModelOrder> orders;
};

class ChoiceBuilder {
 public:
  ChoiceBuilder(Model& model, const ShapeBuilder& shapes, const ModelOptions& options)
      : model_(model),
        problem_(model.problem),
        shapes_(shapes),
        options_(options),
        by_bounds_(problem_.orders.size() >= kLargeOrders),
        followed_(market::followed_orders(problem_)) {}

  void run() {
    const auto order_count = static_cast<std::uint32_t>(problem_.orders.size());
    model_.orders.resize(order_count);
    for (std::uint32_t order = 0; order < order_count; ++order) {
      model_.orders[order].delay = model_.scale.ticks(
          static_cast<int128>(problem_.orders[order].delay_cost) * problem_.denominator);
    }
    std::vector<Chunk> chunks = judge_orders();
    // Prices that leave nobody a choice are far from where they should be, as odd books may bring:
    // then nothing is given up because of them.
    if (by_bounds_ && choice_count(chunks) < order_count / kOrdersPerChoice) {
      by_bounds_ = false;
      chunks = judge_orders();
    }
    join(chunks);
  }

 private:
  // Choices are judged one at a time through a scratch slot of each thread.
  std::vector<Chunk> judge_orders() {
    const auto order_count = static_cast<std::uint32_t>(problem_.orders.size());
    std::vector<Chunk> chunks((order_count + kModelChunkOrders - 1) / kModelChunkOrders);
    model_.choices.resize(options_.pool->thread_count());
    options_.pool->run(
        static_cast<std::uint32_t>(chunks.size()), [&](std::uint32_t chunk, std::uint32_t thread) {
          const std::uint32_t end = std::min(order_count, (chunk + 1) * kModelChunkOrders);
          for (std::uint32_t order = chunk * kModelChunkOrders; order < end; ++order) {
            add_order(order, thread, chunks[chunk]);
          }
        });
    return chunks;
  }

  static std::size_t choice_count(const std::vector<Chunk>& chunks) {
    std::size_t count = 0;
    for (const Chunk& chunk : chunks) count += chunk.choices.size();
    return count;
  }

  void join(std::vector<Chunk>& chunks) {
    model_.choices.clear();
    model_.choices.reserve(choice_count(chunks));
    for (std::uint32_t index = 0; index < chunks.size(); ++index) {
      const auto shift = static_cast<std::uint32_t>(model_.choices.size());
      for (std::size_t i = 0; i < chunks[index].orders.size(); ++i) {
        ModelOrder& order = model_.orders[index * kModelChunkOrders + i];
        order = chunks[index].orders[i];
        order.begin += shift;
        order.end += shift;
      }
      model_.choices.insert(model_.choices.end(), chunks[index].choices.begin(),
                            chunks[index].choices.end());
      chunks[index] = {};
    }
  }

  void add_order(std::uint32_t order, std::uint32_t thread, Chunk& chunk) {
    std::vector<Candidate> candidates;
    const Span32 range = problem_.orders[order].choices;
    const std::uint32_t end = std::min(range.end, range.begin + kChoicesPerOrderMax);
    for (std::uint32_t i = range.begin; i < end; ++i) {
      Candidate candidate;
      if (make_choice(order, i, thread, candidate)) candidates.push_back(candidate);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) {
                       if (a.choice.key != b.choice.key) return a.choice.key > b.choice.key;
                       return a.pick.score > b.pick.score;
                     });
    ModelOrder record = model_.orders[order];
    record.begin = static_cast<std::uint32_t>(chunk.choices.size());
    record.promise = -1e300;
    record.density = -1e300;
    for (const Candidate& candidate : candidates) {
      note_promise(candidate, record);
      chunk.choices.push_back(candidate.choice);
    }
    record.end = static_cast<std::uint32_t>(chunk.choices.size());
    chunk.orders.push_back(record);
  }

  // False when the choice can never be worth taking.
  bool make_choice(std::uint32_t order, std::uint32_t index, std::uint32_t thread,
                   Candidate& candidate) {
    const market::Choice& source = problem_.choices[index];
    ModelChoice& choice = candidate.choice;
    choice.order = order;
    choice.source = static_cast<std::uint16_t>(index - problem_.orders[order].choices.begin);
    choice.key = kNoBound;
    choice.worth = model_.scale.ticks(static_cast<int128>(source.value) * problem_.denominator);
    if (source.bundle == kNone) {
      choice.devices = source.extra;
      const SlotRange slots = market::placement_slots(problem_, {index, 0, 1});
      choice.first = static_cast<std::uint16_t>(slots.begin);
      choice.last = static_cast<std::uint16_t>(slots.end);
      choice.duration = static_cast<std::uint16_t>(slots.count());
      return true;
    }
    choice.shape = shapes_.find(source.bundle, source.extra);
    choice.devices = source.devices;
    choice.first = source.first;
    choice.last = source.last;
    choice.duration = source.duration;
    choice.worth += model_.orders[order].delay * source.first;
    return judge(choice, index, thread, candidate.pick);
  }

  // Scores the choice in the empty book. Where rows can only become dearer, that is a bound.
  bool judge(ModelChoice& choice, std::uint32_t index, std::uint32_t thread, Pick& pick) {
    ScanView view;
    view.model = &model_;
    view.kernels = &kernels(options_.level);
    view.planes = model_.planes.data();
    view.end = problem_.slot_count;
    const bool prunable = model_.shapes[choice.shape].prunable;
    const bool wide = by_bounds_ && choice.last > choice.first;
    const bool kept =
        followed_[choice.order] || (options_.keep != nullptr && !options_.keep->empty() &&
                                    (*options_.keep)[choice.order].choice == index);
    if (wide && prunable) {
      find_best_bound(choice, pick);
      if (!kept && pick.score * kHopeless < -std::abs(choice.worth)) return false;
      if (view.kernels->fits_at(view, choice, pick.start) || fits_somewhere(view, choice, thread)) {
        pick.choice = thread;
        choice.key = round_up(pick.score);
        return true;
      }
      pick = Pick();
    }
    model_.choices[thread] = choice;
    view.kernels->scan_choice(view, thread, 0, pick);
    if (!prunable) return true;
    if (pick.choice == kNone && !kept) return false;
    if (pick.choice != kNone) choice.key = round_up(pick.score);
    return true;
  }

  // The start with the best bound of all, and the bound: in large books it stands for the score.
  void find_best_bound(const ModelChoice& choice, Pick& pick) const {
    for (std::uint32_t start = choice.first; start <= choice.last; ++start) {
      const double bound = start_bound(choice, start);
      if (bound <= pick.score) continue;
      pick.score = bound;
      pick.start = start;
    }
  }

  // Looks at one start in kSampledStarts, the one whose bound is best: whether one of them is worth
  // taking.
  bool fits_somewhere(ScanView& view, const ModelChoice& choice, std::uint32_t thread) {
    for (std::uint32_t from = choice.first; from <= choice.last; from += kSampledStarts) {
      const std::uint32_t to = std::min<std::uint32_t>(choice.last + 1U, from + kSampledStarts);
      Pick best;
      for (std::uint32_t i = from; i < to; ++i) {
        const double bound = start_bound(choice, i);
        if (bound > best.score) best = {.score = bound, .start = i};
      }
      if (best.score * kHopeless < -std::abs(choice.worth)) continue;
      ModelChoice& single = model_.choices[thread];
      single = choice;
      single.first = single.last = static_cast<std::uint16_t>(best.start);
      Pick one;
      view.kernels->scan_choice(view, thread, 0, one);
      if (one.choice != kNone) return true;
    }
    return false;
  }

  // No score of the choice at this start is above it.
  [[nodiscard]] double start_bound(const ModelChoice& choice, std::uint32_t start) const {
    const Shape& shape = model_.shapes[choice.shape];
    double bound = choice.worth - model_.orders[choice.order].delay * start -
                   model_.prefix_cost(shape.key, choice, start);
    if (shape.link_key != kNone) bound -= model_.transfer_cost(shape.link_key, shape, start);
    return bound;
  }

  void note_promise(const Candidate& candidate, ModelOrder& record) const {
    const ModelChoice& choice = candidate.choice;
    double promise = 0;
    double worth = choice.worth;
    if (choice.shape == kNone) {
      const market::Profile& profile = problem_.profiles[choice.devices];
      const auto lots = static_cast<std::uint32_t>(profile.lots);
      promise = profile_promise(model_, choice, lots);
      worth = profile_worth(model_, choice, lots);
      std::uint32_t entries = 0;
      for (std::uint32_t i = model_.profile_begin[choice.devices];
           i < model_.profile_begin[choice.devices + 1]; ++i) {
        entries += stretches(model_.profile_uses[i].count);
      }
      record.entries_max = std::max(record.entries_max, entries);
    } else {
      const std::uint32_t start =
          candidate.pick.choice == kNone ? choice.first : candidate.pick.start;
      const Shape& shape = model_.shapes[choice.shape];
      promise = model_.promise(choice, start);
      worth -= record.delay * start;
      record.entries_max = std::max(
          record.entries_max, (shape.leg_end - shape.leg_begin) * stretches(choice.duration) +
                                  (shape.transfer != kNone ? stretches(shape.transfer_slots) : 0));
    }
    record.promise = std::max(record.promise, promise);
    record.density = std::max(record.density, promise / (std::abs(worth - promise) + 1));
  }

  Model& model_;
  const market::Problem& problem_;
  const ShapeBuilder& shapes_;
  const ModelOptions& options_;
  bool by_bounds_;              // choices with several starts are judged by their bounds at λ
  std::vector<bool> followed_;  // by order: may be worth placing at a loss
};

// ---- Precedence and index ----------------------------------------------------------------------

void build_children(Model& model) {
  const auto order_count = static_cast<std::uint32_t>(model.orders.size());
  model.children.assign(order_count, {});
  for (std::uint32_t order = 0; order < order_count; ++order) {
    const std::uint32_t parent = model.problem.orders[order].after;
    if (parent == kNone) continue;
    model.orders[order].linked = true;
    model.orders[parent].linked = true;
    ++model.children[parent].end;
  }
  std::uint32_t next = 0;
  for (Span32& range : model.children) {
    range = {next, next + range.end};
    next = range.end;
    range.end = range.begin;
  }
  model.child_orders.resize(next);
  for (std::uint32_t order = 0; order < order_count; ++order) {
    const std::uint32_t parent = model.problem.orders[order].after;
    if (parent != kNone) model.child_orders[model.children[parent].end++] = order;
  }
}

void sort_by_promise(Model& model) {
  for (std::uint32_t order = 0; order < model.orders.size(); ++order) {
    if (model.orders[order].begin < model.orders[order].end) model.by_promise.push_back(order);
  }
  std::ranges::stable_sort(model.by_promise, [&](std::uint32_t a, std::uint32_t b) {
    return model.orders[a].promise > model.orders[b].promise;
  });
  if (!model.coarse) return;
  double total = 0;
  for (const std::uint32_t order : model.by_promise) {
    total += std::max(0.0, model.orders[order].promise);
  }
  double kept = 0;
  std::size_t count = 0;
  while (count < model.by_promise.size() && kept < kCoarseShare * total) {
    kept += model.orders[model.by_promise[count++]].promise;
  }
  model.by_promise.resize(count);
}

// Calls emit(cell) for every cell in which a start of the choice is worth forcing.
template <class Emit>
void each_cell(const Model& model, const ModelChoice& choice, const Emit& emit) {
  const std::uint32_t cells = model.starts.cell_count;
  if (choice.shape == kNone) {
    // A profile whose legs cancel out uses nothing: insertion finds it, force is not needed.
    const std::uint32_t first = model.profile_begin[choice.devices];
    if (first == model.profile_begin[choice.devices + 1]) return;
    const Use& use = model.profile_uses[first];
    emit(use.lane * cells + use.slot / kCellSlots);
    return;
  }
  const Shape& shape = model.shapes[choice.shape];
  if (shape.leg_begin == shape.leg_end) return;
  const std::uint32_t lane = model.legs[shape.leg_begin].lane;
  for (std::uint32_t cell = choice.first / kCellSlots; cell * kCellSlots <= choice.last; ++cell) {
    const std::uint32_t begin = std::max<std::uint32_t>(choice.first, cell * kCellSlots);
    const std::uint32_t end = std::min<std::uint32_t>(choice.last + 1U, (cell + 1) * kCellSlots);
    for (std::uint32_t start = begin; start < end; ++start) {
      const double promise = model.promise(choice, start);
      const double worth = choice.worth - model.orders[choice.order].delay * start;
      if (promise * kHopeless > -(worth - promise)) {
        emit(lane * cells + cell);
        break;
      }
    }
  }
}

void build_index(Model& model) {
  StartIndex& index = model.starts;
  index.cell_count = (model.problem.slot_count + kCellSlots - 1) / kCellSlots;
  index.begin.assign(model.lanes.size() * index.cell_count + 1, 0);
  std::vector<bool> drawn(model.orders.size(), false);
  for (const std::uint32_t order : model.by_promise) drawn[order] = true;
  for (const ModelChoice& choice : model.choices) {
    if (!drawn[choice.order]) continue;
    each_cell(model, choice, [&](std::uint32_t cell) { ++index.begin[cell + 1]; });
  }
  for (std::size_t cell = 1; cell < index.begin.size(); ++cell) {
    index.begin[cell] += index.begin[cell - 1];
  }
  index.choices.resize(index.begin.back());
  std::vector<std::uint32_t> next = index.begin;
  for (std::uint32_t i = 0; i < model.choices.size(); ++i) {
    if (!drawn[model.choices[i].order]) continue;
    each_cell(model, model.choices[i],
              [&](std::uint32_t cell) { index.choices[next[cell]++] = i; });
  }
}

}  // namespace

Model::Model(const market::Problem& book, const Prices& prices,
             const std::vector<std::int64_t>& flows, const ModelOptions& options)
    : problem(book),
      share(options.share),
      coarse(options.coarse),
      scale(choose_ticks(book, prices)) {
  build_rows(*this, prices, flows);
  build_profiles(*this);
  ShapeBuilder shape_builder(*this);
  shape_builder.run();
  ChoiceBuilder(*this, shape_builder, options).run();
  sort_by_promise(*this);
  build_children(*this);
  build_index(*this);
}

}  // namespace tongsuan::solver::primal
