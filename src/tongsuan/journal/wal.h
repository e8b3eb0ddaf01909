// SQLite's write-ahead log, read without SQLite. SQLite ends quietly at the first frame whose
// checksum is wrong: that is where an interrupted write ends, but a flipped bit looks the same to
// it, and everything behind it is gone. Here the frames behind are looked at too: a commit is
// written only after the one before it was synced, so a bad frame that is followed by frames of a
// later commit was whole once. File format: https://www.sqlite.org/fileformat2.html, section 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tongsuan::journal {

struct WalScan {
  std::uint64_t page_bytes = 0;      // 0: there is no header that SQLite would accept
  std::uint64_t good_frames = 0;     // up to the last whole commit
  std::uint64_t commits = 0;         // whole ones
  std::uint64_t good_bytes = 0;      // header and good frames
  std::optional<std::uint64_t> bad;  // offset of the first frame that is wrong and was whole once
};

[[nodiscard]] WalScan scan_wal(std::string_view bytes);

}  // namespace tongsuan::journal
