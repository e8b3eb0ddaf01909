// What a simulated disk keeps for a file: shared by sim_disk.cc and sim_vfs.cc only.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tongsuan/journal/sim_disk.h"

namespace tongsuan::journal {

struct SimDisk::File {
  struct Write {
    bool is_truncate = false;
    std::uint64_t offset = 0;  // or the new size
    std::string bytes;
  };
  std::string now;             // what programs see
  std::string durable;         // what is on the platter for certain
  std::vector<Write> pending;  // since the last sync
};

// SQLite's locks on one database, and the memory that its connections share.
struct SimDisk::Locks {
  static constexpr std::size_t kShared = 8;
  int readers = 0;
  const void* writer = nullptr;  // holds RESERVED or more
  bool pending = false;
  std::array<int, kShared> shared{};             // of the shared memory: readers of each lock
  std::array<const void*, kShared> exclusive{};  // and its only owner
  std::vector<std::unique_ptr<char[]>> memory;
  int memory_users = 0;
};

}  // namespace tongsuan::journal
