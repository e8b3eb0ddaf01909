#include "tongsuan/hub/memory.h"

#include <algorithm>

#include "tongsuan/base/text.h"

namespace tongsuan::hub {
namespace {

constexpr std::string_view kRecordPrefix = "contract/", kMessagePrefix = "message/";
constexpr std::string_view kOddityPrefix = "oddity/";
constexpr std::string_view kEpoch = "agent/epoch", kOffset = "agent/offset",
                           kClusterOffset = "agent/cluster-offset";
constexpr std::string_view kInherits = "agent/inherits";
constexpr std::string_view kNextMessage = "agent/next-message";
constexpr std::size_t kNumberDigits = 19;

std::string record_row(const std::string& contract) {
  return std::string(kRecordPrefix) + contract;
}
std::string numbered_row(std::string_view prefix, std::uint64_t number) {
  return std::string(prefix) + padded(number, kNumberDigits);
}
// -1: it is none.
std::int64_t whole(std::string_view text) {
  std::int64_t number = 0;
  return parse_decimal(text, 0, number) && number >= 0 ? number : -1;
}

}  // namespace

Result<Done> Memory::load() {
  TONGSUAN_TRY(const std::vector<Row> rows, spool_.read({}));
  for (const Row& row : rows) {
    TONGSUAN_TRY([[maybe_unused]] const Done taken, take(row));
  }
  return Done{};
}

Result<Done> Memory::take(const Row& row) {
  const std::string_view name = row.name;
  bool good = true;
  if (name.starts_with(kRecordPrefix)) {
    auto record = read_record(row.text);
    good = record && name.substr(kRecordPrefix.size()) == record->contract.id;
    if (good) records_.emplace(record->contract.id, std::move(*record));
  } else if (name.starts_with(kMessagePrefix)) {
    auto message = read_message(row.text);
    good = message.has_value();
    if (good) put(std::move(*message));
  } else if (name.starts_with(kOddityPrefix)) {
    const std::int64_t number = whole(name.substr(kOddityPrefix.size()));
    good = number >= 0;
    next_oddity_ = std::max(next_oddity_, static_cast<std::uint64_t>(number) + 1);
  } else if (name.starts_with(NodeBook::kNodePrefix) || name.starts_with(NodeBook::kToldPrefix)) {
    good = nodes_.load(row);
  } else if (name.starts_with(kOutputPrefix)) {
    good = outputs_.load(row);
  } else if (name == kEpoch || name == kNextMessage) {
    const std::int64_t number = whole(row.text);
    good = number >= 0;
    (name == kEpoch ? epoch_ : next_message_) = static_cast<std::uint64_t>(number);
  } else if (name == kInherits) {
    inherits_ = true;
  } else if (name == kOffset) {
    good = parse_decimal(row.text, 0, offset_);
  } else if (name == kClusterOffset) {
    good = parse_decimal(row.text, 0, cluster_offset_);
  }
  if (good) return Done{};
  return Error{ErrorCode::kCorrupt, "the spool's row " + row.name + " is damaged",
               "keep the file for a look at it, and begin with an empty spool: what runs is found "
               "again by the names of its jobs"};
}

Result<Done> Memory::commit() {
  std::vector<Change> changes = std::move(changes_);
  changes_.clear();
  for (const std::string& contract : touched_) {
    const auto record = records_.find(contract);
    if (record == records_.end()) {
      changes.push_back({record_row(contract), std::nullopt});
    } else {
      changes.push_back({record_row(contract), write_record(record->second)});
    }
  }
  touched_.clear();
  if (changes.empty()) return Done{};
  return spool_.commit(changes);
}

Record& Memory::add(Record record) {
  const std::string id = record.contract.id;
  touched_.insert(id);
  return records_.insert_or_assign(id, std::move(record)).first->second;
}

void Memory::forget(const std::string& contract) {
  records_.erase(contract);
  touched_.insert(contract);
}

void Memory::queue(Message message) {
  message.number = next_message_++;
  changes_.push_back({std::string(kNextMessage), std::to_string(next_message_)});
  changes_.push_back({numbered_row(kMessagePrefix, message.number), write_message(message)});
  put(std::move(message));
}

void Memory::put(Message message) {
  if (message.kind == MessageKind::kMeter) ++meters_[message.contract];
  const std::uint64_t number = message.number;
  messages_.insert_or_assign(number, std::move(message));
}

void Memory::drop(std::uint64_t number) {
  const auto found = messages_.find(number);
  if (found == messages_.end()) return;
  if (found->second.kind == MessageKind::kMeter) {
    const auto meters = meters_.find(found->second.contract);
    if (--meters->second == 0) meters_.erase(meters);
  }
  messages_.erase(found);
  changes_.push_back({numbered_row(kMessagePrefix, number), std::nullopt});
}

void Memory::drop_meters_and_end(const std::string& contract) {
  for (auto at = messages_.begin(); at != messages_.end();) {
    const Message& message = at->second;
    const std::uint64_t number = at->first;
    ++at;
    if (message.contract == contract && message.kind != MessageKind::kReport) drop(number);
  }
}

void Memory::note_oddity(const std::string& text) {
  if (next_oddity_ > kOdditiesMax) {
    changes_.push_back({numbered_row(kOddityPrefix, next_oddity_ - kOdditiesMax), std::nullopt});
  }
  changes_.push_back({numbered_row(kOddityPrefix, next_oddity_++), text});
}

void Memory::set_epoch(std::uint64_t epoch) {
  epoch_ = epoch;
  changes_.push_back({std::string(kEpoch), std::to_string(epoch)});
}

void Memory::set_inherits(bool inherits) {
  if (inherits == inherits_) return;
  inherits_ = inherits;
  changes_.push_back(
      {std::string(kInherits), inherits ? std::optional<std::string>("1") : std::nullopt});
}

void Memory::set_cluster_offset(std::int64_t offset) {
  cluster_offset_ = offset;
  changes_.push_back({std::string(kClusterOffset), std::to_string(offset)});
}

void Memory::set_offset(std::int64_t offset) {
  offset_ = offset;
  changes_.push_back({std::string(kOffset), std::to_string(offset)});
}

}  // namespace tongsuan::hub
