// A disk in memory, behind the page cache of a simulated machine, for seeded tests. Everything it
// does is drawn from its seed.
//
// Model. Programs see what was written; the platter has what was synced. When the machine stops,
// each sector of 512 bytes that was written since the last sync of its file becomes any of its
// versions since then, alone or torn between two of them, and the size of a file any of its sizes
// since then: writes are lost, torn and reordered. Names (made, renamed, removed) survive up to
// some point in their order; syncing the folder makes all of them permanent. What was synced is
// never touched, save by `flip_bit`.
//
// A sync that fails loses what it should have written, and the machine goes on showing it: nothing
// is dirty any more, so that the next sync says "done" (as Linux does). Only the end of the machine
// tells.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/journal/folder.h"

namespace tongsuan::journal {

enum class DiskFault : std::uint8_t { kNone, kIo, kFull, kStopped };

struct DiskPlan {
  std::uint64_t stop_at_step = 0;  // the machine stops in the middle of this step; 0: never
  std::uint32_t write_faults_ppm = 0;
  std::uint32_t read_faults_ppm = 0;
  std::uint32_t sync_faults_ppm = 0;
  std::uint64_t bytes_max = UINT64_MAX;
};

class SimDisk {
 public:
  explicit SimDisk(std::uint64_t seed) : random_(seed) {}

  struct File;
  using FileHandle = std::shared_ptr<File>;

  // What a program asks. `make` makes the file if there is none; null if there is none, or the disk
  // says no.
  [[nodiscard]] FileHandle open(const std::string& name, bool make);
  [[nodiscard]] DiskFault read(const File& file, std::uint64_t offset, std::uint64_t size,
                               std::string& bytes);
  [[nodiscard]] DiskFault write(File& file, std::uint64_t offset, std::string_view bytes);
  [[nodiscard]] DiskFault truncate(File& file, std::uint64_t size);
  [[nodiscard]] DiskFault sync(File& file);
  [[nodiscard]] DiskFault rename(const std::string& from, const std::string& to);
  [[nodiscard]] DiskFault remove(const std::string& name);
  [[nodiscard]] DiskFault sync_names();
  [[nodiscard]] std::uint64_t size(const File& file) const;
  [[nodiscard]] bool has(const std::string& name) const { return now_.contains(name); }
  [[nodiscard]] std::vector<std::string> names() const;

  // What the world does.
  void set_plan(const DiskPlan& plan) { plan_ = plan; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  // The machine stops (if it has not) and starts again: what survives, survives. Handles of before
  // are dead.
  void restart();
  // The processes end, the machine goes on: the page cache stays.
  void end_processes();
  // Flips a bit of what is on the platter and in the cache; false where the file has no bytes.
  bool flip_bit(const std::string& name);
  // Cuts a file, on the platter too.
  void cut(const std::string& name, std::uint64_t size);

  // Locks of SQLite, and who has the folder; all gone after a restart.
  struct Locks;
  [[nodiscard]] Locks& locks(const std::string& name);
  const void* owner = nullptr;
  [[nodiscard]] std::uint64_t run() const { return run_; }
  [[nodiscard]] Random& random() { return random_; }

 private:
  struct NameChange {
    std::string from, to;  // `to` empty: removed; `from` empty: made
    FileHandle file;
  };
  using Names = std::map<std::string, FileHandle>;

  // What becomes of an operation. In the step in which the machine stops it may be done all the
  // same.
  struct Step {
    DiskFault fault;
    bool done;
  };
  [[nodiscard]] Step step(std::uint32_t faults_ppm);
  [[nodiscard]] std::uint64_t used() const;
  static void apply(const NameChange& change, Names& names);
  void change_now(NameChange change);

  Random random_;
  DiskPlan plan_;
  std::uint64_t steps_ = 0;
  bool stopped_ = false;
  std::uint64_t run_ = 1;  // handles and locks of another run are dead
  Names now_, durable_;
  std::vector<NameChange> pending_names_;
  std::map<std::string, std::shared_ptr<Locks>> locks_;
};

// The folder and SQLite VFS of one simulated disk, registered under a name of its own while it
// lives.
class SimFolder final : public Folder {
 public:
  explicit SimFolder(SimDisk& disk);
  ~SimFolder() override;

  [[nodiscard]] Answer<std::string> read(const std::string& name) override;
  [[nodiscard]] Answer<std::vector<std::string>> list() override;
  [[nodiscard]] Answer<Done> replace(const std::string& name, std::string_view bytes) override;
  [[nodiscard]] Answer<Done> write_at(const std::string& name, std::uint64_t offset,
                                      std::string_view bytes, bool sync) override;
  [[nodiscard]] Answer<Done> cut(const std::string& name, std::uint64_t size) override;
  [[nodiscard]] Answer<Done> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Answer<Done> remove(const std::string& name) override;
  [[nodiscard]] Answer<Done> lock(const std::string& name) override;
  void unlock() override;
  [[nodiscard]] std::string path(const std::string& name) const override { return name; }
  [[nodiscard]] const char* vfs() const override;

 private:
  struct Vfs;
  SimDisk& disk_;
  std::unique_ptr<Vfs> vfs_;
};

}  // namespace tongsuan::journal
