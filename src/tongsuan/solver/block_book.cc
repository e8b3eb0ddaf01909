#include "tongsuan/solver/block_book.h"

#include <algorithm>
#include <map>
#include <string>

namespace tongsuan::solver {
namespace {

constexpr std::size_t kAnswersMax = 200'000;

Error invalid_book(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what)};
}

bool same_ends(std::span<const NetworkLine> a, std::span<const NetworkLine> b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const NetworkLine& x, const NetworkLine& y) { return x.from == y.from && x.to == y.to; });
}

Result<Done> check_block(const BlockBook& book, std::size_t position) {
  const Block& block = book.blocks[position];
  const std::string name = "block " + std::to_string(position);
  if (block.leg_begin > block.leg_end || block.leg_end > book.legs.size()) {
    return invalid_book(name + ": legs that do not exist");
  }
  if (block.lots < 1 || block.lots_min < 1 || block.lots_min > block.lots) {
    return invalid_book(name + ": lots out of order");
  }
  for (std::uint32_t l = block.leg_begin; l < block.leg_end; ++l) {
    const BlockLeg& leg = book.legs[l];
    if (leg.slot >= book.slots.size() || leg.zone >= book.zone_count) {
      return invalid_book(name + ": a leg outside the network");
    }
    if (leg.amount > kBlockAmountMax || leg.amount < -kBlockAmountMax) {
      return Error{ErrorCode::kLimit, name + ": an amount beyond the limit"};
    }
    if (leg.amount % block.lots != 0)
      return invalid_book(name + ": an amount that is no whole lots");
  }
  return Done{};
}

std::uint64_t hash_of(std::span<const std::int64_t> key) {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (const std::int64_t x : key) {
    hash = (hash ^ static_cast<std::uint64_t>(x)) * 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

Result<Done> check_book(const BlockBook& book) {
  if (book.blocks.size() > kBlocksMax) {
    return Error{ErrorCode::kLimit, "more than " + std::to_string(kBlocksMax) + " blocks"};
  }
  if (book.value_unit < 1) return invalid_book("the unit of values must be above 0");
  for (const Network& slot : book.slots) {
    if (slot.zone_count() != book.zone_count) return invalid_book("slots with different zones");
    if (!same_ends(slot.lines(), book.slots.front().lines())) {
      return invalid_book("slots with different lines");
    }
  }
  if (!book.line_owner.empty() && !book.slots.empty() &&
      book.line_owner.size() != book.slots.size() * book.slots.front().lines().size()) {
    return invalid_book("not one owner per slot and line");
  }
  for (std::size_t j = 0; j < book.blocks.size(); ++j) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, check_block(book, j));
  }
  for (const PartyStep& step : book.party_steps) {
    if (step.party >= book.party_count || step.slot >= book.slots.size() ||
        step.zone >= book.zone_count || step.amount < 0) {
      return invalid_book("a party's step outside the network");
    }
  }
  return Done{};
}

// ---- BlockIndex --------------------------------------------------------------------------------

BlockIndex::BlockIndex(const BlockBook& book) : book_(&book), no_injection_(book.zone_count, 0) {
  std::map<std::uint32_t, std::size_t> family_of;  // group → family
  for (std::uint32_t j = 0; j < book.blocks.size(); ++j) {
    const std::uint32_t group = book.blocks[j].group;
    if (group == kNoGroup) {
      families_.push_back({j});
      continue;
    }
    const auto [at, created] = family_of.try_emplace(group, families_.size());
    if (created) families_.emplace_back();
    families_[at->second].push_back(j);
  }
}

std::span<const BlockLeg> BlockIndex::legs(std::uint32_t block) const {
  const Block& b = book_->blocks[block];
  return std::span(book_->legs).subspan(b.leg_begin, b.leg_end - b.leg_begin);
}

int128 BlockIndex::value(std::uint32_t block, std::int64_t lots) const {
  const Block& b = book_->blocks[block];
  return divide_wide(int128{b.value} * lots, b.lots, Rounding::kDown) * book_->value_unit;
}

int128 BlockIndex::value_bound(std::uint32_t block, std::int64_t lots) const {
  const Block& b = book_->blocks[block];
  return divide_wide(int128{b.value} * lots * book_->value_unit, b.lots, Rounding::kUp);
}

int128 BlockIndex::cost(std::uint32_t block, std::int64_t lots,
                        std::span<const std::int64_t> prices) const {
  const std::int64_t whole = book_->blocks[block].lots;
  int128 sum = 0;
  for (const BlockLeg& leg : legs(block)) {
    sum += int128{leg.amount / whole} * prices[entry(leg.slot, leg.zone)];
  }
  return sum * lots;
}

int128 BlockIndex::best_surplus(std::uint32_t block, const LotDomain& domain,
                                std::span<const std::int64_t> prices) const {
  if (!domain.can_accept()) return 0;
  const int128 high = value_bound(block, domain.high) - cost(block, domain.high, prices);
  if (domain.zero) return std::max<int128>(high, 0);
  return std::max(high, value_bound(block, domain.low) - cost(block, domain.low, prices));
}

int128 BlockIndex::bound(std::span<const LotDomain> domains,
                         std::span<const std::int64_t> prices) const {
  int128 sum = 0;
  for (std::uint32_t t = 0; t < slot_count(); ++t) {
    sum += book_->slots[t].dual_value(slot_prices(prices, t), no_injection_);
  }
  for (const std::vector<std::uint32_t>& family : families_) {
    // A member that must be accepted stands alone: the search has excluded the others.
    int128 best = 0;
    for (const std::uint32_t j : family) {
      const int128 own = best_surplus(j, domains[j], prices);
      best = domains[j].zero ? std::max(best, own) : own;
      if (!domains[j].zero) break;
    }
    sum += best;
  }
  return sum;
}

std::vector<LotDomain> BlockIndex::open_domains() const {
  std::vector<LotDomain> domains;
  domains.reserve(block_count());
  for (const Block& block : book_->blocks) domains.push_back({true, block.lots_min, block.lots});
  return domains;
}

// ---- SlotCache ---------------------------------------------------------------------------------

SlotCache::SlotCache(const BlockBook& book) : book_(&book), slots_(book.slots.size()) {}

const SlotCache::Answer& SlotCache::answer(std::uint32_t slot,
                                           std::span<const std::int64_t> injection) {
  Slot& s = slots_[slot];
  const std::uint64_t hash = hash_of(injection);
  const auto [begin, end] = s.positions.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const Answer& known = s.answers[at->second];
    if (std::equal(known.key.begin(), known.key.end(), injection.begin(), injection.end())) {
      return known;
    }
  }
  ++solves_;
  ++kept_;
  solver_.solve(book_->slots[slot], injection, s.last);
  s.positions.emplace(hash, s.answers.size());
  Answer& answer = s.answers.emplace_back();
  answer.welfare = s.last.welfare;
  answer.balanced = s.last.balanced;
  answer.key.assign(injection.begin(), injection.end());
  answer.lowest = s.last.lowest;
  answer.highest = s.last.highest;
  return answer;
}

void SlotCache::forget_if_full() {
  if (kept_ < kAnswersMax) return;
  kept_ = 0;
  ++generation_;
  for (Slot& slot : slots_) {
    slot.answers.clear();
    slot.positions.clear();
  }
}

// ---- BlockState --------------------------------------------------------------------------------

BlockState::BlockState(const BlockIndex& index, SlotCache& cache)
    : index_(&index),
      cache_(&cache),
      lots_(index.block_count(), 0),
      injection_(index.entry_count(), 0),
      answers_(index.slot_count(), nullptr) {}

void BlockState::set_lots(std::uint32_t block, std::int64_t lots) {
  const std::int64_t change = lots - lots_[block];
  if (change == 0) return;
  value_ += index_->value(block, lots) - index_->value(block, lots_[block]);
  lots_[block] = lots;
  const std::int64_t whole = index_->book().blocks[block].lots;
  for (const BlockLeg& leg : index_->legs(block)) {
    injection_[index_->entry(leg.slot, leg.zone)] -= leg.amount / whole * change;
    answers_[leg.slot] = nullptr;
  }
}

void BlockState::set_all(std::span<const std::int64_t> lots) {
  for (std::uint32_t j = 0; j < lots.size(); ++j) set_lots(j, lots[j]);
}

std::span<const std::int64_t> BlockState::injection(std::uint32_t slot) const {
  return index_->slot_prices(injection_, slot);
}

const SlotCache::Answer& BlockState::answer(std::uint32_t slot) {
  if (generation_ != cache_->generation()) {
    generation_ = cache_->generation();
    std::fill(answers_.begin(), answers_.end(), nullptr);
  }
  if (answers_[slot] == nullptr) answers_[slot] = &cache_->answer(slot, injection(slot));
  return *answers_[slot];
}

int128 BlockState::welfare() {
  int128 sum = value_;
  for (std::uint32_t t = 0; t < answers_.size(); ++t) sum += answer(t).welfare;
  return sum;
}

bool BlockState::balanced() {
  for (std::uint32_t t = 0; t < answers_.size(); ++t) {
    if (!answer(t).balanced) return false;
  }
  return true;
}

}  // namespace tongsuan::solver
