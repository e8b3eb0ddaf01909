#include "tongsuan/server/feed.h"

#include <algorithm>

#include "tongsuan/net/events.h"

namespace tongsuan::server {
namespace {

// Of a reader who comes back: less than what may wait for one (net's stream_bytes).
constexpr std::size_t kFeedPastBytes = std::size_t{128} << 10;
constexpr std::size_t kSweepEvery = 1'024;

}  // namespace

bool Interest::covers(const EventText& event) const {
  if ((topics >> event.topic & 1) == 0) return false;
  if (event.visibility == Visibility::kPublic) return true;
  if (event.visibility == Visibility::kAuditor) return auditor;
  return participant != ledger::kHouse &&
         (participant == event.first || participant == event.second);
}

void Feed::begin(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  if (moments_.empty()) base_ = last_ = std::max(last_, sequence);
}

std::size_t Feed::push(Moment& moment, Listener& listener) {
  Item* last = nullptr;
  for (Item& item : moment.items) {
    if (listener.interest.covers(item.event)) last = &item;
  }
  if (last == nullptr) return 0;
  std::size_t bytes = 0;
  for (Item& item : moment.items) {
    if (!listener.interest.covers(item.event)) continue;
    Frame& frame = &item == last ? item.last_frame : item.frame;
    if (frame == nullptr) {
      net::Event event{{}, std::string(item.event.type), item.event.json};
      if (&item == last) event.id = std::to_string(moment.sequence);
      frame = std::make_shared<const std::string>(net::event_frame(event));
    }
    bytes += frame->size();
    if (!listener.stream.push(frame)) *listener.gone = true;
    if (&item == last) break;
  }
  return bytes;
}

bool Feed::skip(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  if (!listeners_.empty() || unheard_ < kUnheardMax) return false;
  moments_.clear();
  events_ = bytes_ = 0;
  base_ = last_ = sequence;
  return true;
}

void Feed::publish(std::uint64_t sequence, std::vector<EventText> events) {
  const std::lock_guard lock(mutex_);
  unheard_ = listeners_.empty() ? unheard_ + 1 : 0;
  if (last_ == 0) base_ = sequence - 1;  // the first that came
  last_ = sequence;
  std::erase_if(events, [](const EventText& event) { return event.type.empty(); });
  if (events.empty()) return;
  Moment& moment = moments_.emplace_back();
  moment.sequence = sequence;
  bool is_public = false;
  std::vector<std::uint64_t> readers;
  const auto add = [&](exchange::ParticipantId participant) {
    if (participant == ledger::kHouse) return;
    const auto [begin, end] = by_participant_.equal_range(participant.value);
    for (auto at = begin; at != end; ++at) readers.push_back(at->second);
  };
  for (EventText& event : events) {
    is_public = is_public || event.visibility == Visibility::kPublic;
    if (!by_participant_.empty()) {
      add(event.first);
      add(event.second);
    }
    moment.bytes += event.json.size() + sizeof(Item);
    moment.items.push_back({std::move(event), nullptr, nullptr});
  }
  events_ += moment.items.size();
  bytes_ += moment.bytes;
  if (is_public) {
    for (auto& [id, listener] : listeners_) push(moment, listener);
  } else {
    readers.insert(readers.end(), auditors_.begin(), auditors_.end());
    std::ranges::sort(readers);
    readers.erase(std::ranges::unique(readers).begin(), readers.end());
    for (const std::uint64_t id : readers) push(moment, listeners_.at(id));
  }
  if (sequence % kSweepEvery == 0) sweep();
  forget_old();
}

void Feed::forget_old() {
  while (moments_.size() > 1 && (events_ > limits_.events || bytes_ > limits_.bytes)) {
    const Moment& oldest = moments_.front();
    events_ -= oldest.items.size();
    bytes_ -= oldest.bytes;
    base_ = oldest.sequence;
    moments_.pop_front();
  }
}

// Forgets readers who have left.
void Feed::sweep() {
  for (auto at = listeners_.begin(); at != listeners_.end();) {
    if (!*at->second.gone && at->second.stream.open()) {
      ++at;
      continue;
    }
    const std::uint64_t id = at->first;
    std::erase(auditors_, id);
    const auto [begin, end] = by_participant_.equal_range(at->second.interest.participant.value);
    for (auto of = begin; of != end; ++of) {
      if (of->second != id) continue;
      by_participant_.erase(of);
      break;
    }
    at = listeners_.erase(at);
  }
}

void Feed::end_where(const std::function<bool(const Interest&)>& is_over) {
  const std::lock_guard lock(mutex_);
  bool any = false;
  for (auto& [id, listener] : listeners_) {
    if (!is_over(listener.interest)) continue;
    listener.stream.end(nullptr);
    any = true;
  }
  if (any) sweep();
}

void Feed::end_of_key(std::string_view key) {
  end_where([key](const Interest& interest) { return interest.key == key; });
}

void Feed::end_of_time(access::UnixTime now) {
  end_where([now](const Interest& interest) { return interest.until <= now; });
}

std::size_t Feed::position_after(std::uint64_t sequence) const {
  const auto first = std::ranges::upper_bound(moments_, sequence, {}, &Moment::sequence);
  return static_cast<std::size_t>(first - moments_.begin());
}

Feed::Opened Feed::open(net::Reply& reply, const Interest& interest,
                        std::optional<std::uint64_t> after) {
  const std::lock_guard lock(mutex_);
  sweep();
  if (listeners_.size() >= limits_.streams) return Opened::kFull;
  const std::uint64_t from = after.value_or(last_);
  if (from < base_) return Opened::kGone;
  auto gone = std::make_shared<std::atomic<bool>>(false);
  net::StreamOptions options;
  options.closed = [gone] { *gone = true; };
  options.headers.list = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  Listener listener{interest, reply.stream(std::move(options)), gone};
  std::size_t bytes = 0;
  for (std::size_t at = position_after(from); at < moments_.size(); ++at) {
    bytes += push(moments_[at], listener);
    if (bytes < kFeedPastBytes) continue;
    listener.stream.end(std::make_shared<const std::string>("retry: 100\n\n"));
    return Opened::kYes;
  }
  const std::uint64_t id = ++id_;
  if (interest.participant != ledger::kHouse) {
    by_participant_.emplace(interest.participant.value, id);
  }
  if (interest.auditor) auditors_.push_back(id);
  listeners_.emplace(id, std::move(listener));
  unheard_ = 0;
  return Opened::kYes;
}

Feed::Slice Feed::read(const Interest& interest, std::uint64_t after, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  Slice slice;
  slice.through = last_;
  slice.gone = after < base_;
  if (slice.gone) return slice;
  for (std::size_t at = position_after(after); at < moments_.size(); ++at) {
    const Moment& moment = moments_[at];
    const std::size_t before = slice.events.size();
    for (const Item& item : moment.items) {
      if (interest.covers(item.event)) slice.events.push_back(item.event.json);
    }
    if (slice.events.size() > most && before > 0) {
      slice.events.resize(before);
      slice.through = moment.sequence - 1;
      break;
    }
  }
  return slice;
}

std::uint64_t Feed::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::size_t Feed::streams() const {
  const std::lock_guard lock(mutex_);
  return listeners_.size();
}

void Feed::stop() {
  const std::lock_guard lock(mutex_);
  listeners_.clear();
  by_participant_.clear();
  auditors_.clear();
}

}  // namespace tongsuan::server
