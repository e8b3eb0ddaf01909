#include "tongsuan/access/master_secret.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tongsuan/base/text.h"

namespace tongsuan::access {
namespace {

constexpr std::string_view kMark = "tongsuan-master 1 ";
constexpr std::size_t kFileBytes = kMark.size() + 2 * sizeof(MasterBytes) + 1;

Error file_error(const std::string& path, const std::string& what, std::string hint = {}) {
  return {ErrorCode::kIo, "master secret " + path + ": " + what, std::move(hint)};
}

std::string octal(mode_t mode) {
  std::string digits;
  for (int shift = 6; shift >= 0; shift -= 3)
    digits += static_cast<char>('0' + (mode >> shift & 7));
  return digits;
}

// What is wrong with the file itself.
Result<Done> check_file(const std::string& path, const struct stat& about) {
  if (!S_ISREG(about.st_mode)) return file_error(path, "is not a file");
  if (about.st_uid != geteuid()) {
    return file_error(path, "belongs to another user",
                      "chown " + std::to_string(geteuid()) + ' ' + path);
  }
  const mode_t mode = about.st_mode & 07777;
  if (mode != 0600 && mode != 0400) {
    return file_error(
        path, "has mode " + octal(mode) + ", must be readable by its owner alone",
        "chmod 600 " + path + " (and make a new one, with new keys, if others may have read it)");
  }
  return Done{};
}

// Opened once, so that what is judged is what is read.
Result<std::string> read_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    return file_error(path, std::strerror(errno),
                      "bring it back from its copy; docs/operate.md says how to make another");
  }
  struct stat about {};
  std::string text(kFileBytes + 1, '\0');
  const bool looked = fstat(file, &about) == 0;
  const ssize_t got = looked ? pread(file, text.data(), text.size(), 0) : -1;
  ::close(file);
  const Result<Done> good = looked ? check_file(path, about) : file_error(path, "cannot be read");
  if (!good.ok() || got < 0) {
    erase(text.data(), text.size());
    return good.ok() ? file_error(path, "cannot be read") : good.error();
  }
  text.resize(static_cast<std::size_t>(got));
  return text;
}

}  // namespace

MasterSecret::MasterSecret(const MasterBytes& bytes)
    : key_({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) {}

Digest MasterSecret::derive(std::string_view label, std::string_view id, const Salt& salt) const {
  return key_.sign(label, id, {reinterpret_cast<const char*>(salt.data()), salt.size()});
}

Result<MasterSecret> MasterSecret::read_file(const std::string& path) {
  TONGSUAN_TRY(std::string text, read_private(path));
  MasterBytes bytes{};
  const std::string_view all = text;
  const bool good =
      all.size() == kFileBytes && all.starts_with(kMark) && all.ends_with('\n') &&
      parse_hex(all.substr(kMark.size(), 2 * bytes.size()), bytes.data(), bytes.size());
  erase(text.data(), text.size());
  if (!good) {
    return file_error(path, "is no master secret of ours",
                      "restore it from where it is kept, or make a new one, which voids all keys");
  }
  MasterSecret secret(bytes);
  erase(bytes.data(), bytes.size());
  return secret;
}

Result<Done> MasterSecret::write_file(const std::string& path, const MasterBytes& bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return file_error(path, std::strerror(errno), "a master secret is never overwritten");
  std::string text = std::string(kMark) + hex(bytes.data(), bytes.size()) + '\n';
  const bool written = fchmod(file, 0600) == 0 &&
                       write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file) == 0;
  erase(text.data(), text.size());
  ::close(file);
  if (written) return Done{};
  unlink(path.c_str());
  return file_error(path, "cannot be written");
}

}  // namespace tongsuan::access
