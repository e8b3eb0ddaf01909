#include "tongsuan/remote/pending.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/remote/private_file.h"

namespace tongsuan::remote {
namespace {

constexpr std::size_t kKeyBytes = 18;  // 24 characters
constexpr std::size_t kFilesMax = 10'000;
constexpr std::size_t kBodyBytesMax = 4 << 20;

// A file is named REQUEST.KEY; the key is its name, so that making the file is all that must last.
std::vector<std::string> keys_of(const std::string& folder, const std::string& request) {
  std::vector<std::string> keys;
  DIR* listing = opendir(folder.c_str());
  if (listing == nullptr) return keys;
  for (dirent* entry = readdir(listing); entry != nullptr && keys.size() < kFilesMax;
       entry = readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (name.starts_with(request) && name.size() > request.size() + 1 &&
        name[request.size()] == '.') {
      keys.emplace_back(name.substr(request.size() + 1));
    }
  }
  closedir(listing);
  std::ranges::sort(keys);
  return keys;
}

// A locked descriptor, or -1 where another process has it or it is gone.
int lock(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
  if (file < 0) return -1;
  struct stat status {};
  // Whoever had it may have finished between `open` and here, and removed the name.
  if (flock(file, LOCK_EX | LOCK_NB) != 0 || fstat(file, &status) != 0 || status.st_nlink == 0) {
    close(file);
    return -1;
  }
  return file;
}

// "LENGTH\nBODY": whether it is whole.
bool read_body(int file, std::string& body) {
  std::string text;
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t count = ::read(file, block.data(), block.size());
    if (count < 0 || text.size() > kBodyBytesMax) return false;
    if (count == 0) break;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  const std::size_t line = text.find('\n');
  std::int64_t length = -1;
  if (line == std::string::npos || !parse_decimal(text.substr(0, line), 0, length)) return false;
  if (length != static_cast<std::int64_t>(text.size() - line - 1)) return false;
  body = text.substr(line + 1);
  return true;
}

bool write_body(int file, std::string_view body) {
  const std::string text = std::to_string(body.size()) + '\n' + std::string(body);
  if (ftruncate(file, 0) != 0) return false;
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t count = pwrite(file, text.data() + at, text.size() - at, static_cast<off_t>(at));
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) at += static_cast<std::size_t>(count);
  }
  return fsync(file) == 0;
}

void sync_folder(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  fsync(file);
  close(file);
}

}  // namespace

Result<PendingKey> PendingKey::take(const std::string& folder, std::string_view request,
                                    std::string_view body) {
  PendingKey pending;
  pending.body_ = body;
  if (folder.empty()) {
    pending.key_ = random_text(kKeyBytes);
    return pending;
  }
  TONGSUAN_TRY([[maybe_unused]] const Done made, make_private_folder(folder));
  const Digest digest = sha256(request);
  const std::string prefix = hex(digest.data(), 16);
  for (const std::string& key : keys_of(folder, prefix)) {
    pending.path_ = folder + '/' + prefix + '.' + key;
    pending.file_ = lock(pending.path_, 0);
    if (pending.file_ < 0) continue;
    pending.key_ = key;
    // A file that is not whole was left before anything was sent.
    pending.resumed_ = read_body(pending.file_, pending.body_);
    break;
  }
  if (pending.file_ < 0) {
    pending.key_ = random_text(kKeyBytes);
    pending.path_ = folder + '/' + prefix + '.' + pending.key_;
    pending.file_ = lock(pending.path_, O_CREAT | O_EXCL);
  }
  if (pending.file_ >= 0 && (pending.resumed_ || write_body(pending.file_, body))) {
    sync_folder(folder);
    return pending;
  }
  return Error{ErrorCode::kIo, "cannot write " + pending.path_ + ": " + std::strerror(errno), ""};
}

PendingKey::PendingKey(PendingKey&& other) noexcept
    : key_(std::move(other.key_)),
      path_(std::move(other.path_)),
      body_(std::move(other.body_)),
      file_(std::exchange(other.file_, -1)),
      resumed_(other.resumed_) {}

PendingKey::~PendingKey() {
  if (file_ >= 0) close(file_);
}

void PendingKey::answered() {
  if (file_ < 0) return;
  unlink(path_.c_str());
  close(std::exchange(file_, -1));
}

}  // namespace tongsuan::remote
