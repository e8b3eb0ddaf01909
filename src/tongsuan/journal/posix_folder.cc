#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tongsuan/journal/folder.h"
#include "tongsuan/journal/open_file.h"

namespace tongsuan::journal {
namespace {

// `doing` is what could not be done: "write /folder/file".
Failure failed(const std::string& doing, int error) {
  const std::string context = "cannot " + doing + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return {Fault::kFull, context, "make room on the disk"};
  }
  if (error == ENOENT) return {Fault::kNotFound, context};
  return {Fault::kIo, context, "check the disk and the rights of the folder"};
}

// Never tried again: the kernel may have thrown away what it could not write, and a second sync
// says "done".
Answer<Done> sync(const OpenFile& file, const std::string& path) {
  if (fsync(file.number()) == 0) return Done{};
  return Failure{Fault::kIo, "cannot sync " + path + ": " + std::strerror(errno),
                 "end the process, replace the disk, open again"};
}

Answer<Done> write_all(const OpenFile& file, std::string_view bytes, std::uint64_t offset,
                       const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(file.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("write " + path, written == 0 ? EIO : errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return Done{};
}

class PosixFolder final : public Folder {
 public:
  explicit PosixFolder(std::string path) : folder_(std::move(path)) {}
  ~PosixFolder() override { unlock(); }

  Answer<std::string> read(const std::string& name) override {
    const std::string where = path(name);
    const OpenFile file(::open(where.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) return failed("open " + where, errno);
    struct stat about {};
    if (fstat(file.number(), &about) != 0) return failed("look at " + where, errno);
    if (!S_ISREG(about.st_mode)) return Failure{Fault::kNotAJournal, where + " is not a file"};
    std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t got =
          pread(file.number(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read " + where, errno);
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

  Answer<std::vector<std::string>> list() override {
    DIR* folder = opendir(folder_.c_str());
    if (folder == nullptr) return failed("open folder " + folder_, errno);
    std::vector<std::string> names;
    while (const dirent* entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    closedir(folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  Answer<Done> replace(const std::string& name, std::string_view bytes) override {
    const std::string where = path(name + ".tmp");
    {
      const OpenFile file(::open(where.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
      if (file.number() < 0) return failed("make " + where, errno);
      TONGSUAN_TRY([[maybe_unused]] const Done written, write_all(file, bytes, 0, where));
      TONGSUAN_TRY([[maybe_unused]] const Done synced, sync(file, where));
    }
    return rename(name + ".tmp", name);
  }

  Answer<Done> write_at(const std::string& name, std::uint64_t offset, std::string_view bytes,
                        bool durable) override {
    const std::string where = path(name);
    OpenFile file(::open(where.c_str(), O_WRONLY | O_CLOEXEC));
    const bool is_new = file.number() < 0 && errno == ENOENT;
    if (is_new) {
      const OpenFile made(::open(where.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
      if (made.number() < 0) return failed("make " + where, errno);
      TONGSUAN_TRY([[maybe_unused]] const Done named, sync_names());
      return write_at(name, offset, bytes, durable);
    }
    if (file.number() < 0) return failed("open " + where, errno);
    TONGSUAN_TRY([[maybe_unused]] const Done written, write_all(file, bytes, offset, where));
    if (!durable) return Done{};
    return sync(file, where);
  }

  Answer<Done> cut(const std::string& name, std::uint64_t size) override {
    const std::string where = path(name);
    const OpenFile file(::open(where.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.number() < 0) return failed("open " + where, errno);
    if (ftruncate(file.number(), static_cast<off_t>(size)) != 0)
      return failed("cut " + where, errno);
    return sync(file, where);
  }

  Answer<Done> rename(const std::string& from, const std::string& to) override {
    if (::rename(path(from).c_str(), path(to).c_str()) != 0) {
      return failed("rename " + path(from), errno);
    }
    return sync_names();
  }

  Answer<Done> remove(const std::string& name) override {
    if (unlink(path(name).c_str()) != 0 && errno != ENOENT)
      return failed("remove " + path(name), errno);
    return sync_names();
  }

  Answer<Done> lock(const std::string& name) override {
    const std::string where = path(name);
    OpenFile file(::open(where.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file.number() < 0) return failed("make " + where, errno);
    if (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      char owner[32] = {};
      const ssize_t got = pread(file.number(), owner, sizeof owner - 1, 0);
      return Failure{Fault::kOwned,
                     folder_ + " is open in process " + (got > 0 ? owner : "(unknown)"),
                     "stop that process, or name another folder"};
    }
    const std::string owner = std::to_string(getpid());
    // For people only: the lock holds without it.
    if (ftruncate(file.number(), 0) == 0) {
      (void)!pwrite(file.number(), owner.data(), owner.size(), 0);
    }
    unlock();
    lock_ = file.release();
    return Done{};
  }

  void unlock() override {
    if (lock_ >= 0) close(lock_);
    lock_ = -1;
  }

  std::string path(const std::string& name) const override { return folder_ + '/' + name; }
  const char* vfs() const override { return nullptr; }

 private:
  Answer<Done> sync_names() {
    const OpenFile folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0) return failed("open folder " + folder_, errno);
    return sync(folder, folder_);
  }

  std::string folder_;
  int lock_ = -1;
};

}  // namespace

std::unique_ptr<Folder> posix_folder(std::string path) {
  return std::make_unique<PosixFolder>(std::move(path));
}

}  // namespace tongsuan::journal
