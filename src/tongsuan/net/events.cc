#include "tongsuan/net/events.h"

namespace tongsuan::net {
namespace {

void append_name(std::string& frame, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  frame.append(name);
  for (const char c : value) frame += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  frame += '\n';
}

}  // namespace

std::string event_frame(const Event& event) {
  std::string frame;
  frame.reserve(event.data.size() + event.id.size() + event.event.size() + 32);
  append_name(frame, "id: ", event.id);
  append_name(frame, "event: ", event.event);
  std::string_view data = event.data;
  for (;;) {
    const std::size_t end = data.find_first_of("\r\n");
    frame.append("data: ").append(data.substr(0, end)) += '\n';
    if (end == std::string_view::npos) break;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return frame += '\n';
}

bool EventParser::feed(std::string_view bytes, std::vector<Event>& events) {
  for (const char c : bytes) {
    const bool second_of_two = after_return_ && c == '\n';
    after_return_ = c == '\r';
    if (second_of_two) continue;
    if (c == '\n' || c == '\r') {
      take_line(events);
      continue;
    }
    if (line_.size() + data_.size() >= event_bytes_max_) return false;
    line_ += c;
  }
  return true;
}

void EventParser::take_line(std::vector<Event>& events) {
  std::string_view line = line_;
  if (at_start_ && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  at_start_ = false;
  if (line.empty()) {
    if (has_data_) events.push_back({last_id_, event_, data_});
    whole_id_ = last_id_;
    data_.clear();
    event_.clear();
    has_data_ = false;
  } else if (line[0] != ':') {
    const std::size_t colon = line.find(':');
    std::string_view value;
    if (colon != std::string_view::npos) value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void EventParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    last_id_ = value;
  }
}

}  // namespace tongsuan::net
