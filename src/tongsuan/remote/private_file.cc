#include "tongsuan/remote/private_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "tongsuan/base/text.h"

namespace tongsuan::remote {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

Error system_error(const std::string& what, const std::string& path, int number) {
  return {ErrorCode::kIo, what + ' ' + path + ": " + std::strerror(number), ""};
}

// Reads to the end; an errno.
int read_all(int file, std::string& out) {
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t count = ::read(file, block.data(), block.size());
    if (count == 0) return 0;
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) out.append(block.data(), static_cast<std::size_t>(count));
    if (out.size() > kBytesMax) return EFBIG;
  }
}

Result<Done> check_private(const std::string& path, int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) return system_error("cannot read", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, path + " is not a file", ""};
  }
  if ((status.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777));
    return Error{ErrorCode::kInvalidArgument,
                 path + " holds secrets and has mode " + mode + ": others could read it",
                 "chmod 600 " + path};
  }
  if (status.st_uid != geteuid()) {
    return Error{ErrorCode::kInvalidArgument, path + " holds secrets and belongs to another user",
                 "ls -l " + path};
  }
  return Done{};
}

Result<std::optional<std::string>> read_file(const std::string& path, bool is_private) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return system_error("cannot read", path, errno);
  }
  Result<Done> checked = is_private ? check_private(path, file) : Result<Done>(Done{});
  std::string bytes;
  const int error = checked.ok() ? read_all(file, bytes) : 0;
  close(file);
  if (!checked.ok()) return checked.error();
  if (error != 0) return system_error("cannot read", path, error);
  return std::optional(std::move(bytes));
}

int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return fsync(file) == 0 ? 0 : errno;
}

}  // namespace

Result<std::optional<std::string>> read_small_file(const std::string& path) {
  return read_file(path, false);
}
Result<std::optional<std::string>> read_private_file(const std::string& path) {
  return read_file(path, true);
}

Result<Done> make_private_folder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return system_error("cannot make the folder", folder, errno);
    }
    if (slash == std::string::npos) return Done{};
  }
}

Result<Done> write_private_file(const std::string& path, std::string_view bytes) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) {
    TONGSUAN_TRY([[maybe_unused]] const Done made, make_private_folder(path.substr(0, slash)));
  }
  std::string temporary = path + ".XXXXXX";
  const int file = mkstemp(temporary.data());  // mode 0600
  if (file < 0) return system_error("cannot write", path, errno);
  int error = write_all(file, bytes);
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return Done{};
  unlink(temporary.c_str());
  return system_error("cannot write", path, error);
}

std::string random_text(std::size_t bytes) {
  std::string random(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t count = getrandom(random.data() + have, bytes - have, 0);
    TONGSUAN_CHECK(count > 0 || errno == EINTR);
    if (count > 0) have += static_cast<std::size_t>(count);
  }
  return base64url(random);
}

}  // namespace tongsuan::remote
