#include "tongsuan/access/nonces.h"

#include <algorithm>

#include "tongsuan/access/request_signature.h"
#include "tongsuan/base/bytes.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::access {
namespace {

constexpr std::size_t kFirstPlaces = 64;

static_assert(static_cast<std::int64_t>(kNonceMinutes) * kNonceMinuteSeconds >=
                  2 * kSkewSecondsMax + 2 * kNonceMinuteSeconds,
              "a minute must be too old before its place is taken");

// Callers choose nonces, so the fingerprint is one that nobody can aim at; ids have a fixed length.
std::uint64_t fingerprint(std::string_view key, std::string_view nonce) {
  Sha256 hash;
  hash.update(key);
  hash.update(nonce);
  const Digest digest = hash.finish();
  const auto number = little_endian<std::uint64_t>(
      {reinterpret_cast<const char*>(digest.data()), sizeof(std::uint64_t)});
  return number == 0 ? 1 : number;
}

}  // namespace

bool NonceMemory::Set::holds(std::uint64_t fingerprint) const {
  if (places.empty()) return false;
  const std::size_t mask = places.size() - 1;
  for (std::size_t at = fingerprint & mask; places[at] != 0; at = (at + 1) & mask) {
    if (places[at] == fingerprint) return true;
  }
  return false;
}

void NonceMemory::Set::insert(std::uint64_t fingerprint) {
  if (2 * (filled + std::size_t{1}) > places.size()) grow();
  const std::size_t mask = places.size() - 1;
  std::size_t at = fingerprint & mask;
  while (places[at] != 0) at = (at + 1) & mask;
  places[at] = fingerprint;
  ++filled;
}

void NonceMemory::Set::grow() {
  const std::vector<std::uint64_t> old = std::move(places);
  places.assign(std::max(kFirstPlaces, old.size() * 2), 0);
  const std::size_t mask = places.size() - 1;
  for (const std::uint64_t fingerprint : old) {
    if (fingerprint == 0) continue;
    std::size_t at = fingerprint & mask;
    while (places[at] != 0) at = (at + 1) & mask;
    places[at] = fingerprint;
  }
}

NonceMemory::NonceMemory(NonceLimits limits, UnixTime started)
    : limits_(limits), started_(started) {}

void NonceMemory::begin_minute(std::size_t slot, std::int64_t minute) {
  Set& set = sets_[slot];
  set.minute = minute;
  set.filled = 0;
  set.places = {};
  for (auto at = keys_.begin(); at != keys_.end();) {
    Counts& counts = at->second;
    counts.all -= counts.of_minute[slot];
    counts.of_minute[slot] = 0;
    at = counts.all == 0 ? keys_.erase(at) : std::next(at);
  }
}

Answer<Done> NonceMemory::use(std::string_view key, std::string_view nonce, UnixTime time) {
  const std::int64_t minute = time.raw() / kNonceMinuteSeconds;
  const auto slot = static_cast<std::size_t>(minute) % kNonceMinutes;
  if (minute < sets_[slot].minute) {
    return Denial{Code::kSkew, "the request was signed before what the exchange remembers",
                  "sign it again, with a new time and nonce"};
  }
  if (time < started_) {
    return Denial{Code::kSkew,
                  "the request was signed before the exchange began to listen, at " +
                      std::to_string(started_.raw()),
                  "sign it again, with a new time and nonce"};
  }
  if (minute > sets_[slot].minute) begin_minute(slot, minute);
  Set& set = sets_[slot];
  const std::uint64_t request = fingerprint(key, nonce);
  if (set.holds(request)) {
    return Denial{Code::kReplayed, "this signed request was here before",
                  "sign every request anew, with a nonce of its own"};
  }
  Counts& counts = keys_[fingerprint(key, {})];
  const bool key_full = counts.all >= limits_.per_key_max;
  if (key_full || set.filled >= limits_.per_minute_max) {
    Denial denial{
        Code::kNoncesFull,
        key_full ? "key " + std::string(key) + " has sent as many signed requests as are remembered"
                 : "the exchange gets more signed requests than it remembers",
        "send orders in batches, or use a bearer token", kNonceMinuteSeconds};
    if (counts.all == 0) keys_.erase(fingerprint(key, {}));
    return denial;
  }
  set.insert(request);
  ++counts.all;
  ++counts.of_minute[slot];
  return Done{};
}

std::size_t NonceMemory::bytes() const {
  std::size_t bytes = keys_.size() * sizeof(Counts);
  for (const Set& set : sets_) bytes += set.places.capacity() * sizeof(std::uint64_t);
  return bytes;
}

}  // namespace tongsuan::access
