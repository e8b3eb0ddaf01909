// Server-sent events as bytes: writing frames, and reading them again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::net {

struct Event {
  std::string id = {};     // left out if empty; a reader resumes after it
  std::string event = {};  // left out if empty: readers then see "message"
  std::string data = {};   // any number of lines
  friend bool operator==(const Event&, const Event&) = default;
};

// The bytes of one event. Ends of lines in `data` (\n, \r\n, \r) become \n for the reader; control
// bytes in `id` and `event` become spaces.
[[nodiscard]] std::string event_frame(const Event& event);

// A comment, which readers skip.
inline constexpr std::string_view kHeartbeatFrame = ":\n\n";

// Reads a stream in pieces of any size, as browsers do (WHATWG HTML, 9.2.6). An id stays the last
// one until another comes, so `id` of an event may be that of an earlier one.
class EventParser {
 public:
  explicit EventParser(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  // False once an event is longer than allowed; nothing is read after that.
  [[nodiscard]] bool feed(std::string_view bytes, std::vector<Event>& events);
  // Of the last frame that is whole, also where it had no data: a reader whom nothing concerned has
  // come this far all the same. A frame that was cut has no say.
  [[nodiscard]] const std::string& last_id() const { return whole_id_; }

 private:
  void take_line(std::vector<Event>& events);
  void take_field(std::string_view name, std::string_view value);

  std::size_t event_bytes_max_;
  std::string line_, data_, event_, last_id_, whole_id_;
  bool has_data_ = false, after_return_ = false, at_start_ = true;
};

}  // namespace tongsuan::net
