#include "tongsuan/cli/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tongsuan/cli/interrupt.h"
#include "tongsuan/cli/parse.h"

namespace tongsuan::cli {
namespace {

constexpr std::size_t kFolderEntriesMax = 10'000;  // looked at for a near miss of a file name

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::vector<std::string> entries_of(const std::string& folder) {
  std::vector<std::string> names;
  DIR* listing = opendir(folder.c_str());
  if (listing == nullptr) return names;
  for (dirent* entry = readdir(listing); entry != nullptr && names.size() < kFolderEntriesMax;
       entry = readdir(listing)) {
    names.emplace_back(entry->d_name);
  }
  closedir(listing);
  std::ranges::sort(names);  // the order of a folder is nobody's choice
  return names;
}

// A file of the same folder with nearly this name; empty when there is none.
std::string near_file(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  const std::vector<std::string> names = entries_of(folder_of(path));
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view near = nearest(path.substr(begin), views);
  return near.empty() ? std::string() : std::string(path.substr(0, begin)) + std::string(near);
}

Failure cannot_read(const Session& session, std::string_view path, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  Failure failure{.exit_code = missing ? kNotFound : kUnexpected,
                  .code = missing ? "file-not-found" : "read-failed",
                  .what = session.say(Message::kCannotRead,
                                      {shown_name(session, path), system_reason(session, error)})};
  const std::string near = missing ? near_file(path) : std::string();
  if (!near.empty()) {
    failure.what += session.say(Message::kDidYouMean, {near});
    failure.attempt = "ls -l " + shell_word(near);
  } else if (path != "-") {
    failure.attempt = "ls -ld " + shell_word(missing ? folder_of(path) : path);
  }
  return failure;
}

Failure cannot_write(const Session& session, std::string_view path, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {.exit_code = missing ? kNotFound : kUnexpected,
          .code = missing ? "folder-not-found" : "write-failed",
          .what = session.say(Message::kCannotWrite, {path, system_reason(session, error)}),
          .attempt = (missing ? "mkdir -p " : "ls -ld ") + shell_word(folder_of(path))};
}

Failure exists_already(const Session& session, std::string_view path) {
  return {.exit_code = kConflict,
          .code = "output-exists",
          .what = session.say(Message::kOutputExists, {path}),
          .attempt = "ls -l " + shell_word(path)};
}

int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// Gives the finished file its name. A hard link refuses an existing name in one step, so that two
// commands cannot both believe that they made the file.
int publish(const std::string& temporary, const std::string& path, bool force) {
  if (force) return std::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  if (link(temporary.c_str(), path.c_str()) == 0) {
    unlink(temporary.c_str());
    return 0;
  }
  if (errno == EEXIST) return EEXIST;
  // A file system without hard links.
  if (::access(path.c_str(), F_OK) == 0) return EEXIST;
  return std::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
}

int write_beside(const std::string& path, std::string_view bytes, bool force) {
  std::string temporary = path + ".XXXXXX";
  const int file = mkstemp(temporary.data());
  if (file < 0) return errno;
  const TemporaryName guard(temporary);  // a Ctrl-C removes it
  const mode_t mask = umask(0);
  umask(mask);
  int error = fchmod(file, 0666 & ~mask) == 0 ? 0 : errno;
  if (error == 0) error = write_all(file, bytes);
  if (error == 0 && fsync(file) != 0) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0) error = publish(temporary, path, force);
  if (error != 0) unlink(temporary.c_str());
  return error;
}

int write_in_place(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  int error = write_all(file, bytes);
  if (close(file) != 0 && error == 0) error = errno;
  return error;
}

// What stands under a name: nothing, a file, or a device or pipe.
enum class Standing { kNothing, kFile, kFolder, kDevice };
Standing standing(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return Standing::kNothing;
  if (S_ISDIR(status.st_mode)) return Standing::kFolder;
  return S_ISREG(status.st_mode) ? Standing::kFile : Standing::kDevice;
}

}  // namespace

// ---- Reading -----------------------------------------------------------------------------------

InputFile::InputFile(InputFile&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)),
      size_(other.size_),
      read_(std::move(other.read_)) {}

InputFile::~InputFile() {
  if (mapped_ != nullptr) munmap(mapped_, size_);
}

Attempt<InputFile> InputFile::open(const Session& session, std::string_view path) {
  InputFile input;
  int file = STDIN_FILENO;
  if (path != "-") file = ::open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot_read(session, path, errno);
  const int error = input.load(file);
  if (path != "-") close(file);
  if (error != 0) return cannot_read(session, path, error);
  return input;
}

int InputFile::load(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (S_ISREG(status.st_mode) && status.st_size > 0 && lseek(file, 0, SEEK_CUR) == 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped != MAP_FAILED) {
      mapped_ = mapped;
      return 0;
    }
  }
  std::vector<char> block(1 << 16);
  for (;;) {
    const ssize_t count = ::read(file, block.data(), block.size());
    if (count == 0) return 0;
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) read_->append(block.data(), static_cast<std::size_t>(count));
    if (read_->size() > kInputBytesMax) return EFBIG;
  }
}

std::string shown_name(const Session& session, std::string_view path) {
  return path == "-" ? session.say(Message::kStandardInput) : std::string(path);
}

// ---- Writing -----------------------------------------------------------------------------------

Attempt<Done> may_write(const Session& session, std::string_view path, bool force) {
  const std::string name(path);
  if (path == "-") return Done{};
  switch (standing(name)) {
    case Standing::kFile:
      if (!force) return exists_already(session, path);
      return Done{};
    case Standing::kFolder:
      return cannot_write(session, path, EISDIR);
    case Standing::kDevice:
      return Done{};
    case Standing::kNothing:
      break;
  }
  if (standing(folder_of(path)) != Standing::kFolder) return cannot_write(session, path, ENOENT);
  if (::access(folder_of(path).c_str(), W_OK) != 0) return cannot_write(session, path, errno);
  return Done{};
}

Attempt<Done> write_file(Session& session, std::string_view path, std::string_view bytes,
                         bool force) {
  if (path == "-") {
    session.world.out.write(bytes);
    return Done{};
  }
  const std::string name(path);
  const bool device = standing(name) == Standing::kDevice;
  const int error = device ? write_in_place(name, bytes) : write_beside(name, bytes, force);
  if (error == EEXIST) return exists_already(session, path);
  if (error != 0) return cannot_write(session, path, error);
  return Done{};
}

std::string system_reason(const Session& session, int error) {
  switch (error) {
    case ENOENT:
      return session.say(Message::kReasonMissing);
    case ENOTDIR:
      return session.say(Message::kReasonNotAFolder);
    case EACCES:
    case EPERM:
      return session.say(Message::kReasonPermission);
    case EISDIR:
      return session.say(Message::kReasonFolder);
    case ENOSPC:
      return session.say(Message::kReasonSpace);
    case EFBIG:
      return session.say(Message::kReasonTooLarge);
    case EROFS:
      return session.say(Message::kReasonReadOnly);
    default:
      return std::strerror(error);
  }
}

}  // namespace tongsuan::cli
