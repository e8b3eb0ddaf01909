#include <algorithm>

#include "tongsuan/journal/head.h"
#include "tongsuan/journal/snapshot.h"
#include "tongsuan/journal/wal.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

using namespace tongsuan::journal;

const SigningKey& key() {
  static const SigningKey key = SigningKey::from_seed(KeySeed{}).value();
  return key;
}

// A log of SQLite's with pages of 512 bytes, two commits of two frames and one that was
// interrupted.
class SeedLog {
 public:
  SeedLog() {
    for (const std::uint32_t number : {0x377f0682U, 3007000U, 512U, 1U, 77U, 78U}) put(number);
    seal(bytes_);
    for (std::uint32_t page = 1; page <= 5; ++page) add(page, page % 2 == 0 ? 4 : 0);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void put(std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes_ += static_cast<char>(number >> shift);
  }
  void sum(std::string_view bytes) {
    ByteReader reader(bytes);
    while (reader.left() >= 8) {
      first_ += reader.number<std::uint32_t>() + second_;
      second_ += reader.number<std::uint32_t>() + first_;
    }
  }
  void seal(const std::string& bytes) {
    sum(bytes);
    put(first_);
    put(second_);
  }
  void add(std::uint32_t page, std::uint32_t commit) {
    const std::size_t begin = bytes_.size();
    const std::string content(512, static_cast<char>(page));
    put(page);
    put(commit);
    sum(bytes_.substr(begin));
    put(77);
    put(78);
    seal(content);
    bytes_ += content;
  }
  std::string bytes_;
  std::uint32_t first_ = 0, second_ = 0;
};

void check_fault(const ByteFault& fault, std::string_view bytes) {
  TONGSUAN_CHECK(fault.offset <= std::max<std::size_t>(bytes.size(), 64));
  TONGSUAN_CHECK(fault.problem[0] != '\0');
}

void batch(std::string_view bytes) {
  Batch read;
  if (const auto fault = read_batch(bytes, read)) return check_fault(*fault, bytes);
  std::string again;
  append_bytes(read, again);
  TONGSUAN_CHECK(again == bytes);
  // Whatever can be read follows the head that it names, and no other.
  Head head{read.first - 1, read.previous, read.first - 1};
  TONGSUAN_CHECK(!follow(head, bytes, sha256(bytes), read));
  TONGSUAN_CHECK(head.sequence == read.last());
  TONGSUAN_CHECK(follow(head, bytes, sha256(bytes), read));
}

void snapshot(std::string_view bytes) {
  Snapshot read;
  if (const auto fault = read_snapshot_bytes(std::string(bytes), read)) {
    return check_fault(*fault, bytes);
  }
  TONGSUAN_CHECK(write_snapshot_bytes(read) == bytes);
}

// The same with an honest hash at the end, so that what is before it is looked at.
void sealed_snapshot(std::string_view bytes) {
  std::string sealed(bytes);
  ByteWriter(sealed).array(sha256(bytes));
  snapshot(sealed);
}

void head(std::string_view bytes) {
  SignedHead read;
  if (const auto fault = read_head_bytes(bytes, key().public_key(), read)) {
    return check_fault(*fault, bytes);
  }
  TONGSUAN_CHECK(write_head_bytes(read, key()).value() == bytes);
}

void log(std::string_view bytes) {
  static const WalScan seed = scan_wal(SeedLog().bytes());
  TONGSUAN_CHECK(seed.commits == 2 && seed.good_frames == 4);
  const WalScan scan = scan_wal(bytes);
  TONGSUAN_CHECK(scan.good_bytes <= bytes.size() && scan.commits <= scan.good_frames);
  if (!scan.bad) return;
  TONGSUAN_CHECK(*scan.bad >= scan.good_bytes && *scan.bad < bytes.size());
  // What is good stays good without the rest.
  const WalScan cut = scan_wal(bytes.substr(0, scan.good_bytes));
  TONGSUAN_CHECK(cut.good_bytes == scan.good_bytes && !cut.bad);
}

}  // namespace

void journal(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto kind = static_cast<unsigned char>(bytes[0]) % 5;
  bytes.remove_prefix(1);
  constexpr Entry kKinds[] = {batch, snapshot, sealed_snapshot, head, log};
  kKinds[kind](bytes);
}

std::vector<std::string> journal_seeds() {
  Batch some{
      3, 7, sha256("before"), sha256("state"), {{CommandId{1}, "events"}, {CommandId{2}, ""}}};
  std::string with_state(1, '\0'), without_state(1, '\0');
  append_bytes(some, with_state);
  some.state.reset();
  append_bytes(some, without_state);
  const std::string state = write_snapshot_bytes(
      {JournalName{4}, 3, 8, sha256("batch"), sha256("state"), "all that is true"});
  const std::string signed_head =
      write_head_bytes({JournalName{4}, 3, 8, sha256("batch")}, key()).value();
  return {with_state,         without_state,
          '\1' + state,       '\2' + state.substr(0, state.size() - 32),
          '\3' + signed_head, '\4' + SeedLog().bytes()};
}

}  // namespace tongsuan::fuzz
