#include "tongsuan/server/internal/remembering.h"

#include "tongsuan/server/internal/lowest_priority.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;

}  // namespace

void Remembering::begin() {
  if (thread_.joinable() || !options_.history || !history_.begins_late()) return;
  busy_ = true;
  thread_ = std::thread([this] {
    take_lowest_priority();
    run();
    busy_ = false;
  });
}

void Remembering::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

// The journal is ahead of whoever watches it: the end comes.
void Remembering::run() {
  History older;
  const std::uint64_t last = history_.last();
  std::uint64_t next = last > kRecordsRemembered ? last - kRecordsRemembered + 1 : 1;
  while (!stopping_ && read_some(older, next)) {
    if (older.last() >= history_.last() && history_.adopt(older)) return;
  }
}

bool Remembering::read_some(History& older, std::uint64_t& next) const {
  const auto records = options_.history(next, kBytesAtOnce);
  if (!records.ok()) {
    log_.write("history-unread", [&](json::Writer& out) {
      out.number_unsigned("from", next).text("reason", records.error().context);
    });
    return false;
  }
  for (const node::Record& record : records.value()) {
    older.see(record.sequence, record.bytes);
    next = record.sequence + 1;
  }
  return true;
}

}  // namespace tongsuan::server::internal
