#include "tongsuan/journal/head.h"

#include <algorithm>
#include <tuple>

namespace tongsuan::journal {
namespace {

constexpr std::string_view kHeadMark = "TSH1";
const std::string kFile = "head";

}  // namespace

Answer<std::string> write_head_bytes(const SignedHead& head, const SigningKey& key) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.text(kHeadMark);
  writer.array(head.journal);
  writer.number(head.epoch);
  writer.number(head.sequence);
  writer.array(head.hash);
  TONGSUAN_TRY(const Signature signature, key.sign(bytes));
  writer.array(signature);
  return bytes;
}

std::optional<ByteFault> read_head_bytes(std::string_view bytes, const PublicKey& key,
                                         SignedHead& head) {
  ByteReader reader(bytes);
  if (bytes.size() != kHeadBytes) return ByteFault{bytes.size(), "not the size of a head"};
  if (reader.text(4) != kHeadMark) return ByteFault{0, "no mark of a head"};
  head.journal = reader.array<JournalName>();
  head.epoch = reader.number<std::uint64_t>();
  head.sequence = reader.number<std::uint64_t>();
  head.hash = reader.array<Digest>();
  const std::size_t end = reader.at();
  if (!verify_signature(key, bytes.substr(0, end), reader.array<Signature>())) {
    return ByteFault{end, "not signed by this key"};
  }
  return std::nullopt;
}

Answer<std::optional<SignedHead>> HeadFile::read() {
  Answer<std::string> bytes = folder_.read(kFile);
  if (!bytes.ok() && bytes.error().fault == Fault::kNotFound) return std::optional<SignedHead>();
  if (!bytes.ok()) return bytes.error();
  std::optional<SignedHead> newest;
  for (const std::uint64_t place : {std::uint64_t{0}, std::uint64_t{1}}) {
    const std::string_view all = bytes.value();
    const std::size_t begin = std::min<std::size_t>(place * kHeadPlaceBytes, all.size());
    SignedHead head;
    if (read_head_bytes(all.substr(begin, kHeadBytes), key_.public_key(), head)) continue;
    if (newest &&
        std::tuple(newest->epoch, newest->sequence) >= std::tuple(head.epoch, head.sequence)) {
      continue;
    }
    newest = head;
    unsettled_ = all.substr(begin, kHeadBytes);
    next_place_ = 1 - place;
  }
  if (newest) return newest;
  return Failure{Fault::kCorrupt, folder_.path(kFile) + " holds no head that this key signed",
                 "give the right key, or bring back the file from a backup"};
}

Answer<Done> HeadFile::write(const SignedHead& head, bool sync) {
  if (!unsettled_.empty()) {
    // What was read may be in the memory of the system only. The other place may be overwritten
    // once it is durable.
    TONGSUAN_TRY([[maybe_unused]] const Done again,
                 folder_.write_at(kFile, (1 - next_place_) * kHeadPlaceBytes, unsettled_, true));
    unsettled_.clear();
  }
  TONGSUAN_TRY(const std::string bytes, write_head_bytes(head, key_));
  TONGSUAN_TRY([[maybe_unused]] const Done written,
               folder_.write_at(kFile, next_place_ * kHeadPlaceBytes, bytes, sync));
  if (sync) next_place_ = 1 - next_place_;
  return Done{};
}

Answer<Done> HeadFile::replace(const SignedHead& head) {
  TONGSUAN_TRY(const std::string bytes, write_head_bytes(head, key_));
  next_place_ = 1;
  unsettled_.clear();
  return folder_.replace(kFile, bytes);
}

Answer<Done> HeadFile::forget() {
  next_place_ = 0;
  unsettled_.clear();
  return folder_.remove(kFile);
}

}  // namespace tongsuan::journal
