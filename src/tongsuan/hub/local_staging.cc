#include "tongsuan/hub/local_staging.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <pwd.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "tongsuan/hub/command.h"
#include "tongsuan/journal/open_file.h"

namespace tongsuan::hub {
namespace {

constexpr std::size_t kUserBytes = 16'384;  // of an entry of the system's users
constexpr int kAtOnce = 8;                  // that are under way

enum class Way : std::uint8_t { kIn, kOut, kRemove };

struct Task {
  Way way = Way::kIn;
  Place place;
  std::vector<Transfer> transfers;
};
using TaskName = std::pair<std::string, Way>;  // contract first

StagingReport failed(std::string why) {
  return {StagingState::kFailed, std::move(why)};
}
StagingReport system_failed(const std::string& what) {
  return failed(what + ": " + std::strerror(errno));
}

bool find_user(const std::string& name, uid_t& user, gid_t& group) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> bytes(kUserBytes);
  getpwnam_r(name.c_str(), &entry, bytes.data(), bytes.size(), &found);
  if (found == nullptr) return false;
  user = entry.pw_uid;
  group = entry.pw_gid;
  return true;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

// No link on the way from the folder, as far as we may look.
bool has_no_link(const std::string& folder, const std::string& inside) {
  std::string path = folder;
  std::string rest = inside + '/';
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    path += '/' + rest.substr(0, slash);
    rest.erase(0, slash + 1);
    struct stat about {};
    if (lstat(path.c_str(), &about) == 0 && S_ISLNK(about.st_mode)) return false;
  }
  return true;
}

// Of files, however deep; nothing where we may not look.
std::optional<std::uintmax_t> bytes_of(const std::filesystem::path& place) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(place, error);
  if (error) return std::nullopt;
  if (std::filesystem::is_regular_file(status)) {
    const std::uintmax_t bytes = std::filesystem::file_size(place, error);
    return error ? std::nullopt : std::optional(bytes);
  }
  std::uintmax_t bytes = 0;
  if (!std::filesystem::is_directory(status)) return bytes;
  std::filesystem::recursive_directory_iterator files(place, error);
  while (!error && files != std::filesystem::recursive_directory_iterator()) {
    if (files->is_regular_file(error) && !files->is_symlink(error))
      bytes += files->file_size(error);
    if (!error) files.increment(error);
  }
  return error ? std::nullopt : std::optional(bytes);
}

class LocalStaging final : public Staging {
 public:
  explicit LocalStaging(LocalStagingOptions options) : options_(std::move(options)) {
    for (int i = 0; i < kAtOnce; ++i) threads_.emplace_back([this] { work(); });
  }
  ~LocalStaging() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      for (const auto& [name, under] : under_way_) *under.stop = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::string folder(const std::string& contract) const override {
    return options_.scratch + '/' + contract;
  }
  std::vector<std::string> contracts() override {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator at(options_.scratch, error), end; !error && at != end;
         at.increment(error)) {
      std::string name = at->path().filename();
      if (cluster::is_contract(name)) found.push_back(std::move(name));
    }
    return found;
  }
  StagingReport bring_in(const Place& place, const std::vector<Transfer>& transfers) override {
    return ask({Way::kIn, place, transfers});
  }
  StagingReport bring_out(const Place& place, const std::vector<Transfer>& transfers) override {
    return ask({Way::kOut, place, transfers});
  }
  Result<cluster::Piece, std::string> read(const std::string& contract, const std::string& file,
                                           const cluster::Extent& extent) override {
    return read_tenant_file(options_.scratch, contract, file, extent);
  }
  StagingReport remove(const Place& place) override { return ask({Way::kRemove, place, {}}); }

 private:
  // What became of it, once; until then it waits or is under way.
  StagingReport ask(Task task) {
    const TaskName name{task.place.contract, task.way};
    const std::lock_guard lock(mutex_);
    const auto done = done_.find(name);
    if (done != done_.end()) {
      StagingReport report = std::move(done->second);
      done_.erase(done);
      return report;
    }
    if (!known_.insert({name, true}).second) return {StagingState::kWorking, {}};
    // What is removed is not filled any more.
    if (task.way == Way::kRemove) give_up(task.place.contract);
    queue_.push_back(std::move(task));
    changed_.notify_all();
    return {StagingState::kWorking, {}};
  }

  void give_up(const std::string& contract) {
    std::erase_if(queue_, [&](const Task& task) { return task.place.contract == contract; });
    for (const Way way : {Way::kIn, Way::kOut}) {
      done_.erase({contract, way});
      const auto under = under_way_.find({contract, way});
      if (under != under_way_.end()) {
        *under->second.stop = true;
      } else {
        known_.erase({contract, way});
      }
    }
  }

  // The first that may begin: of one user, and so of one contract, one thing after the other.
  // Whoever's data never come keeps nobody else waiting.
  std::deque<Task>::iterator next() {
    return std::ranges::find_if(queue_, [this](const Task& task) {
      return std::ranges::none_of(under_way_, [&task](const auto& one) {
        return one.second.user == task.place.tenant.user || one.first.first == task.place.contract;
      });
    });
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || next() != queue_.end(); });
      if (ending_) return;
      const auto first = next();
      const Task task = std::move(*first);
      queue_.erase(first);
      const TaskName name{task.place.contract, task.way};
      const auto stop = std::make_shared<std::atomic<bool>>(false);
      under_way_.insert_or_assign(name, UnderWay{task.place.tenant.user, stop});
      lock.unlock();
      StagingReport report = carry_out(task, *stop);
      lock.lock();
      under_way_.erase(name);
      known_.erase(name);
      // Nobody asks any more for what was stopped.
      if (!*stop) done_.insert_or_assign(name, std::move(report));
      changed_.notify_all();
    }
  }

  StagingReport carry_out(const Task& task, const std::atomic<bool>& stop) {
    // Names come from the exchange; a folder of another name is none of ours.
    if (!cluster::is_contract(task.place.contract)) return failed("no id of a contract");
    switch (task.way) {
      case Way::kIn: {
        StagingReport made = make_folder(task.place, stop);
        return made.state == StagingState::kDone ? move(task, stop) : made;
      }
      case Way::kOut:
        return move(task, stop);
      case Way::kRemove:
        return remove_folder(task.place, stop);
    }
    return failed("no such way");
  }

  StagingReport make_folder(const Place& place, const std::atomic<bool>& stop) {
    uid_t user = 0;
    gid_t group = 0;
    if (!find_user(place.tenant.user, user, group)) {
      return failed("there is no user " + place.tenant.user + " on this machine");
    }
    const journal::OpenFile scratch(
        open(options_.scratch.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (scratch.number() < 0) return system_failed(options_.scratch);
    const char* name = place.contract.c_str();
    if (mkdirat(scratch.number(), name, S_IRWXU) != 0 && errno != EEXIST) {
      return system_failed(folder(place.contract));
    }
    struct stat about {};
    if (fstatat(scratch.number(), name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
      return system_failed(folder(place.contract));
    }
    if (!S_ISDIR(about.st_mode)) return failed(folder(place.contract) + " is no folder");
    if (about.st_uid == user) return {StagingState::kDone, {}};
    if (about.st_uid != geteuid()) return failed(folder(place.contract) + " is somebody else's");
    if (!options_.own.empty()) return run(options_.own, place, {}, stop);
    const journal::OpenFile made(
        openat(scratch.number(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (made.number() < 0 || fchown(made.number(), user, group) != 0) {
      return failed(folder(place.contract) + " cannot be given to " + place.tenant.user + ": " +
                    std::strerror(errno) + "; set own in [staging]");
    }
    return {StagingState::kDone, {}};
  }

  StagingReport move(const Task& task, const std::atomic<bool>& stop) {
    const std::string own = folder(task.place.contract);
    const bool in = task.way == Way::kIn;
    const std::vector<std::string>& command = in ? options_.in : options_.out;
    if (!task.transfers.empty() && command.empty()) {
      return failed(std::string("this hub moves no data: ") + (in ? "in" : "out") +
                    " of [staging] is not set");
    }
    std::optional<std::uintmax_t> bytes = 0;
    for (Transfer transfer : task.transfers) {
      std::string& inside = in ? transfer.to : transfer.from;
      if (!is_inside(inside) || !is_word(in ? transfer.from : transfer.to)) {
        return failed("a place that is none: " + transfer.from + " to " + transfer.to);
      }
      if (!has_no_link(own, inside)) return failed(inside + " is reached through a link");
      inside = own + '/' + inside;
      StagingReport moved = run(command, task.place, transfer, stop);
      if (moved.state != StagingState::kDone) return moved;
      const std::optional<std::uintmax_t> more = bytes_of(inside);
      bytes = bytes && more ? std::optional(*bytes + *more) : std::nullopt;
    }
    return {StagingState::kDone,
            bytes ? std::to_string(*bytes) + " bytes" : "bytes that only its tenant may count"};
  }

  StagingReport remove_folder(const Place& place, const std::atomic<bool>& stop) {
    const std::string path = folder(place.contract);
    struct stat about {};
    if (lstat(path.c_str(), &about) != 0 && errno == ENOENT) return {StagingState::kDone, {}};
    if (!options_.remove.empty()) return run(options_.remove, place, {}, stop);
    std::error_code error;
    // Removes links, not what they lead to.
    std::filesystem::remove_all(path, error);
    if (!error) return {StagingState::kDone, {}};
    return failed(path + " cannot be removed: " + error.message() + "; set remove in [staging]");
  }

  StagingReport run(const std::vector<std::string>& command, const Place& place,
                    const Transfer& transfer, const std::atomic<bool>& stop) {
    const std::pair<std::string_view, std::string> kWords[] = {{"{from}", transfer.from},
                                                               {"{to}", transfer.to},
                                                               {"{folder}", folder(place.contract)},
                                                               {"{user}", place.tenant.user}};
    std::vector<std::string> words = command;
    for (std::string& word : words) {
      // Whole words only: nothing that was put in is looked at again.
      const auto found = std::ranges::find(kWords, word, [](const auto& one) { return one.first; });
      if (found != std::end(kWords)) word = found->second;
    }
    const CommandEnd end =
        run_command(words, std::chrono::seconds(options_.deadline_seconds), stop);
    return {end.good ? StagingState::kDone : StagingState::kFailed, end.detail};
  }

  struct UnderWay {
    std::string user;
    std::shared_ptr<std::atomic<bool>> stop;
  };

  const LocalStagingOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  std::map<TaskName, bool> known_;  // waiting or under way
  std::map<TaskName, StagingReport> done_;
  std::map<TaskName, UnderWay> under_way_;
  bool ending_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

std::string no_output(const std::string& what) {
  const int error = errno;
  return what + " cannot be read: " + std::strerror(error) +
         (error == EACCES ? "; whoever runs the hub has to let its agent read it" : "");
}

// Whether the open file may be shown as one of the folder: the reason why not, otherwise.
std::string objection(int folder, int file, struct stat& about) {
  struct stat around {};
  if (fstat(folder, &around) != 0 || fstat(file, &about) != 0) return "it cannot be looked at";
  if (!S_ISREG(about.st_mode)) return "it is no regular file";
  // A hard link shows another's file under a name of one's own.
  if (about.st_nlink != 1) return "it has more than one name";
  if (about.st_uid != around.st_uid) return "it is somebody else's";
  return {};
}

}  // namespace

Result<cluster::Piece, std::string> read_tenant_file(const std::string& scratch,
                                                     const std::string& contract,
                                                     const std::string& file,
                                                     const cluster::Extent& extent) {
  if (!cluster::is_contract(contract) || !is_word(file) || file.find('/') != std::string::npos) {
    return std::string("no file of a contract");
  }
  const journal::OpenFile root(open(scratch.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root.number() < 0) return no_output("the scratch");
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;
  const journal::OpenFile folder(openat(root.number(), contract.c_str(), kFlags | O_DIRECTORY));
  if (folder.number() < 0 && errno == ENOENT) return cluster::Piece{};
  if (folder.number() < 0) return no_output("its folder");
  // Nothing waits at a pipe for somebody who writes into it.
  const journal::OpenFile opened(openat(folder.number(), file.c_str(), kFlags | O_NONBLOCK));
  if (opened.number() < 0 && errno == ENOENT) return cluster::Piece{};
  if (opened.number() < 0 && errno == ELOOP) return file + " is a link";
  if (opened.number() < 0) return no_output(file);
  struct stat about {};
  if (const std::string why = objection(folder.number(), opened.number(), about); !why.empty()) {
    return file + " is not shown: " + why;
  }
  cluster::Piece piece;
  piece.size = static_cast<std::uint64_t>(about.st_size);
  const cluster::Part part = cluster::part_of(extent, piece.size);
  piece.offset = part.offset;
  piece.bytes.resize(part.count);
  const ssize_t got =
      pread(opened.number(), piece.bytes.data(), part.count, static_cast<off_t>(part.offset));
  if (got < 0) return no_output(file);
  piece.bytes.resize(static_cast<std::size_t>(got));
  return piece;
}

bool is_inside(std::string_view path) {
  if (!is_word(path) || path.front() == '/') return false;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (path.substr(0, end) == "..") return false;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return true;
}

Result<std::unique_ptr<Staging>> make_local_staging(LocalStagingOptions options) {
  struct stat about {};
  const std::string& scratch = options.scratch;
  if (lstat(scratch.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, scratch + " is no folder",
                 "make it: mkdir -m 0711 " + scratch};
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0 || about.st_uid != geteuid()) {
    return Error{ErrorCode::kInvalidArgument,
                 scratch + " can be written by others, or is not the agent's",
                 "give it to the agent's user with mode 0711"};
  }
  return std::unique_ptr<Staging>(std::make_unique<LocalStaging>(std::move(options)));
}

}  // namespace tongsuan::hub
