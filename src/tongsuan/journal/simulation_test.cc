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
        head_folder_(head_disk_),
        // Signatures take most of the time, so only some journals have them.
        has_head_(world.bits_flip || seed % 3 == 0) {}

  // Why a promise is broken; empty when none is.
  std::string run() {
    for (int life = 0; life < 4; ++life) {
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
      plan.stop_at_step = disk_.steps() + 1 + random_.below(random_.below(2) == 0 ? 60 : 300);
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
    EmbeddedJournal journal(folder_, has_head_ ? &head : nullptr, options);
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
    return world_.bits_flip ? judge_repair() : "refused: " + to_string(failure);
  }

  // Without force a repair keeps everything that was acknowledged, or does nothing. With force it
  // keeps what comes before the damage.
  std::string judge_repair() {
    HeadFile head(head_folder_, key());
    const RepairOptions options{.force = random_.below(2) == 0};
    // The machine may stop in the middle of a repair too.
    disk_.set_plan({.stop_at_step = disk_.steps() + 1 + random_.below(200)});
    (void)repair(folder_, &head, options).ok();
    disk_.restart();
    head_disk_.restart();
    HeadFile head_again(head_folder_, key());
    if (!repair(folder_, &head_again, options).ok()) return "";
    const bool kept_all = !options.force;
    EmbeddedJournal journal(folder_, &head_again, {});
    const Answer<Opened> opened = journal.open();
    if (!opened.ok()) return "not repaired: " + to_string(opened.error());
    const std::vector<OwnRecord> found = read_all(journal);
    if (kept_all) return compare(known_, found);
    const std::size_t common = std::min(found.size(), known_.acknowledged.size());
    const bool same = std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(common),
                                 known_.acknowledged.begin());
    return same ? "" : "a repair made something that nobody wrote";
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
    const std::uint64_t count = 1 + random_.below(7);
    for (std::uint64_t i = 0; i < count; ++i) {
      const Answer<std::uint64_t> appended = known_.append(journal, random_records(random_));
      if (!appended.ok() && is_fatal(appended.error().fault)) return "";
      if (!appended.ok() && appended.error().fault != Fault::kFull)
        return to_string(appended.error());
      if (random_.below(4) == 0) {
        const std::string blob = random_bytes(random_, 12'000);
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
  const bool has_head_;
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
  keeps_its_promises(60, {});
}

TEST(Simulation, NothingIsLostWhereTheMachineStopsAtAnyStep) {
  keeps_its_promises(1'000, {.machine_stops = true});
}

TEST(Simulation, NothingIsLostWhereTheDiskFails) {
  keeps_its_promises(400, {.machine_stops = true, .disk_fails = true});
}

TEST(Simulation, NothingIsLostWhereTheDiskIsFull) {
  keeps_its_promises(200, {.machine_stops = true, .disk_is_small = true});
}

TEST(Simulation, BitsThatFlipAreNoticed) {
  keeps_its_promises(150, {.bits_flip = true});
}

TEST(Simulation, FindsTheLossWhereNothingIsSynced) {
  EXPECT_GT(promises_broken(60, {.machine_stops = true, .switches = {.no_sync = true}}), 0U);
}

// Two sequencers on one disk; now and then the one that does not own the journal takes it over. Why
// a promise is broken, or nothing.
std::string rivals(std::uint64_t seed, TestSwitches switches) {
  Random random(seed);
  SimDisk disk(random.next());
  SimFolder folders[2] = {SimFolder(disk), SimFolder(disk)};
  std::unique_ptr<EmbeddedJournal> journals[2];
  std::uint64_t next[2] = {1, 1};
  Known known;
  std::size_t owner = 0;
  for (int step = 0; step < 40; ++step) {
    const std::size_t who = random.below(2);
    if (journals[who] == nullptr || random.below(8) == 0) {
      journals[who].reset();
      EmbeddedOptions options;
      options.make = options.take_over = true;
      options.checkpoint_frames = 1 + random.below(20);
      options.switches = switches;
      journals[who] = std::make_unique<EmbeddedJournal>(folders[who], nullptr, options);
      const Answer<Opened> opened = journals[who]->open();
      if (!opened.ok()) return to_string(opened.error());
      if (opened.value().head.sequence != known.acknowledged.size()) return "the head is wrong";
      next[who] = opened.value().head.sequence + 1;
      owner = who;
      if (random.below(2) == 0) continue;  // the other one may come first
    }
    const std::vector<OwnRecord> records = random_records(random);
    const Answer<std::uint64_t> appended = journals[who]->append(batch_of(next[who], records));
    if (appended.ok() != (who == owner)) return "somebody appended who is not the owner";
    if (!appended.ok() && is_fatal(appended.error().fault)) journals[who].reset();
    if (!appended.ok()) continue;
    next[who] += records.size();
    known.acknowledged.insert(known.acknowledged.end(), records.begin(), records.end());
  }
  return journals[owner] ? compare(known, read_all(*journals[owner])) : "";
}

TEST(Simulation, OnlyTheLastOwnerAppends) {
  for (std::uint64_t seed = 1; seed <= many_seeds(60); ++seed) {
    ASSERT_EQ(rivals(seed, {}), "") << "seed " << seed;
  }
}

TEST(Simulation, FindsTheRivalWhereNobodyChecksTheEpoch) {
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    broken += rivals(seed, {.no_epoch_check = true}).empty() ? 0U : 1U;
  }
  EXPECT_GT(broken, 0U);
}

TEST(Simulation, TheJournalInMemoryIsTheTwinOfTheEmbeddedOne) {
  for (std::uint64_t seed = 1; seed <= many_seeds(30); ++seed) {
    Random random(seed);
    SimDisk disk(seed);
    SimFolder folder(disk);
    EmbeddedJournal embedded(folder, nullptr, {.make = true});
    const Answer<Opened> opened = embedded.open();
    ASSERT_TRUE(opened.ok());
    SimJournalDisk memory;
    memory.name = opened.value().name;
    SimJournal twin(memory, seed, {});
    ASSERT_TRUE(twin.open().ok());
    std::uint64_t next = 1;
    for (int i = 0; i < 10; ++i) {
      // Now and then a number that does not fit.
      const std::vector<OwnRecord> records = random_records(random);
      const NewBatch batch = batch_of(next + random.below(8) / 7, records);
      const Answer<std::uint64_t> one = embedded.append(batch), other = twin.append(batch);
      ASSERT_EQ(one.ok(), other.ok()) << "seed " << seed;
      if (one.ok()) next = one.value() + 1;
    }
    EXPECT_EQ(read_all(embedded), read_all(twin)) << "seed " << seed;
    SimJournal again(memory, seed, {});
    Digest last{};
    ASSERT_TRUE(embedded
                    .read(next - 1,
                          [&](const Batch& batch) {
                            std::string bytes;
                            append_bytes(batch, bytes);
                            last = sha256(bytes);
                            return true;
                          })
                    .ok());
    EXPECT_EQ(again.open().value().head.hash, last) << "seed " << seed;
  }
}

TEST(SimJournal, WhatWasAcknowledgedIsThereAfterEveryFailure) {
  for (std::uint64_t seed = 1; seed <= many_seeds(200); ++seed) {
    Random random(seed);
    SimJournalDisk disk;
    Known known;
    for (int life = 0; life < 5; ++life) {
      SimJournal journal(disk, random.next(), {.full_ppm = 50'000, .unknown_ppm = 200'000});
      ASSERT_TRUE(journal.open().ok());
      ASSERT_EQ(compare(known, read_all(journal)), "") << "seed " << seed;
      for (int i = 0; i < 6; ++i) {
        const Answer<std::uint64_t> appended = known.append(journal, random_records(random));
        if (!appended.ok() && is_fatal(appended.error().fault)) break;
      }
    }
  }
}

}  // namespace
}  // namespace tongsuan::journal
