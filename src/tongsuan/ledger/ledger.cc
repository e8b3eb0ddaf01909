#include "tongsuan/ledger/ledger.h"

#include <algorithm>

#include "tongsuan/ledger/bytes.h"

namespace tongsuan::ledger {
namespace {

constexpr std::size_t kHashChunk = std::size_t{1} << 16;

}  // namespace

const char* EventChecker::misfit(const State& state, const Event& event) {
  legs_.clear();
  for (const Fact& fact : event.facts) legs_.push_back(fact.asked);
  given_.clear();
  const auto answer = decider_.decide(state, event.at, {event.id, event.why, legs_}, given_);
  if (!answer.ok()) return refusal_name(answer.error());
  if (answer.value().repeated) return "it has happened before";
  const bool same = std::ranges::equal(given_.back().facts, event.facts);
  return same ? nullptr : "its entry gives another event";
}

Result<Answer, Refusal> Ledger::execute(Second at, const Entry& entry, Events& events) {
  Result<Answer, Refusal> answer = decider_.decide(state_, at, entry, events);
  if (!answer.ok() || answer.value().repeated) return answer;
  state_.apply(events.back());
  ++event_count_;
  append_bytes(events.back(), bytes_);
  if (bytes_.size() >= kHashChunk) {
    sha_.update(bytes_);
    bytes_.clear();
  }
  return answer;
}

Digest Ledger::digest() const {
  Sha256 sha = sha_;
  sha.update(bytes_);
  return sha.finish();
}

}  // namespace tongsuan::ledger
