// Folders and commands on a real file system.
#include "tongsuan/hub/local_staging.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
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

}  // namespace
}  // namespace tongsuan::hub
