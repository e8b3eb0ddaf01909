#include "tongsuan/server/past.h"

#include <memory>
#include <utility>

namespace tongsuan::server {
namespace {

Error to_error(const journal::Failure& failure) {
  return {ErrorCode::kIo, failure.context, failure.hint};
}

Result<std::vector<node::Record>> records(journal::Reader& reader, std::uint64_t from,
                                          std::size_t bytes) {
  std::vector<node::Record> records;
  std::size_t sum = 0;
  const auto read = reader.read(from, [&](const journal::Batch& batch) {
    std::uint64_t sequence = batch.first;
    for (const journal::Record& record : batch.records) {
      if (sequence >= from && sum < bytes) {
        records.push_back({sequence, std::string(record.events)});
        sum += record.events.size();
      }
      ++sequence;
    }
    return sum < bytes;
  });
  if (!read.ok()) return to_error(read.error());
  return records;
}

}  // namespace

namespace {

Result<ServiceOptions::Head> head_of(journal::Reader& reader) {
  const auto head = reader.head();
  if (!head.ok()) return to_error(head.error());
  ServiceOptions::Head shown{head.value().sequence, 0, head.value().hash};
  if (shown.sequence == 0) return shown;
  const auto found =
      reader.at(shown.sequence, [&](const journal::Batch& batch) { shown.epoch = batch.epoch; });
  if (!found.ok()) return to_error(found.error());
  return shown;
}

}  // namespace

void show_past(ServiceOptions& options, const Past& past) {
  options.as_of = [&past](std::uint64_t sequence,
                          const ServiceOptions::Reader& read) -> Result<Done> {
    const auto state = past.history->as_of(sequence);
    if (!state.ok()) return to_error(state.error());
    read(state.value()->view());
    return Done{};
  };
  options.text = [&past](const Digest& name) -> Result<std::string> {
    auto text = past.history->text(name);
    if (!text.ok()) return to_error(text.error());
    return std::move(text).value();
  };
  options.history = [&past](std::uint64_t from, std::size_t bytes) {
    return records(*past.reader, from, bytes);
  };
  options.recheck = [&past](const node::RecheckOptions& how) {
    exchange::Exchange fresh(past.genesis.places, past.genesis.opened);
    return node::recheck(*past.reader, fresh, how, market::Workers());
  };
  options.head = [&past] { return head_of(*past.reader); };
}

}  // namespace tongsuan::server
