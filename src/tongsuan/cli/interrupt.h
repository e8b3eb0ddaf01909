// Ctrl-C. While a Patience lives, the first one asks the work to finish with the best result so
// far, and the second one ends the process at once; without a Patience the first one ends it. A
// process that ends at once leaves no half-written file behind.
#pragma once

#include <string>

namespace tongsuan::cli {

// Takes over SIGINT, and ignores SIGPIPE: a reader that goes away shows as a failed write.
void install_signals();

class Patience {
 public:
  Patience();
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;
};

// Whether Ctrl-C was pressed since the process began.
[[nodiscard]] bool interrupted();

// The file that the signal handler removes when it ends the process. One at a time.
class TemporaryName {
 public:
  explicit TemporaryName(const std::string& path);
  ~TemporaryName();
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
};

}  // namespace tongsuan::cli
