#include "tongsuan/journal/sim_disk.h"

#include <algorithm>

#include "tongsuan/journal/sim_file.h"

namespace tongsuan::journal {
namespace {

constexpr std::uint64_t kSector = 512;

void put(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

void apply_write(const SimDisk::File::Write& write, std::string& content) {
  if (write.is_truncate) {
    content.resize(write.offset);
  } else {
    put(content, write.offset, write.bytes);
  }
}

// What a machine that stops leaves of the writes that were not synced.
class Survivors {
 public:
  Survivors(SimDisk::File& file, Random& random)
      : file_(file), random_(random), style_(random.below(4)), common_(draw()) {}

  std::string content() {
    const std::uint64_t size_cutoff = cutoff();
    std::string content = file_.durable;
    std::uint64_t size = content.size(), last = size;
    for (std::uint64_t i = 0; i < file_.pending.size(); ++i) {
      const SimDisk::File::Write& write = file_.pending[i];
      if (write.is_truncate) {
        last = write.offset;
        if (i < size_cutoff && content.size() > last) content.resize(last);
      } else {
        last = std::max<std::uint64_t>(last, write.offset + write.bytes.size());
        write_sectors(i, content);
      }
      if (i < size_cutoff) size = last;
    }
    content.resize(size);
    return content;
  }

 private:
  std::uint64_t draw() { return random_.below(file_.pending.size() + 1); }

  // How many of the writes happened: none, all, the first so many, or anew for each sector.
  std::uint64_t cutoff() {
    if (style_ == 0) return 0;
    if (style_ == 1) return file_.pending.size();
    return style_ == 2 ? common_ : draw();
  }

  void write_sectors(std::uint64_t i, std::string& content) {
    const SimDisk::File::Write& write = file_.pending[i];
    for (std::uint64_t at = 0; at < write.bytes.size();) {
      const std::uint64_t sector = (write.offset + at) / kSector;
      const std::uint64_t size = std::min<std::uint64_t>(
          write.bytes.size() - at, (sector + 1) * kSector - write.offset - at);
      const auto known = cutoffs_.try_emplace(sector, 0);
      if (known.second) known.first->second = cutoff();
      if (i < known.first->second) {
        const bool torn = style_ == 3 && random_.below(8) == 0;
        put(content, write.offset + at,
            std::string_view(write.bytes).substr(at, torn ? random_.below(size + 1) : size));
      }
      at += size;
    }
  }

  SimDisk::File& file_;
  Random& random_;
  std::uint64_t style_;
  std::uint64_t common_;
  std::map<std::uint64_t, std::uint64_t> cutoffs_;
};

}  // namespace

SimDisk::Step SimDisk::step(std::uint32_t faults_ppm) {
  if (stopped_) return {DiskFault::kStopped, false};
  if (++steps_ == plan_.stop_at_step) {
    stopped_ = true;
    return {DiskFault::kStopped, random_.below(2) == 0};
  }
  if (faults_ppm > 0 && random_.below(1'000'000) < faults_ppm) return {DiskFault::kIo, false};
  return {DiskFault::kNone, true};
}

std::uint64_t SimDisk::used() const {
  std::uint64_t sum = 0;
  for (const auto& [name, file] : now_) sum += file->now.size();
  return sum;
}

SimDisk::FileHandle SimDisk::open(const std::string& name, bool make) {
  const auto found = now_.find(name);
  if (found != now_.end()) return stopped_ ? nullptr : found->second;
  if (!make || step(0).fault != DiskFault::kNone) return nullptr;
  auto file = std::make_shared<File>();
  change_now({{}, name, file});
  return file;
}

DiskFault SimDisk::read(const File& file, std::uint64_t offset, std::uint64_t size,
                        std::string& bytes) {
  const Step done = step(plan_.read_faults_ppm);
  if (done.fault != DiskFault::kNone) return done.fault;
  bytes = offset < file.now.size() ? file.now.substr(offset, size) : std::string();
  return DiskFault::kNone;
}

DiskFault SimDisk::write(File& file, std::uint64_t offset, std::string_view bytes) {
  const Step done = step(plan_.write_faults_ppm);
  DiskFault fault = done.fault;
  if (fault == DiskFault::kStopped && !done.done) return fault;
  const std::uint64_t size = file.now.size(), end = offset + bytes.size();
  if (end > size && used() - size + end > plan_.bytes_max) fault = DiskFault::kFull;
  // What fails may be done in part.
  if (fault != DiskFault::kNone && fault != DiskFault::kStopped) {
    const bool grows = end > size && fault == DiskFault::kFull;
    const std::uint64_t room = grows ? (size > offset ? size - offset : 0) : bytes.size();
    bytes = bytes.substr(0, random_.below(room + 1));
  }
  file.pending.push_back({false, offset, std::string(bytes)});
  apply_write(file.pending.back(), file.now);
  return fault;
}

DiskFault SimDisk::truncate(File& file, std::uint64_t size) {
  const Step done = step(plan_.write_faults_ppm);
  if (!done.done) return done.fault;
  file.pending.push_back({true, size, {}});
  apply_write(file.pending.back(), file.now);
  return done.fault;
}

DiskFault SimDisk::sync(File& file) {
  const Step done = step(plan_.sync_faults_ppm);
  if (done.fault == DiskFault::kStopped && !done.done) return done.fault;
  if (done.fault != DiskFault::kIo) {
    for (const File::Write& write : file.pending) apply_write(write, file.durable);
  }
  file.pending.clear();
  return done.fault;
}

void SimDisk::apply(const NameChange& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.file;
}

void SimDisk::change_now(NameChange change) {
  apply(change, now_);
  pending_names_.push_back(std::move(change));
}

DiskFault SimDisk::rename(const std::string& from, const std::string& to) {
  const Step done = step(plan_.write_faults_ppm);
  const auto found = now_.find(from);
  if (!done.done) return done.fault;
  if (found == now_.end()) return DiskFault::kIo;
  change_now({from, to, found->second});
  return done.fault;
}

DiskFault SimDisk::remove(const std::string& name) {
  const Step done = step(plan_.write_faults_ppm);
  if (done.done && now_.contains(name)) change_now({name, {}, nullptr});
  return done.fault;
}

DiskFault SimDisk::sync_names() {
  const Step done = step(plan_.sync_faults_ppm);
  if (!done.done) return done.fault;
  for (const NameChange& change : pending_names_) apply(change, durable_);
  pending_names_.clear();
  return done.fault;
}

std::uint64_t SimDisk::size(const File& file) const {
  return file.now.size();
}

std::vector<std::string> SimDisk::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : now_) names.push_back(name);
  return names;
}

void SimDisk::end_processes() {
  stopped_ = false;
  plan_ = {};
  ++run_;
  locks_.clear();
  owner = nullptr;
}

void SimDisk::restart() {
  const std::uint64_t kept = random_.below(pending_names_.size() + 1);
  for (std::uint64_t i = 0; i < kept; ++i) apply(pending_names_[i], durable_);
  pending_names_.clear();
  now_ = durable_;
  for (const auto& [name, file] : now_) {
    file->durable = Survivors(*file, random_).content();
    file->now = file->durable;
    file->pending.clear();
  }
  end_processes();
}

bool SimDisk::flip_bit(const std::string& name) {
  const auto found = now_.find(name);
  if (found == now_.end() || found->second->now.empty()) return false;
  const std::uint64_t at = random_.below(found->second->now.size());
  const auto bit = static_cast<char>(1U << random_.below(8));
  found->second->now[at] ^= bit;
  if (at < found->second->durable.size()) found->second->durable[at] ^= bit;
  return true;
}

void SimDisk::cut(const std::string& name, std::uint64_t size) {
  const auto found = now_.find(name);
  if (found == now_.end()) return;
  File& file = *found->second;
  file.pending.clear();
  file.now.resize(std::min<std::uint64_t>(size, file.now.size()));
  file.durable = file.now;
}

SimDisk::Locks& SimDisk::locks(const std::string& name) {
  auto& locks = locks_[name];
  if (!locks) locks = std::make_shared<Locks>();
  return *locks;
}

}  // namespace tongsuan::journal
