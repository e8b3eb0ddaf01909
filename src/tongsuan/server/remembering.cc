#include "tongsuan/server/internal/remembering.h"

#include <utility>

#include "tongsuan/server/internal/lowest_priority.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;

}  // namespace

void Remembering::begin() {
  const bool late = options_.history && history_.begins_late();
  const bool rounds = options_.as_of && !history_.round_sequences().empty();
  if (thread_.joinable() || (!late && !rounds)) return;
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

void Remembering::run() {
  if (options_.history && history_.begins_late()) remember_history();
  if (options_.as_of) remember_loads();
}

// Rising, so that each state follows from the one before.
void Remembering::remember_loads() {
  bool told = false;
  for (const auto& [round, sequence] : history_.round_sequences()) {
    if (stopping_) return;
    if (loads_.knows(round)) continue;
    const auto shown = options_.as_of(sequence, [&](const node::View& view) {
      if (auto load = load_of(view, round, sequence)) loads_.add(std::move(*load));
    });
    if (shown.ok() || told) continue;
    told = true;
    log_.write("loads-unread", [&](json::Writer& out) {
      out.number_unsigned("round", round).text("reason", shown.error().context);
    });
  }
}

// The journal is ahead of whoever watches it: the end comes.
void Remembering::remember_history() {
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
