#include "tongsuan/solver/dual_sample.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include "tongsuan/base/random.h"

namespace tongsuan::solver::dual {

using market::Problem;

namespace {

constexpr std::uint64_t kShuffleSeed = 0x5EED;
constexpr std::size_t kBuckets = 64;

// Bucket of an order: the bit length of the most that it can be worth.
std::uint32_t bucket_of(const Problem& problem, std::uint32_t order) {
  std::int64_t value = 0;
  const Span32 choices = problem.orders[order].choices;
  for (std::uint32_t i = choices.begin; i < choices.end; ++i) {
    const std::int64_t worth = problem.choices[i].value;
    value = std::max(value, worth < 0 ? -worth : worth);
  }
  return static_cast<std::uint32_t>(std::bit_width(static_cast<std::uint64_t>(value)));
}

}  // namespace

Sampler::Sampler(const Problem& problem, double share) {
  const auto order_count = static_cast<std::uint32_t>(problem.orders.size());
  std::vector<std::uint8_t> bucket(order_count);
  std::array<std::uint32_t, kBuckets + 1> begin{};
  double mean = 0;
  for (std::uint32_t order = 0; order < order_count; ++order) {
    if (problem.orders[order].choices.count() == 0) {
      bucket[order] = kBuckets;  // curves: rows answer for them
      continue;
    }
    bucket[order] =
        static_cast<std::uint8_t>(std::min<std::uint32_t>(bucket_of(problem, order), kBuckets - 1));
    ++begin[bucket[order] + 1U];
    mean += static_cast<double>(std::uint64_t{1} << bucket[order]);
  }
  for (std::size_t i = 0; i < kBuckets; ++i) begin[i + 1] += begin[i];
  orders_.resize(begin[kBuckets]);
  mean /= static_cast<double>(std::max<std::size_t>(1, orders_.size()));
  std::array<std::uint32_t, kBuckets + 1> next = begin;
  for (std::uint32_t order = 0; order < order_count; ++order) {
    if (bucket[order] < kBuckets) orders_[next[bucket[order]]++] = order;
  }
  Random random(kShuffleSeed);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint32_t count = begin[i + 1] - begin[i];
    if (count == 0) continue;
    for (std::uint32_t k = count; k > 1; --k) {
      std::swap(orders_[begin[i] + k - 1], orders_[begin[i] + random.below(k)]);
    }
    const double size = static_cast<double>(std::uint64_t{1} << i) / mean;
    const double part = std::min(1.0, share * (0.3 + 0.7 * size));
    const auto taken = std::max<std::uint32_t>(
        1, static_cast<std::uint32_t>(part * static_cast<double>(count) + 0.5));
    const std::int64_t weight =
        (std::int64_t{count} * kWeightUnit + taken / 2) / std::int64_t{taken};
    buckets_.push_back({begin[i], begin[i + 1], taken, begin[i], weight});
  }
}

const std::vector<OrderSlice>& Sampler::next() {
  slices_.clear();
  const std::span<const std::uint32_t> orders = orders_;
  for (Bucket& bucket : buckets_) {
    std::uint32_t left = bucket.size;
    while (left > 0) {
      const std::uint32_t part = std::min(left, bucket.end - bucket.at);
      slices_.push_back({orders.subspan(bucket.at, part), bucket.weight});
      left -= part;
      bucket.at += part;
      if (bucket.at == bucket.end) bucket.at = bucket.begin;
    }
  }
  return slices_;
}

}  // namespace tongsuan::solver::dual
