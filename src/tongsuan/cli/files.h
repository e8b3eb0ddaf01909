// Files of a command: read at once, written whole or not at all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"
#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"

namespace tongsuan::cli {

inline constexpr std::size_t kInputBytesMax = std::size_t{4}
                                              << 30;  // of a pipe; as large as a market file

// The bytes of a file, mapped where that is possible, or of standard input ("-"). Owns them; a
// moved one keeps its views valid.
class InputFile {
 public:
  static Attempt<InputFile> open(const Session& session, std::string_view path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  [[nodiscard]] std::string_view bytes() const {
    return mapped_ != nullptr ? std::string_view(static_cast<const char*>(mapped_), size_)
                              : std::string_view(*read_);
  }

 private:
  InputFile() : read_(std::make_unique<std::string>()) {}
  int load(int file);

  void* mapped_ = nullptr;
  std::size_t size_ = 0;
  std::unique_ptr<std::string> read_;  // apart, so that its bytes stay where they are
};

// "standard input" for "-".
[[nodiscard]] std::string shown_name(const Session& session, std::string_view path);

// Whether the output may be written at all, to be asked before long work: it does not exist, or
// `force` is true, or it is "-".
Attempt<Done> may_write(const Session& session, std::string_view path, bool force);

// Writes a file beside its final name and renames it; "-" is standard output. Without `force` an
// existing file is a conflict even if it appeared since `may_write`. Devices are written in place.
Attempt<Done> write_file(Session& session, std::string_view path, std::string_view bytes,
                         bool force);

// What went wrong, for an errno, in the user's language.
[[nodiscard]] std::string system_reason(const Session& session, int error);

}  // namespace tongsuan::cli
