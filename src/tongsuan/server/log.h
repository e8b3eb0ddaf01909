// What happened, one line of JSON each, for people and for programs that collect them.
//
//   log.write("round-closed", [&](json::Writer& out) { out.number("round", 7); });
//   → {"time":"2026-04-13T00:15:00Z","event":"round-closed","round":7}
//
// Secrets, bodies and headers of requests are never written. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "tongsuan/json/writer.h"

namespace tongsuan::server {

class Log {
 public:
  using Sink = std::function<void(const std::string& line)>;  // with its line end
  // To standard error unless told otherwise.
  explicit Log(Sink sink = {});
  void write(std::string_view event, const std::function<void(json::Writer&)>& members = {});

 private:
  std::mutex mutex_;
  Sink sink_;
};

}  // namespace tongsuan::server
