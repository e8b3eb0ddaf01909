#include "tongsuan/dispatch/reserve.h"

#include <algorithm>

namespace tongsuan::dispatch {
namespace {

constexpr std::size_t kChunkMax = 512;

}  // namespace

std::size_t Reserve::chunk_of(const Stand& stand) const {
  const auto at = std::ranges::lower_bound(lasts_, stand, stands_before);
  return static_cast<std::size_t>(at - lasts_.begin());
}

void Reserve::insert(const Stand& stand) {
  ++size_;
  if (chunks_.empty()) {
    chunks_.push_back({stand});
    lasts_.push_back(stand);
    return;
  }
  const std::size_t at = std::min(chunk_of(stand), chunks_.size() - 1);
  std::vector<Stand>& chunk = chunks_[at];
  chunk.insert(std::ranges::lower_bound(chunk, stand, stands_before), stand);
  lasts_[at] = chunk.back();
  if (chunk.size() > kChunkMax) split(at);
}

// The last chunk of a sequence that grows at its end stays full.
void Reserve::split(std::size_t at) {
  const bool last = at + 1 == chunks_.size();
  const auto middle = static_cast<std::ptrdiff_t>(last ? kChunkMax : kChunkMax / 2);
  std::vector<Stand> behind;
  behind.reserve(kChunkMax + 1);
  std::vector<Stand>& chunk = chunks_[at];
  behind.assign(chunk.begin() + middle, chunk.end());
  chunk.resize(static_cast<std::size_t>(middle));
  lasts_[at] = chunk.back();
  const auto next = static_cast<std::ptrdiff_t>(at + 1);
  lasts_.insert(lasts_.begin() + next, behind.back());
  chunks_.insert(chunks_.begin() + next, std::move(behind));
}

void Reserve::drop_if_empty(std::size_t at) {
  if (!chunks_[at].empty()) {
    lasts_[at] = chunks_[at].back();
    return;
  }
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
  lasts_.erase(lasts_.begin() + static_cast<std::ptrdiff_t>(at));
}

bool Reserve::erase(const Stand& stand) {
  const std::size_t at = chunk_of(stand);
  if (at == chunks_.size()) return false;
  std::vector<Stand>& chunk = chunks_[at];
  const auto place = std::ranges::lower_bound(chunk, stand, stands_before);
  if (place == chunk.end() || !(*place == stand)) return false;
  chunk.erase(place);
  --size_;
  drop_if_empty(at);
  return true;
}

Stand Reserve::pop_first() {
  const Stand first = chunks_.front().front();
  chunks_.front().erase(chunks_.front().begin());
  --size_;
  drop_if_empty(0);
  return first;
}

void Reserve::append_first(std::size_t count, std::vector<OrderId>& orders) const {
  for (const std::vector<Stand>& chunk : chunks_) {
    for (const Stand& stand : chunk) {
      if (count-- == 0) return;
      orders.push_back(stand.order);
    }
  }
}

void Reserve::append_after(const Stand& stand, std::size_t count,
                           std::vector<Stand>& stands) const {
  for (std::size_t at = chunk_of(stand); at < chunks_.size(); ++at) {
    const std::vector<Stand>& chunk = chunks_[at];
    auto next = std::ranges::upper_bound(chunk, stand, stands_before);
    for (; next != chunk.end(); ++next) {
      if (count-- == 0) return;
      stands.push_back(*next);
    }
  }
}

}  // namespace tongsuan::dispatch
