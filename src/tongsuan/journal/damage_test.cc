// The embedded journal on a real file system: files cut and changed, disks full, processes killed.
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/journal/journal_fixture.h"
#include "tongsuan/journal/wal.h"

namespace tongsuan::journal {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// A small journal whose last batches are in the log, as files.
class DamageTest : public testing::Test {
 protected:
  DamageTest() {
    Random random(5);
    {
      auto journal =
          std::make_unique<EmbeddedJournal>(*folder_, &head_, EmbeddedOptions{.make = true});
      TONGSUAN_CHECK(journal->open().ok());
      for (int i = 0; i < 3; ++i) TONGSUAN_CHECK(known_.append(*journal, records(i)).ok());
    }
    auto journal = std::make_unique<EmbeddedJournal>(*folder_, &head_, EmbeddedOptions{});
    TONGSUAN_CHECK(journal->open().ok());
    for (int i = 3; i < 6; ++i) TONGSUAN_CHECK(known_.append(*journal, records(i)).ok());
    for (const char* name : {kDatabaseName, kLogName})
      files_.emplace_back(name, folder_->read(name).value());
    head_bytes_ = head_folder_->read("head").value();
  }
  static std::vector<OwnRecord> records(int i) {
    return {
        {CommandId{static_cast<std::uint8_t>(i)}, std::string(100, static_cast<char>('a' + i))}};
  }

  // Puts the files in a fresh state, with `name` as given.
  void put(const std::string& changed, const std::string& bytes) {
    for (const auto& [name, whole] : files_) write(name, name == changed ? bytes : whole);
    unlink((place_.path() + "/journal.db-shm").c_str());
    write_to(head_place_.path() + "/head", head_bytes_);
  }
  void write(const std::string& name, const std::string& bytes) {
    write_to(place_.path() + '/' + name, bytes);
  }
  static void write_to(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  // Refused with a reason, or everything is there. True when it was refused.
  bool refused(bool with_head) {
    EmbeddedJournal journal(*folder_, with_head ? &head_ : nullptr, {.verify = Verify::kWhole});
    const Answer<Opened> opened = journal.open();
    if (!opened.ok()) {
      EXPECT_NE(opened.error().fault, Fault::kInvalid);
      EXPECT_FALSE(opened.error().hint.empty()) << to_string(opened.error());
      return true;
    }
    Known known = known_;
    EXPECT_EQ(compare(known, read_all(journal)), "");
    return false;
  }

  TemporaryFolder place_, head_place_;
  std::unique_ptr<Folder> folder_ = posix_folder(place_.path());
  std::unique_ptr<Folder> head_folder_ = posix_folder(head_place_.path());
  SigningKey key_ = test_key();
  HeadFile head_{*head_folder_, key_};
  Known known_;
  Files files_;
  std::string head_bytes_;
};

TEST_F(DamageTest, AFileCutAtAnyByteOfItsTailIsRefusedOrWhole) {
  for (const auto& [name, whole] : files_) {
    // The last page byte by byte, the rest in steps.
    const std::size_t tail = std::min<std::size_t>(whole.size(), many_seeds(1) * 1'100);
    std::size_t kept = 0;
    for (std::size_t size = 0; size < whole.size();
         size += size + tail < whole.size() ? 509U : 1U) {
      put(name, whole.substr(0, size));
      kept += refused(true) ? 0U : 1U;
      ASSERT_FALSE(HasFailure()) << name << " cut to " << size;
    }
    // The end of the database is in the log too; the end of the log is nowhere else.
    if (name == kLogName) {
      EXPECT_EQ(kept, 0U);
    } else {
      EXPECT_LT(kept, tail);
    }
  }
  put("", "");
  EXPECT_FALSE(refused(true)) << "whole files";
}

TEST_F(DamageTest, BitsThatFlipAreRefusedOrHarmless) {
  Random random(9);
  std::size_t refusals = 0, without_head = 0;
  const std::uint64_t count = many_seeds(400);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& [name, whole] = files_[random.below(files_.size())];
    std::string bytes = whole;
    bytes[random.below(bytes.size())] ^= static_cast<char>(1U << random.below(8));
    put(name, bytes);
    refusals += refused(true) ? 1U : 0U;
    ASSERT_FALSE(HasFailure()) << "change " << i << " of " << name;
    const std::optional<std::uint64_t> bad =
        scan_wal(name == kLogName ? bytes : files_[1].second).bad;
    without_head += bad ? 1U : 0U;
  }
  EXPECT_GT(refusals, count / 4);
  EXPECT_GT(without_head, 0U) << "the log itself shows damage before its last commits";
}

TEST_F(DamageTest, SaysWhereTheLogIsDamaged) {
  std::string log = files_[1].second;
  log[32 + 24 + 100] ^= 1;  // the first frame
  put(kLogName, log);
  EmbeddedJournal journal(*folder_, nullptr, {});
  const Answer<Opened> opened = journal.open();
  ASSERT_FALSE(opened.ok());
  ASSERT_TRUE(opened.error().damage);
  EXPECT_EQ(opened.error().fault, Fault::kCorrupt);
  EXPECT_EQ(opened.error().damage->file, kLogName);
  EXPECT_EQ(opened.error().damage->offset, 32U);
  EXPECT_EQ(opened.error().damage->sequence, 4U);
  // A repair without head knows of nothing that is lost, and keeps what is good.
  const Answer<Repaired> repaired = repair(*folder_, nullptr, {});
  ASSERT_TRUE(repaired.ok()) << to_string(repaired.error());
  EXPECT_EQ(repaired.value().head.sequence, 3U);
  EXPECT_EQ(folder_->read(repaired.value().side_file + "-wal").value(), log);
}

TEST_F(DamageTest, ARefusalChangesNothing) {
  const std::string cut = files_[1].second.substr(0, files_[1].second.size() - 1'000);
  put(kLogName, cut);
  ASSERT_TRUE(refused(true));
  EXPECT_EQ(folder_->read(kLogName).value(), cut);
  EXPECT_EQ(folder_->read(kDatabaseName).value(), files_[0].second);
}

// ---- Full disks
// ----------------------------------------------------------------------------------

// Fills a journal until it is full, then reads all of it, makes room, and goes on. A status for a
// process to end with: 0 is good.
int fill(const std::string& path, const std::function<void()>& make_room) {
  const auto folder = posix_folder(path);
  Known known;
  EmbeddedJournal journal(*folder, nullptr, {.make = true, .checkpoint_frames = 20});
  if (!journal.open().ok()) return 1;
  const std::vector<OwnRecord> records(1, {CommandId{1}, std::string(20'000, 'x')});
  int full = 0;
  for (int i = 0; i < 1'000 && full < 5; ++i) {
    const Answer<std::uint64_t> appended = known.append(journal, records);
    if (!appended.ok() && appended.error().fault != Fault::kFull) {
      std::fprintf(stderr, "%s\n", to_string(appended.error()).c_str());
      return 2;
    }
    if (!appended.ok()) ++full;
  }
  if (full < 5 || known.acknowledged.size() < 3) return 3;
  if (read_all(journal) != known.acknowledged) return 4;
  make_room();
  if (!known.append(journal, records).ok()) return 5;
  return read_all(journal) == known.acknowledged ? 0 : 6;
}

int status_of(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int kCannot = 77;

TEST(FullDisk, IsSaidAndReadingGoesOn) {
  const TemporaryFolder place;
  const int status = status_of([&] {
    // A small file system of our own, which nobody else sees; it needs rights that not everybody
    // has.
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", place.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
      return kCannot;
    }
    return fill(place.path(),
                [&] { (void)mount("none", place.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m"); });
  });
  if (status == kCannot) GTEST_SKIP() << "no right to mount a small file system here";
  EXPECT_EQ(status, 0);
}

TEST(FullDisk, ALimitOfTheProcessIsAFullDisk) {
  const TemporaryFolder place;
  EXPECT_EQ(status_of([&] {
              signal(SIGXFSZ, SIG_IGN);
              rlimit limit{500'000, RLIM_INFINITY};
              setrlimit(RLIMIT_FSIZE, &limit);
              return fill(place.path(), [&] {
                limit.rlim_cur = RLIM_INFINITY;
                setrlimit(RLIMIT_FSIZE, &limit);
              });
            }),
            0);
}

// ---- Killed processes
// ----------------------------------------------------------------------------

// Appends for ever, one record each, which says its own number; notes in `acknowledged` what was
// acknowledged.
void write_until_killed(const std::string& path, const std::string& heads, int acknowledged) {
  const auto folder = posix_folder(path), head_folder = posix_folder(heads);
  const SigningKey key = test_key();
  HeadFile head(*head_folder, key);
  EmbeddedJournal journal(*folder, &head, {.make = true, .checkpoint_frames = 30});
  const Answer<Opened> opened = journal.open();
  if (!opened.ok()) std::fprintf(stderr, "%s\n", to_string(opened.error()).c_str());
  if (!opened.ok()) _exit(1);
  for (std::uint64_t next = opened.value().head.sequence + 1;; ++next) {
    const std::vector<OwnRecord> records(1, {CommandId{}, std::to_string(next)});
    if (!journal.append(batch_of(next, records)).ok()) _exit(2);
    if (next % 50 == 0 && !journal.write_snapshot({next, Digest{}, "state"}).ok()) _exit(3);
    if (pwrite(acknowledged, &next, sizeof next, 0) != static_cast<ssize_t>(sizeof next)) _exit(4);
  }
}

TEST(KilledProcess, LosesNothingThatItAcknowledged) {
  const TemporaryFolder place(false), heads(false);
  const int file =
      ::open((heads.path() + "/acknowledged").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  Random random(1);
  std::uint64_t certain = 0;  // acknowledged, or found once
  for (std::uint64_t round = 0; round < many_seeds(20); ++round) {
    const pid_t child = fork();
    if (child == 0) write_until_killed(place.path(), heads.path(), file);
    usleep(static_cast<useconds_t>(random.below(60'000)));
    // Not before it has done something, however slow the disk is.
    std::uint64_t acknowledged = 0;
    for (int i = 0; i < 5'000 && acknowledged <= certain; ++i) {
      usleep(200);
      if (pread(file, &acknowledged, sizeof acknowledged, 0) != sizeof acknowledged) continue;
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "round " << round << ", status " << status;
    if (pread(file, &acknowledged, sizeof acknowledged, 0) != sizeof acknowledged) acknowledged = 0;
    certain = std::max(certain, acknowledged);
    const auto folder = posix_folder(place.path()), head_folder = posix_folder(heads.path());
    const SigningKey key = test_key();
    HeadFile head(*head_folder, key);
    EmbeddedJournal journal(*folder, &head, {.make = true, .verify = Verify::kWhole});
    const Answer<Opened> opened = journal.open();
    ASSERT_TRUE(opened.ok()) << to_string(opened.error());
    const std::uint64_t found = opened.value().head.sequence;
    ASSERT_TRUE(found == certain || found == certain + 1) << found << " of " << certain;
    certain = found;
    const std::vector<OwnRecord> all = read_all(journal);
    ASSERT_EQ(all.size(), found);
    for (std::uint64_t i = 0; i < found; ++i) ASSERT_EQ(all[i].events, std::to_string(i + 1));
  }
  EXPECT_GE(certain, 20U);
  ::close(file);
}

}  // namespace
}  // namespace tongsuan::journal
