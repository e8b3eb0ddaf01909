#include "tongsuan/journal/snapshot.h"

#include <utility>

#include "tongsuan/base/text.h"

namespace tongsuan::journal {
namespace {

constexpr std::string_view kSnapshotMark = "TSS1";
constexpr std::string_view kPrefix = "snapshot-";
constexpr std::size_t kDigits = 20;

}  // namespace

std::string write_snapshot_bytes(const Snapshot& snapshot) {
  std::string bytes;
  bytes.reserve(snapshot.bytes.size() + 160);
  ByteWriter writer(bytes);
  writer.text(kSnapshotMark);
  writer.array(snapshot.journal);
  writer.number(snapshot.epoch);
  writer.number(snapshot.sequence);
  writer.array(snapshot.hash);
  writer.array(snapshot.state);
  writer.number(std::uint64_t{snapshot.bytes.size()});
  writer.text(snapshot.bytes);
  writer.array(sha256(bytes));
  return bytes;
}

std::optional<ByteFault> read_snapshot_bytes(std::string bytes, Snapshot& snapshot) {
  const std::string_view all = bytes;
  ByteReader reader(all);
  if (reader.text(4) != kSnapshotMark) return ByteFault{0, "no mark of a snapshot"};
  snapshot.journal = reader.array<JournalName>();
  snapshot.epoch = reader.number<std::uint64_t>();
  snapshot.sequence = reader.number<std::uint64_t>();
  snapshot.hash = reader.array<Digest>();
  snapshot.state = reader.array<Digest>();
  const std::size_t size_at = reader.at();
  const auto size = reader.number<std::uint64_t>();
  if (reader.ran_out()) return ByteFault{reader.at(), "the snapshot is cut short"};
  if (size > kSnapshotBytesMax || reader.left() != size + sizeof(Digest)) {
    return ByteFault{size_at, "the size is not that of the file"};
  }
  const std::size_t begin = reader.at();
  static_cast<void>(reader.text(size));
  const std::size_t end = reader.at();
  if (sha256(all.substr(0, end)) != reader.array<Digest>()) {
    return ByteFault{end, "the bytes have another hash"};
  }
  bytes.resize(end);
  bytes.erase(0, begin);
  snapshot.bytes = std::move(bytes);
  return std::nullopt;
}

std::string snapshot_name(std::uint64_t sequence) {
  return std::string(kPrefix) + padded(sequence, kDigits);
}

std::optional<std::uint64_t> snapshot_sequence(std::string_view name) {
  if (!name.starts_with(kPrefix) || name.size() != kPrefix.size() + kDigits) return std::nullopt;
  std::uint64_t sequence = 0;
  for (const char digit : name.substr(kPrefix.size())) {
    if (digit < '0' || digit > '9') return std::nullopt;
    const auto value = static_cast<std::uint64_t>(digit - '0');
    if (sequence > (UINT64_MAX - value) / 10) return std::nullopt;
    sequence = sequence * 10 + value;
  }
  return sequence;
}

}  // namespace tongsuan::journal
