// One folder of files, as the journal needs it: the seam at which a simulated disk takes the place
// of a real one. SQLite does its own reading and writing; it gets the same files through `path` and
// `vfs`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/journal/failure.h"

namespace tongsuan::journal {

class Folder {
 public:
  Folder() = default;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  virtual ~Folder() = default;

  // The whole file; kNotFound if there is none.
  [[nodiscard]] virtual Answer<std::string> read(const std::string& name) = 0;
  // Names, sorted.
  [[nodiscard]] virtual Answer<std::vector<std::string>> list() = 0;
  // Durable when it returns: another file, synced, takes the name. Before that, the old one is
  // whole.
  [[nodiscard]] virtual Answer<Done> replace(const std::string& name, std::string_view bytes) = 0;
  // Overwrites a part in place, and makes the file if there is none.
  [[nodiscard]] virtual Answer<Done> write_at(const std::string& name, std::uint64_t offset,
                                              std::string_view bytes, bool sync) = 0;
  // Cuts a file that is there; durable when it returns.
  [[nodiscard]] virtual Answer<Done> cut(const std::string& name, std::uint64_t size) = 0;
  // Both durable when they return; removing what is not there is no fault.
  [[nodiscard]] virtual Answer<Done> rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Answer<Done> remove(const std::string& name) = 0;

  // Ownership among processes, until `unlock` or the end of the process; kOwned if somebody has it.
  [[nodiscard]] virtual Answer<Done> lock(const std::string& name) = 0;
  virtual void unlock() = 0;

  // What SQLite is given.
  [[nodiscard]] virtual std::string path(const std::string& name) const = 0;
  [[nodiscard]] virtual const char* vfs() const = 0;  // null: the system's
};

// A folder of the file system, which must be there.
[[nodiscard]] std::unique_ptr<Folder> posix_folder(std::string path);

}  // namespace tongsuan::journal
