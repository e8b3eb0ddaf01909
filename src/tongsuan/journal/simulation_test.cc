// The embedded journal on a disk that loses what was not synced.
#include <memory>

#include "tongsuan/base/many_seeds.h"
#include "tongsuan/journal/journal_fixture.h"
#include "tongsuan/journal/sim_disk.h"
#include "tongsuan/journal/sim_journal.h"

namespace tongsuan::journal {
namespace {

struct World {
  bool machine_stops = false;  // at any step; otherwise only processes end
  bool disk_fails = false;     // reads, writes and syncs fail now and then
  bool disk_is_small = false;
  bool bits_flip = false;
  TestSwitches switches = {};
};

// One life of a journal after another on the same disks.
class Lives {
 public:
  Lives(std::uint64_t seed, const World& world)
      : world_(world),
        random_(seed),
        disk_(random_.next()),
        head_disk_(random_.next()),
        folder_(disk_),
        head_folder_(head_disk_) {}

  // Why a promise is broken; empty when none is.
  std::string run() {
    for (int life = 0; life < 6; ++life) {
      const std::string broken = live();
      if (!broken.empty() || refused_) return broken;
      end();
    }
    disk_.set_plan({});
    head_disk_.set_plan({});
    return live();
  }
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] const Known& known() const { return known_; }

 private:
  DiskPlan plan() {
    DiskPlan plan;
    if (world_.machine_stops)
      plan.stop_at_step = disk_.steps() + 1 + random_.below(random_.below(2) == 0 ? 60 : 400);
    if (world_.disk_fails && random_.below(2) == 0) {
      plan.read_faults_ppm = static_cast<std::uint32_t>(random_.below(2'000));
      plan.write_faults_ppm = static_cast<std::uint32_t>(random_.below(20'000));
      plan.sync_faults_ppm = static_cast<std::uint32_t>(random_.below(60'000));
    }
    if (world_.disk_is_small) plan.bytes_max = 30'000 + random_.below(100'000);
    return plan;
  }

  std::string live() {
    disk_.set_plan(plan());
    EmbeddedOptions options;
    options.make = true;
    options.verify = random_.below(2) == 0 ? Verify::kWhole : Verify::kFromSnapshot;
    // Where bits flip, only a head that is never behind shows every cut.
    options.head_sync_every =
        world_.bits_flip ? 1 : 1 + static_cast<std::uint32_t>(random_.below(5));
    options.checkpoint_frames = 1 + random_.below(40);
    options.switches = world_.switches;
    HeadFile head(head_folder_, key());
    EmbeddedJournal journal(folder_, &head, options);
    const Answer<Opened> opened = journal.open();
    if (!opened.ok()) return judge_refusal(opened.error());
    const std::string broken = judge(journal, opened.value());
    if (!broken.empty() || disk_.stopped()) return disk_.stopped() ? "" : broken;
    return work(journal);
  }

  static const SigningKey& key() {
    static const SigningKey key = test_key();
    return key;
  }

  std::string judge_refusal(const Failure& failure) {
    const bool expected = failure.fault == Fault::kIo || failure.fault == Fault::kFull;
    if (disk_.stopped() || (expected && (world_.disk_fails || world_.disk_is_small))) return "";
    refused_ = true;
    return world_.bits_flip ? "" : "refused: " + to_string(failure);
  }

  std::string judge(EmbeddedJournal& journal, const Opened& opened) {
    std::vector<OwnRecord> found;
    const Answer<Done> read = journal.read(1, [&](const Batch& batch) {
      for (const Record& record : batch.records)
        found.push_back({record.command, std::string(record.events)});
      return true;
    });
    if (!read.ok() && (disk_.stopped() || world_.disk_fails)) return "";
    if (!read.ok() && world_.bits_flip) return refused_ = true, "";
    if (!read.ok()) return to_string(read.error());
    if (found.size() != opened.head.sequence) return "the head is not where the batches end";
    const std::string broken = compare(known_, found);
    return broken.empty() ? judge_rest(journal) : broken;
  }

  std::string judge_rest(EmbeddedJournal& journal) {
    if (world_.disk_fails || world_.bits_flip) return "";
    for (const std::string& blob : known_.blobs) {
      const Answer<std::string> read = journal.read_blob(sha256(blob));
      if (disk_.stopped()) return "";
      if (!read.ok() || read.value() != blob) return "an acknowledged blob is lost";
    }
    if (known_.snapshot == 0) return "";
    const Answer<Snapshot> snapshot = journal.read_snapshot();
    if (disk_.stopped()) return "";
    if (!snapshot.ok()) return "an acknowledged snapshot is lost: " + to_string(snapshot.error());
    if (snapshot.value().bytes != "state " + std::to_string(snapshot.value().sequence)) {
      return "a snapshot is not what it was";
    }
    return snapshot.value().sequence < known_.snapshot ? "an older snapshot came back" : "";
  }

  std::string work(EmbeddedJournal& journal) {
    const std::uint64_t count = 1 + random_.below(12);
    for (std::uint64_t i = 0; i < count; ++i) {
      const Answer<std::uint64_t> appended = known_.append(journal, random_records(random_));
      if (!appended.ok() && is_fatal(appended.error().fault)) return "";
      if (!appended.ok() && appended.error().fault != Fault::kFull)
        return to_string(appended.error());
      if (random_.below(4) == 0) {
        const std::string blob = random_bytes(random_, 20'000);
        if (journal.put_blob(blob).ok()) known_.blobs.push_back(blob);
      }
      if (random_.below(6) == 0 && known_.next() > 1) {
        const std::uint64_t at = known_.next() - 1;
        const std::string state = "state " + std::to_string(at);
        if (journal.write_snapshot({at, sha256(state), state}).ok()) known_.snapshot = at;
      }
    }
    return "";
  }

  // However this life ended.
  void end() {
    if (disk_.stopped() || random_.below(3) == 0) {
      disk_.restart();
      head_disk_.restart();
    } else {
      disk_.end_processes();
      head_disk_.end_processes();
    }
    if (!world_.bits_flip || random_.below(2) == 0) return;
    std::vector<std::string> names = disk_.names();
    if (!names.empty()) disk_.flip_bit(names[random_.below(names.size())]);
  }

  World world_;
  Random random_;
  SimDisk disk_, head_disk_;
  SimFolder folder_, head_folder_;
  Known known_;
  bool refused_ = false;
};

std::uint64_t promises_broken(std::uint64_t seeds, const World& world) {
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    broken += Lives(seed, world).run().empty() ? 0U : 1U;
  return broken;
}

void keeps_its_promises(std::uint64_t seeds, const World& world) {
  std::uint64_t commands = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= many_seeds(seeds); ++seed) {
    Lives lives(seed, world);
    ASSERT_EQ(lives.run(), "") << "seed " << seed;
    commands += lives.known().acknowledged.size();
    refused += lives.refused() ? 1U : 0U;
  }
  EXPECT_GT(commands, seeds);
  std::printf("%llu commands, %llu refused\n", static_cast<unsigned long long>(commands),
              static_cast<unsigned long long>(refused));
}

TEST(Simulation, NothingIsLostWhereProcessesEnd) {
  keeps_its_promises(200, {});
}

TEST(Simulation, NothingIsLostWhereTheMachineStopsAtAnyStep) {
  keeps_its_promises(1'500, {.machine_stops = true});
}

TEST(Simulation, NothingIsLostWhereTheDiskFails) {
  keeps_its_promises(600, {.machine_stops = true, .disk_fails = true});
}

TEST(Simulation, NothingIsLostWhereTheDiskIsFull) {
  keeps_its_promises(400, {.machine_stops = true, .disk_is_small = true});
}

TEST(Simulation, BitsThatFlipAreNoticed) {
  keeps_its_promises(600, {.bits_flip = true});
}

TEST(Simulation, FindsTheLossWhereNothingIsSynced) {
  EXPECT_GT(promises_broken(60, {.machine_stops = true, .switches = {.no_sync = true}}), 0U);
}

}  // namespace
}  // namespace tongsuan::journal
