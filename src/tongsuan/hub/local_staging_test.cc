// Folders and commands on a real file system.
#include "tongsuan/hub/local_staging.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tongsuan/hub/command.h"

namespace tongsuan::hub {
namespace {

namespace fs = std::filesystem;

class LocalStagingTest : public testing::Test {
 protected:
  LocalStagingTest() {
    std::string name = testing::TempDir() + "tongsuan-scratch-XXXXXX";
    root = mkdtemp(name.data());
    fs::create_directory(root + "/scratch");
    fs::permissions(root + "/scratch", fs::perms::owner_all);
    options.scratch = root + "/scratch";
    options.in = options.out = {"cp", "-r", "--", "{from}", "{to}"};
    const passwd* user = getpwuid(geteuid());
    place = {"C-1A", {user == nullptr ? "root" : user->pw_name, "lab"}};
    write(root + "/data", "1234567");
  }
  ~LocalStagingTest() override { fs::remove_all(root); }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
  void start() { staging = make_local_staging(options).value(); }
  template <class Ask>
  StagingReport wait(Ask&& ask) {
    StagingReport report;
    for (int i = 0; i < 2'000; ++i) {
      report = ask();
      if (report.state != StagingState::kWorking) return report;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return report;
  }
  StagingReport in(std::vector<Transfer> transfers) {
    return wait([&] { return staging->bring_in(place, transfers); });
  }
  StagingReport out(std::vector<Transfer> transfers) {
    return wait([&] { return staging->bring_out(place, transfers); });
  }
  StagingReport remove() {
    return wait([&] { return staging->remove(place); });
  }

  std::string root;
  LocalStagingOptions options;
  Place place;
  std::unique_ptr<Staging> staging;
};

TEST_F(LocalStagingTest, MakesAFolderForOneTenantFillsItAndRemovesIt) {
  start();
  const StagingReport filled = in({{root + "/data", "in"}});
  EXPECT_EQ(filled.state, StagingState::kDone) << filled.detail;
  EXPECT_EQ(filled.detail, "7 bytes");
  struct stat about {};
  ASSERT_EQ(stat(staging->folder("C-1A").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0700U);
  EXPECT_EQ(in({{root + "/data", "in"}}).state, StagingState::kDone) << "again, as after a crash";
  fs::create_directory(options.scratch + "/of somebody else");
  EXPECT_EQ(staging->contracts(), std::vector<std::string>{"C-1A"});
  EXPECT_EQ(out({{"in", root + "/copy"}}).state, StagingState::kDone);
  EXPECT_TRUE(fs::exists(root + "/copy"));
  EXPECT_EQ(remove().state, StagingState::kDone);
  EXPECT_FALSE(fs::exists(staging->folder("C-1A")));
  EXPECT_EQ(remove().state, StagingState::kDone) << "also where there is none";
}

TEST_F(LocalStagingTest, LeavesThePlaceOfTheContractByNoPath) {
  start();
  const std::vector<Transfer> kBad[] = {{{root + "/data", "../x"}}, {{root + "/data", "/etc/x"}},
                                        {{root + "/data", ""}},     {{"-r", "x"}},
                                        {{root + "/data", "-x"}},   {{"a\nb", "x"}}};
  for (const std::vector<Transfer>& bad : kBad) {
    EXPECT_EQ(in(bad).state, StagingState::kFailed) << bad[0].from << ' ' << bad[0].to;
  }
  place.contract = "../C-1";
  EXPECT_EQ(in({}).state, StagingState::kFailed);
}

TEST_F(LocalStagingTest, FollowsNoLinks) {
  start();
  ASSERT_EQ(in({}).state, StagingState::kDone);
  fs::create_symlink(root + "/data", staging->folder("C-1A") + "/link");
  EXPECT_EQ(out({{"link", root + "/stolen"}}).detail, "link is reached through a link");
  ASSERT_EQ(remove().state, StagingState::kDone);
  EXPECT_TRUE(fs::exists(root + "/data"));
  fs::create_directory(root + "/else");
  fs::create_symlink(root + "/else", staging->folder("C-1A"));
  EXPECT_EQ(in({}).state, StagingState::kFailed);
  ASSERT_EQ(remove().state, StagingState::kDone);
  EXPECT_TRUE(fs::exists(root + "/else"));
}

TEST_F(LocalStagingTest, SaysWhyACommandFailed) {
  options.in = {"sh", "-c", "echo no such bucket >&2; exit 3"};
  options.out.clear();
  start();
  EXPECT_EQ(in({{"s3://a", "x"}}).detail, "sh: status 3: no such bucket");
  EXPECT_EQ(out({{"x", "s3://a"}}).detail, "this hub moves no data: out of [staging] is not set");
  place.tenant.user = "nobody-of-that-name";
  EXPECT_EQ(in({}).detail, "there is no user nobody-of-that-name on this machine");
}

TEST_F(LocalStagingTest, StopsWhatIsUnderWayWhenTheFolderGoes) {
  options.in = {"sleep", "1000"};
  start();
  ASSERT_EQ(staging->bring_in(place, {{"a", "b"}}).state, StagingState::kWorking);
  for (int i = 0; i < 400 && !fs::exists(staging->folder("C-1A")); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(remove().state, StagingState::kDone);
  EXPECT_FALSE(fs::exists(staging->folder("C-1A")));
}

// Of whom the data come does not depend on whose never come.
TEST_F(LocalStagingTest, KeepsNobodyWaitingForTheDataOfOthers) {
  options.in = {"sh", "-c", "test $0 = quick || sleep 1000", "{from}"};
  start();
  const Place slow{"C-2", place.tenant};
  place.tenant.user = "daemon";
  if (geteuid() != 0 || getpwnam("daemon") == nullptr) GTEST_SKIP() << "takes root, two users";
  for (int i = 0; i < 3; ++i) {
    const Place more{"C-2" + std::to_string(i), slow.tenant};
    ASSERT_EQ(staging->bring_in(more, {{"slow", "x"}}).state, StagingState::kWorking);
  }
  EXPECT_EQ(in({{"quick", "x"}}).state, StagingState::kDone);
  EXPECT_FALSE(fs::exists(staging->folder("C-21"))) << "of one user one after the other";
}

TEST_F(LocalStagingTest, EndsWithWorkUnderWay) {
  options.in = {"sleep", "1000"};
  start();
  ASSERT_EQ(staging->bring_in(place, {{"a", "b"}}).state, StagingState::kWorking);
  staging.reset();
}

TEST_F(LocalStagingTest, WantsAScratchOfItsOwn) {
  fs::permissions(root + "/scratch", fs::perms::all);
  EXPECT_EQ(make_local_staging(options).error().code, ErrorCode::kInvalidArgument);
  options.scratch = root + "/data";
  EXPECT_EQ(make_local_staging(options).error().code, ErrorCode::kInvalidArgument);
}

TEST(Command, HasADeadlineAndLeavesNothingBehind) {
  const std::atomic<bool> stop = false;
  const CommandEnd late = run_command({"sleep", "1000"}, std::chrono::seconds(0), stop);
  EXPECT_FALSE(late.good);
  EXPECT_EQ(late.detail, "sleep: not done after 0 s");
  // What goes on in the background holds what it says; nobody waits for it.
  const CommandEnd forks =
      run_command({"sh", "-c", "sleep 1000 & echo done"}, std::chrono::seconds(100), stop);
  EXPECT_TRUE(forks.good);
  EXPECT_EQ(forks.detail, "done");
  EXPECT_FALSE(run_command({"/no/such/program"}, std::chrono::seconds(1), stop).good);
  EXPECT_FALSE(run_command({}, std::chrono::seconds(1), stop).good);
  EXPECT_EQ(split_words("  a  {from}\tb "), (std::vector<std::string>{"a", "{from}", "b"}));
}

TEST(Command, MayTalkFasterThanAnybodyListens) {
  const std::atomic<bool> stop = false;
  const CommandEnd loud = run_command({"sh", "-c", "dd if=/dev/zero bs=4M count=1 && echo done"},
                                      std::chrono::seconds(100), stop);
  EXPECT_TRUE(loud.good) << loud.detail;
  EXPECT_FALSE(run_command({"yes"}, std::chrono::seconds(0), stop).good) << "it never stops";
}

// One whose end somebody else has heard of may have failed.
TEST(Command, IsNotGoodWhereItsEndIsNotKnown) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const std::atomic<bool> stop = false;
  EXPECT_FALSE(run_command({"false"}, std::chrono::seconds(100), stop).good);
  std::signal(SIGCHLD, before);
}

// Runs something as root, as sudo does, and is nobody itself. What is to be run leaves its number
// in the file.
CommandEnd run_as_nobody(const std::string& as_root, const std::string& file) {
  constexpr uid_t kNobody = 65'534;
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(300);  // where it would wait for ever
    const bool is_nobody =
        setresgid(kNobody, kNobody, kNobody) == 0 && setresuid(kNobody, kNobody, kNobody) == 0;
    const std::atomic<bool> stop = false;
    const CommandEnd end = run_command({as_root, "--reuid=0", "--regid=0", "--clear-groups", "sh",
                                        "-c", "echo $$ > " + file + "; exec sleep 1000"},
                                       std::chrono::seconds(1), stop);
    const bool told = write(ends[1], end.detail.data(), end.detail.size()) > 0;
    _exit(is_nobody && told && !end.good ? 0 : 1);
  }
  close(ends[1]);
  std::string said(4'096, '\0');
  const ssize_t count = read(ends[0], said.data(), said.size());
  close(ends[0]);
  int status = -1;
  waitpid(pid, &status, 0);
  return {status == 0, said.substr(0, static_cast<std::size_t>(std::max<ssize_t>(0, count)))};
}

TEST_F(LocalStagingTest, LeavesAloneWhatItMayNotEnd) {
  const std::string tool = "/usr/bin/setpriv", as_root = root + "/as-root", file = root + "/number";
  if (geteuid() != 0 || !fs::exists(tool)) GTEST_SKIP() << "takes root, and setpriv";
  fs::permissions(root, fs::perms::all);
  fs::copy_file(tool, as_root);
  fs::permissions(as_root, fs::perms::set_uid | fs::perms::all);
  const CommandEnd end = run_as_nobody(as_root, file);
  pid_t number = 0;
  std::ifstream(file) >> number;
  ASSERT_GT(number, 1);
  EXPECT_EQ(kill(number, SIGKILL), 0) << "it goes on";
  EXPECT_TRUE(end.good) << end.detail;
  EXPECT_NE(end.detail.find("not done after 1 s, and it goes on"), std::string::npos) << end.detail;
}

// ---- What jobs say ---------------------------------------------------------------------------

class TenantFiles : public LocalStagingTest {
 protected:
  TenantFiles() { fs::create_directory(folder); }
  std::string read(const std::string& file = "out", const std::string& contract = "C-1A") {
    const auto piece = read_tenant_file(options.scratch, contract, file, {});
    return piece.ok() ? piece.value().bytes : "! " + piece.error();
  }
  const std::string folder = root + "/scratch/C-1A";
};

TEST_F(TenantFiles, AreReadInParts) {
  write(folder + "/out", "0123456789");
  EXPECT_EQ(read(), "0123456789");
  start();
  const auto end = staging->read("C-1A", "out", {.from = {}, .tail = 3});
  ASSERT_TRUE(end.ok()) << end.error();
  EXPECT_EQ(end.value(), (cluster::Piece{7, 10, "789", false}));
  EXPECT_EQ(staging->read("C-1A", "out", {.from = 8}).value().bytes, "89");
  EXPECT_EQ(read("none"), "");
  EXPECT_EQ(read("out", "C-2"), "");
}

TEST_F(TenantFiles, AreNoLinks) {
  fs::create_symlink(root + "/data", folder + "/out");
  EXPECT_EQ(read(), "! out is a link");
  fs::remove(folder + "/out");
  fs::create_hard_link(root + "/data", folder + "/out");
  EXPECT_EQ(read(), "! out is not shown: it has more than one name");
  fs::create_directory(root + "/elsewhere");
  write(root + "/elsewhere/out", "secret");
  fs::create_directory_symlink(root + "/elsewhere", root + "/scratch/C-3");
  EXPECT_EQ(read("out", "C-3").substr(0, 2), "! ");
}

TEST_F(TenantFiles, AreNoPipesNorFolders) {
  ASSERT_EQ(mkfifo((folder + "/out").c_str(), 0600), 0);
  EXPECT_EQ(read(), "! out is not shown: it is no regular file") << "and nobody waits for a writer";
  fs::remove(folder + "/out");
  fs::create_directory(folder + "/out");
  EXPECT_EQ(read(), "! out is not shown: it is no regular file");
}

TEST_F(TenantFiles, AreTheTenants) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  write(folder + "/out", "secret");
  ASSERT_EQ(chown((folder + "/out").c_str(), 12'345, 12'345), 0);
  EXPECT_EQ(read(), "! out is not shown: it is somebody else's");
}

TEST_F(TenantFiles, HaveNamesOfFiles) {
  for (const char* file : {"", "../../data", "/etc/passwd", "a/b", "-x", "a\nb"}) {
    EXPECT_EQ(read(file), "! no file of a contract") << file;
  }
  EXPECT_EQ(read("out", "../scratch/C-1A"), "! no file of a contract");
}

}  // namespace
}  // namespace tongsuan::hub
