// A file descriptor that closes itself; where it matters whether closing worked, sync before.
#pragma once

#include <unistd.h>
#include <utility>

namespace tongsuan::journal {

class OpenFile {
 public:
  // Of `open` and the like: negative where that failed.
  explicit OpenFile(int number) : number_(number) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace tongsuan::journal
