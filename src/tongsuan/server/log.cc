#include "tongsuan/server/log.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include "tongsuan/server/values.h"

namespace tongsuan::server {

Log::Log(Sink sink) : sink_(std::move(sink)) {
  if (!sink_) sink_ = [](const std::string& line) { std::fputs(line.c_str(), stderr); };
}

void Log::write(std::string_view event, const std::function<void(json::Writer&)>& members) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  std::string line;
  json::Writer out(line);
  out.begin_object().text("time", TimeText(0, 0).text(now.count())).text("event", event);
  if (members) members(out);
  out.end_object();
  line += '\n';
  const std::lock_guard lock(mutex_);
  sink_(line);
}

}  // namespace tongsuan::server
