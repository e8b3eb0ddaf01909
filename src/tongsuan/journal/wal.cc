#include "tongsuan/journal/wal.h"

#include <cstddef>

#include "tongsuan/base/bytes.h"

namespace tongsuan::journal {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeadBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // or one more, if checksums read big-endian words

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

struct Checksum {
  std::uint32_t first = 0, second = 0;
  bool big = false;

  void add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes, at) + second;
      second += word(bytes, at + 4) + first;
    }
  }
  [[nodiscard]] std::uint32_t word(std::string_view bytes, std::size_t at) const {
    return big ? big_endian(bytes, at) : little_endian<std::uint32_t>(bytes.substr(at, 4));
  }
  [[nodiscard]] bool is_at(std::string_view bytes, std::size_t at) const {
    return big_endian(bytes, at) == first && big_endian(bytes, at + 4) == second;
  }
};

// The frames of one log: what their heads say, whole or not.
class Frames {
 public:
  Frames(std::string_view bytes, std::size_t page_bytes)
      : bytes_(bytes), size_(page_bytes + kFrameHeadBytes) {}
  [[nodiscard]] std::size_t count() const { return (bytes_.size() - kHeaderBytes) / size_; }
  [[nodiscard]] std::size_t offset(std::size_t i) const { return kHeaderBytes + i * size_; }
  [[nodiscard]] std::string_view bytes(std::size_t i) const {
    return bytes_.substr(offset(i), size_);
  }
  // Of this log, not of one that had the file before.
  [[nodiscard]] bool is_ours(std::size_t i) const {
    return bytes(i).substr(8, 8) == bytes_.substr(16, 8);
  }
  [[nodiscard]] bool is_commit(std::size_t i) const { return big_endian(bytes(i), 4) != 0; }

 private:
  std::string_view bytes_;
  std::size_t size_;
};

// Whether a frame of a later commit than that of frame `bad` is in the log.
bool has_later_commit(const Frames& frames, std::size_t bad) {
  bool committed = false;
  for (std::size_t i = bad; i < frames.count(); ++i) {
    if (!frames.is_ours(i)) continue;
    if (committed) return true;
    committed = frames.is_commit(i);
  }
  return false;
}

}  // namespace

WalScan scan_wal(std::string_view bytes) {
  WalScan scan;
  if (bytes.size() < kHeaderBytes) return scan;
  const std::uint32_t magic = big_endian(bytes, 0);
  const std::size_t page = big_endian(bytes, 8);
  Checksum sum;
  sum.big = magic == kMagic + 1;
  sum.add(bytes.substr(0, 24));
  const bool is_power = page >= 512 && page <= 65536 && (page & (page - 1)) == 0;
  if ((magic != kMagic && magic != kMagic + 1) || !is_power || !sum.is_at(bytes, 24)) return scan;
  scan.page_bytes = page;
  scan.good_bytes = kHeaderBytes;
  const Frames frames(bytes, page);
  for (std::size_t i = 0; i < frames.count(); ++i) {
    const std::string_view frame = frames.bytes(i);
    sum.add(frame.substr(0, 8));
    sum.add(frame.substr(kFrameHeadBytes));
    if (!frames.is_ours(i) || big_endian(frame, 0) == 0 || !sum.is_at(frame, 16)) {
      if (has_later_commit(frames, i)) scan.bad = frames.offset(i);
      return scan;
    }
    if (!frames.is_commit(i)) continue;
    scan.good_frames = i + 1;
    scan.good_bytes = frames.offset(i + 1);
    ++scan.commits;
  }
  return scan;
}

}  // namespace tongsuan::journal
