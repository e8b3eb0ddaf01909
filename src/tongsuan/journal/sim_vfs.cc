// SQLite on a simulated disk (https://www.sqlite.org/c3ref/vfs.html), and the folder beside it.
#include <algorithm>
#include <cstring>
#include <new>
#include <sqlite3.h>

#include "tongsuan/journal/sim_disk.h"
#include "tongsuan/journal/sim_file.h"

namespace tongsuan::journal {
namespace {

constexpr int kSectorBytes = 512;

// A file that SQLite has open. SQLite owns the memory and knows only its beginning.
struct OpenFile {
  sqlite3_file base{};
  SimDisk* disk = nullptr;
  SimDisk::FileHandle file;
  std::string name;
  std::uint64_t run = 0;
  bool syncs_name = false;  // a log or journal that may be new: as SQLite does on Linux
  int lock = SQLITE_LOCK_NONE;
  bool uses_memory = false;
  unsigned shared_mask = 0, exclusive_mask = 0;

  [[nodiscard]] bool is_dead() const { return disk->stopped() || disk->run() != run; }
  [[nodiscard]] SimDisk::Locks& locks() const { return disk->locks(name); }
};

OpenFile& of(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

SimDisk& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<SimDisk*>(vfs->pAppData);
}

int code_of(DiskFault fault, int otherwise) {
  if (fault == DiskFault::kNone) return SQLITE_OK;
  return fault == DiskFault::kFull ? SQLITE_FULL : otherwise;
}

// ---- Files
// ---------------------------------------------------------------------------------------

int unlock_file(sqlite3_file* file, int level) {
  OpenFile& self = of(file);
  if (self.disk->run() != self.run || self.lock <= level) return SQLITE_OK;
  SimDisk::Locks& locks = self.locks();
  if (locks.writer == &self) {
    locks.writer = nullptr;
    locks.pending = false;
  }
  if (level == SQLITE_LOCK_NONE) --locks.readers;
  self.lock = level;
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  OpenFile& self = of(file);
  if (self.is_dead()) return SQLITE_IOERR_LOCK;
  if (self.lock >= level) return SQLITE_OK;
  SimDisk::Locks& locks = self.locks();
  if (locks.writer != nullptr && locks.writer != &self &&
      (locks.pending || level > SQLITE_LOCK_SHARED)) {
    return SQLITE_BUSY;
  }
  if (self.lock == SQLITE_LOCK_NONE) ++locks.readers;
  self.lock = std::max(self.lock, SQLITE_LOCK_SHARED);
  if (level == SQLITE_LOCK_SHARED) return SQLITE_OK;
  locks.writer = &self;
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    locks.pending = true;
    self.lock = SQLITE_LOCK_PENDING;
    if (locks.readers > 1) return SQLITE_BUSY;
  }
  self.lock = level;
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* file, int* result) {
  *result = of(file).locks().writer != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int unmap_memory(sqlite3_file* file, int) {
  OpenFile& self = of(file);
  if (!self.uses_memory || self.disk->run() != self.run) return SQLITE_OK;
  self.uses_memory = false;
  if (--self.locks().memory_users == 0) self.locks().memory.clear();
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  unmap_memory(file, 0);
  unlock_file(file, SQLITE_LOCK_NONE);
  of(file).~OpenFile();
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  OpenFile& self = of(file);
  if (self.is_dead()) return SQLITE_IOERR_READ;
  std::string bytes;
  const auto wanted = static_cast<std::size_t>(size);
  const DiskFault fault =
      self.disk->read(*self.file, static_cast<std::uint64_t>(offset), wanted, bytes);
  if (fault != DiskFault::kNone) return SQLITE_IOERR_READ;
  std::memcpy(to, bytes.data(), bytes.size());
  std::memset(static_cast<char*>(to) + bytes.size(), 0, wanted - bytes.size());
  return bytes.size() == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  OpenFile& self = of(file);
  if (self.is_dead()) return SQLITE_IOERR_WRITE;
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
  return code_of(self.disk->write(*self.file, static_cast<std::uint64_t>(offset), bytes),
                 SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile& self = of(file);
  if (self.is_dead()) return SQLITE_IOERR_TRUNCATE;
  return code_of(self.disk->truncate(*self.file, static_cast<std::uint64_t>(size)),
                 SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
  OpenFile& self = of(file);
  if (self.is_dead()) return SQLITE_IOERR_FSYNC;
  const DiskFault fault = self.disk->sync(*self.file);
  if (fault != DiskFault::kNone || !self.syncs_name) return code_of(fault, SQLITE_IOERR_FSYNC);
  self.syncs_name = false;
  return code_of(self.disk->sync_names(), SQLITE_IOERR_DIR_FSYNC);
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  OpenFile& self = of(file);
  if (self.is_dead()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(self.disk->size(*self.file));
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_bytes(sqlite3_file*) {
  return kSectorBytes;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

// ---- Memory that connections share
// -----------------------------------------------------------------

int map_memory(sqlite3_file* file, int page, int page_bytes, int extend, void volatile** result) {
  OpenFile& self = of(file);
  *result = nullptr;
  if (self.is_dead()) return SQLITE_IOERR_SHMMAP;
  SimDisk::Locks& locks = self.locks();
  if (!self.uses_memory) ++locks.memory_users;
  self.uses_memory = true;
  const auto wanted = static_cast<std::size_t>(page);
  while (extend != 0 && locks.memory.size() <= wanted) {
    locks.memory.push_back(std::make_unique<char[]>(static_cast<std::size_t>(page_bytes)));
  }
  if (wanted < locks.memory.size()) *result = locks.memory[wanted].get();
  return SQLITE_OK;
}

bool may_lock(const OpenFile& self, const SimDisk::Locks& locks, std::size_t at, bool exclusive) {
  if (locks.exclusive[at] != nullptr && locks.exclusive[at] != &self) return false;
  const int own = (self.shared_mask >> at & 1U) != 0 ? 1 : 0;
  return !exclusive || locks.shared[at] == own;
}

void set_memory_lock(OpenFile& self, SimDisk::Locks& locks, std::size_t at, int flags) {
  const unsigned bit = 1U << at;
  if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
    const bool lock = (flags & SQLITE_SHM_LOCK) != 0;
    if (lock || locks.exclusive[at] == &self) locks.exclusive[at] = lock ? &self : nullptr;
    self.exclusive_mask = lock ? self.exclusive_mask | bit : self.exclusive_mask & ~bit;
  } else if ((flags & SQLITE_SHM_LOCK) != 0) {
    if ((self.shared_mask & bit) == 0) ++locks.shared[at];
    self.shared_mask |= bit;
  } else {
    if ((self.shared_mask & bit) != 0) --locks.shared[at];
    self.shared_mask &= ~bit;
  }
}

int lock_memory(sqlite3_file* file, int first, int count, int flags) {
  OpenFile& self = of(file);
  if (self.disk->run() != self.run) return SQLITE_OK;
  SimDisk::Locks& locks = self.locks();
  const auto begin = static_cast<std::size_t>(first), end = begin + static_cast<std::size_t>(count);
  for (std::size_t at = begin; (flags & SQLITE_SHM_LOCK) != 0 && at < end; ++at) {
    if (!may_lock(self, locks, at, (flags & SQLITE_SHM_EXCLUSIVE) != 0)) return SQLITE_BUSY;
  }
  for (std::size_t at = begin; at < end; ++at) set_memory_lock(self, locks, at, flags);
  return SQLITE_OK;
}

void memory_barrier(sqlite3_file*) {}

constexpr sqlite3_io_methods kMethods = {2,
                                         close_file,
                                         read_file,
                                         write_file,
                                         truncate_file,
                                         sync_file,
                                         size_of_file,
                                         lock_file,
                                         unlock_file,
                                         check_reserved,
                                         control_file,
                                         sector_bytes,
                                         characteristics,
                                         map_memory,
                                         lock_memory,
                                         memory_barrier,
                                         unmap_memory,
                                         nullptr,
                                         nullptr};

// ---- The disk
// ------------------------------------------------------------------------------------

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;
  SimDisk& disk = disk_of(vfs);
  SimDisk::FileHandle handle = disk.open(name, (flags & SQLITE_OPEN_CREATE) != 0);
  if (!handle) return SQLITE_CANTOPEN;
  auto* self = new (file) OpenFile;
  self->base.pMethods = &kMethods;
  self->disk = &disk;
  self->file = std::move(handle);
  self->name = name;
  self->run = disk.run();
  // Also where the file is there: whoever made it may not have come to sync its name.
  self->syncs_name = (flags & SQLITE_OPEN_CREATE) != 0 &&
                     (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  SimDisk& disk = disk_of(vfs);
  if (!disk.has(name)) return SQLITE_IOERR_DELETE_NOENT;
  const int code = code_of(disk.remove(name), SQLITE_IOERR_DELETE);
  if (code != SQLITE_OK || sync_folder == 0) return code;
  return code_of(disk.sync_names(), SQLITE_IOERR_DIR_FSYNC);
}

int see_file(sqlite3_vfs* vfs, const char* name, int, int* result) {
  *result = disk_of(vfs).has(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* full) {
  if (std::strlen(name) >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::strcpy(full, name);
  return SQLITE_OK;
}

int random_bytes(sqlite3_vfs* vfs, int size, char* bytes) {
  for (int i = 0; i < size; ++i) bytes[i] = static_cast<char>(disk_of(vfs).random().below(256));
  return size;
}

int sleep_not(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

int no_time(sqlite3_vfs*, double* day) {
  *day = 2'460'000.5;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

Failure failed(const std::string& doing, DiskFault fault) {
  if (fault == DiskFault::kFull)
    return {Fault::kFull, doing + ": no room", "make room on the disk"};
  return {Fault::kIo,
          doing + (fault == DiskFault::kStopped ? ": the machine stopped" : ": the disk failed")};
}

}  // namespace

struct SimFolder::Vfs {
  std::string name;
  sqlite3_vfs vfs{};
};

SimFolder::SimFolder(SimDisk& disk) : disk_(disk), vfs_(std::make_unique<Vfs>()) {
  static std::uint64_t count = 0;
  vfs_->name = "sim-" + std::to_string(++count);
  sqlite3_vfs& vfs = vfs_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 256;
  vfs.zName = vfs_->name.c_str();
  vfs.pAppData = &disk_;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = see_file;
  vfs.xFullPathname = full_name;
  vfs.xRandomness = random_bytes;
  vfs.xSleep = sleep_not;
  vfs.xCurrentTime = no_time;
  vfs.xGetLastError = last_error;
  // As the default, so that SQLite's own random numbers begin anew from this disk's seed.
  sqlite3_vfs_register(&vfs, 1);
  sqlite3_randomness(0, nullptr);
}

SimFolder::~SimFolder() {
  unlock();
  sqlite3_vfs_unregister(&vfs_->vfs);
  sqlite3_randomness(0, nullptr);
}

const char* SimFolder::vfs() const {
  return vfs_->name.c_str();
}

Answer<std::string> SimFolder::read(const std::string& name) {
  const SimDisk::FileHandle file = disk_.open(name, false);
  if (!file) return Failure{disk_.stopped() ? Fault::kIo : Fault::kNotFound, "no file " + name};
  std::string bytes;
  const DiskFault fault = disk_.read(*file, 0, disk_.size(*file), bytes);
  if (fault != DiskFault::kNone) return failed("read " + name, fault);
  return bytes;
}

Answer<std::vector<std::string>> SimFolder::list() {
  if (disk_.stopped()) return failed("list", DiskFault::kStopped);
  return disk_.names();
}

Answer<Done> SimFolder::replace(const std::string& name, std::string_view bytes) {
  const std::string fresh = name + ".tmp";
  const SimDisk::FileHandle file = disk_.open(fresh, true);
  if (!file) return failed("make " + fresh, DiskFault::kStopped);
  DiskFault fault = disk_.truncate(*file, 0);
  if (fault == DiskFault::kNone) fault = disk_.write(*file, 0, bytes);
  if (fault == DiskFault::kNone) fault = disk_.sync(*file);
  if (fault != DiskFault::kNone) return failed("write " + fresh, fault);
  return rename(fresh, name);
}

Answer<Done> SimFolder::write_at(const std::string& name, std::uint64_t offset,
                                 std::string_view bytes, bool sync) {
  const bool is_new = !disk_.has(name);
  const SimDisk::FileHandle file = disk_.open(name, true);
  if (!file) return failed("make " + name, DiskFault::kStopped);
  DiskFault fault = is_new ? disk_.sync_names() : DiskFault::kNone;
  if (fault == DiskFault::kNone) fault = disk_.write(*file, offset, bytes);
  if (fault == DiskFault::kNone && sync) fault = disk_.sync(*file);
  if (fault != DiskFault::kNone) return failed("write " + name, fault);
  return Done{};
}

Answer<Done> SimFolder::cut(const std::string& name, std::uint64_t size) {
  const SimDisk::FileHandle file = disk_.open(name, false);
  DiskFault fault = file ? disk_.truncate(*file, size) : DiskFault::kIo;
  if (fault == DiskFault::kNone) fault = disk_.sync(*file);
  if (fault != DiskFault::kNone) return failed("cut " + name, fault);
  return Done{};
}

Answer<Done> SimFolder::rename(const std::string& from, const std::string& to) {
  DiskFault fault = disk_.rename(from, to);
  if (fault == DiskFault::kNone) fault = disk_.sync_names();
  if (fault != DiskFault::kNone) return failed("rename " + from, fault);
  return Done{};
}

Answer<Done> SimFolder::remove(const std::string& name) {
  DiskFault fault = disk_.remove(name);
  if (fault == DiskFault::kNone) fault = disk_.sync_names();
  if (fault != DiskFault::kNone) return failed("remove " + name, fault);
  return Done{};
}

Answer<Done> SimFolder::lock(const std::string&) {
  if (disk_.stopped()) return failed("lock", DiskFault::kStopped);
  if (disk_.owner != nullptr && disk_.owner != this) {
    return Failure{Fault::kOwned, "another process has the folder", "take the journal over"};
  }
  disk_.owner = this;
  return Done{};
}

void SimFolder::unlock() {
  if (disk_.owner == this) disk_.owner = nullptr;
}

}  // namespace tongsuan::journal
