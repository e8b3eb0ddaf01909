// Events as the interface tells them, and who may see them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/exchange/events.h"
#include "tongsuan/node/replica.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server {

namespace internal {
class Names;
}

// The first part of the names of types.
inline constexpr std::string_view kTopics[] = {
    "order", "block", "contract", "round",   "hub",     "data",    "money",  "participant",
    "key",   "halt",  "rules",    "webhook", "request", "history", "resale", "calendar"};
using Topics = std::uint32_t;  // a bit each
inline constexpr Topics kAllTopics = (1U << std::size(kTopics)) - 1;
// Nothing where a name is no topic.
[[nodiscard]] std::optional<Topics> parse_topics(std::string_view list);

enum class Visibility : std::uint8_t { kPublic, kOwner, kAuditor };

struct EventText {
  std::string_view type;  // of kEventTypes; empty: nobody is told of it
  std::uint32_t topic = 0;
  Visibility visibility = Visibility::kAuditor;
  exchange::ParticipantId first, second;  // owners; kHouse: none
  std::string json;                       // one line
};

// A sequence is told in parts: one for each event, but one for each movement of an entry of the
// ledger, because each is somebody else's.
struct EventPlace {
  std::uint64_t sequence = 0;
  std::uint32_t part = 0;
  Second at = 0;
  std::string_view at_text = {};  // of `at`, where its caller has it already
};
// At least 1, also of what nobody is told of.
[[nodiscard]] std::uint32_t parts_of(const exchange::Event& event);

// One that is a single part. `view`: after the event, so that it knows what the event is about.
[[nodiscard]] EventText event_text(const internal::Names& names, const TimeText& time,
                                   const node::View& view, const EventPlace& place,
                                   const exchange::Event& event);
// Any event: appends its parts from place.part on that somebody is told of, and takes the place
// past all of them.
void add_event_texts(std::vector<EventText>& texts, const internal::Names& names,
                     const TimeText& time, const node::View& view, EventPlace& place,
                     const exchange::Event& event);

}  // namespace tongsuan::server
