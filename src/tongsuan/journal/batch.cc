#include "tongsuan/journal/batch.h"

namespace tongsuan::journal {
namespace {

constexpr std::string_view kBatchMark = "TSB1";
constexpr std::size_t kBatchHeadBytes = 4 + 4 + 8 + 8 + 32 + 1;
constexpr std::size_t kRecordHeadBytes = 16 + 4;

std::size_t size_in_bytes(const Batch& batch) {
  std::size_t size = kBatchHeadBytes + (batch.state ? 32 : 0);
  for (const Record& record : batch.records) size += kRecordHeadBytes + record.events.size();
  return size;
}

Failure invalid(std::string context, std::string hint = {}) {
  return {Fault::kInvalid, std::move(context), std::move(hint)};
}

Damage damage_at(const Head& head, std::uint64_t offset, std::string what) {
  return {"journal.db", head.sequence + 1, offset, std::nullopt, std::nullopt, std::move(what)};
}

Damage damage_between(const Head& head, const Digest& expected, const Digest& found,
                      std::string what) {
  return {"journal.db", head.sequence + 1, 0, expected, found, std::move(what)};
}

std::optional<ByteFault> read_records(ByteReader& reader, std::uint32_t count, Batch& batch) {
  // A count that the bytes cannot hold must not reserve memory.
  if (count == 0 || count > kRecordsPerBatchMax || count > reader.left() / kRecordHeadBytes) {
    return ByteFault{4, "the number of records is not possible"};
  }
  batch.records.clear();
  batch.records.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t begin = reader.at();
    Record record;
    record.command = reader.array<CommandId>();
    record.events = reader.text(reader.number<std::uint32_t>());
    if (reader.ran_out()) return ByteFault{begin, "a record is cut short"};
    batch.records.push_back(record);
  }
  if (reader.left() != 0) return ByteFault{reader.at(), "bytes after the last record"};
  return std::nullopt;
}

}  // namespace

Head genesis(const JournalName& name) {
  std::string bytes = "tongsuan journal 1";
  ByteWriter(bytes).array(name);
  return {0, sha256(bytes), 0};
}

void append_bytes(const Batch& batch, std::string& bytes) {
  bytes.reserve(bytes.size() + size_in_bytes(batch));
  ByteWriter writer(bytes);
  writer.text(kBatchMark);
  writer.number(static_cast<std::uint32_t>(batch.records.size()));
  writer.number(batch.epoch);
  writer.number(batch.first);
  writer.array(batch.previous);
  writer.number(static_cast<std::uint8_t>(batch.state ? 1 : 0));
  if (batch.state) writer.array(*batch.state);
  for (const Record& record : batch.records) {
    writer.array(record.command);
    writer.number(static_cast<std::uint32_t>(record.events.size()));
    writer.text(record.events);
  }
}

std::optional<ByteFault> read_batch(std::string_view bytes, Batch& batch) {
  ByteReader reader(bytes);
  if (bytes.size() > kBatchBytesMax) return ByteFault{kBatchBytesMax, "a batch is too large"};
  if (reader.text(4) != kBatchMark) return ByteFault{0, "no mark of a batch"};
  const auto count = reader.number<std::uint32_t>();
  batch.epoch = reader.number<std::uint64_t>();
  batch.first = reader.number<std::uint64_t>();
  batch.previous = reader.array<Digest>();
  const auto has_state = reader.number<std::uint8_t>();
  if (has_state > 1) return ByteFault{kBatchHeadBytes - 1, "neither with nor without a state"};
  batch.state.reset();
  if (has_state == 1) batch.state = reader.array<Digest>();
  if (reader.ran_out()) return ByteFault{reader.at(), "the batch is cut short"};
  if (batch.first == 0 || batch.first > kSequenceMax) {
    return ByteFault{16, "the sequence number is not possible"};
  }
  return read_records(reader, count, batch);
}

Answer<Done> check_batch(const Batch& batch, const Head& head) {
  if (batch.records.empty()) return invalid("a batch without a record");
  if (batch.records.size() > kRecordsPerBatchMax) {
    return invalid("a batch of " + std::to_string(batch.records.size()) + " records",
                   "at most " + std::to_string(kRecordsPerBatchMax));
  }
  if (batch.first != head.sequence + 1) {
    return invalid("a batch from sequence " + std::to_string(batch.first) + " after sequence " +
                       std::to_string(head.sequence),
                   "number commands without a gap");
  }
  const std::size_t size = size_in_bytes(batch);
  if (size > kBatchBytesMax) {
    return invalid("a batch of " + std::to_string(size) + " bytes",
                   "at most " + std::to_string(kBatchBytesMax) + "; large things are blobs");
  }
  if (!batch.state && batch.last() - head.state_sequence > kCommandsPerState) {
    return invalid("no digest of the state since sequence " + std::to_string(head.state_sequence),
                   "give one with every " + std::to_string(kCommandsPerState) + " commands");
  }
  return Done{};
}

std::optional<Damage> follow(Head& head, std::string_view bytes, const Digest& stored,
                             const Digest& found, Batch& batch) {
  if (const auto fault = read_batch(bytes, batch)) {
    Damage damage = damage_at(head, fault->offset, fault->problem);
    damage.expected = stored;
    damage.found = found;
    return damage;
  }
  if (found != stored) return damage_between(head, stored, found, "the bytes have another hash");
  if (batch.first != head.sequence + 1) {
    return damage_at(head, 16, "the batch there begins with " + std::to_string(batch.first));
  }
  if (batch.previous != head.hash) {
    return damage_between(head, head.hash, batch.previous, "the batch names another one before it");
  }
  head = {batch.last(), found, batch.state ? batch.last() : head.state_sequence};
  return std::nullopt;
}

}  // namespace tongsuan::journal
