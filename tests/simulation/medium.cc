#include "medium.h"

#include <array>

#include "tongsuan/journal/sim_disk.h"
#include "tongsuan/journal/sim_journal.h"

namespace tongsuan::simulation {
namespace {

using journal::EmbeddedJournal;
using journal::EmbeddedOptions;
using journal::HeadFile;
using journal::SimDisk;
using journal::SimFolder;
using journal::SimJournal;

class InMemory final : public Medium {
 public:
  InMemory(const Plan& plan, Random& random) : random_(random) {
    disk_.name[0] = 1;
    faults_.no_epoch_check = plan.without.epoch;
  }
  void arm() override {
    faults_.full_ppm = random_.below(3) == 0 ? 200'000 : 0;
    faults_.unknown_ppm = random_.below(2) == 0 ? 30'000 : 0;
  }
  void heal() override { faults_.full_ppm = faults_.unknown_ppm = 0; }
  std::unique_ptr<Attached> attach() override {
    return std::make_unique<Process>(disk_, random_.next(), faults_);
  }
  void crash(bool) override {}

 private:
  class Process final : public Attached {
   public:
    Process(journal::SimJournalDisk& disk, std::uint64_t seed, journal::SimJournalFaults faults)
        : journal_(disk, seed, faults) {}
    journal::Journal& journal() override { return journal_; }

   private:
    SimJournal journal_;
  };
  Random& random_;
  journal::SimJournalDisk disk_;
  journal::SimJournalFaults faults_;
};

const journal::SigningKey& signing_key() {
  static const journal::SigningKey key = [] {
    journal::KeySeed seed{};
    seed[0] = 7;
    return std::move(journal::SigningKey::from_seed(seed)).value();
  }();
  return key;
}

class OnDisk final : public Medium {
 public:
  OnDisk(const Plan& plan, Random& random)
      : random_(random),
        disk_(random.next()),
        head_disk_(random.next()),
        rots_(random.below(5) == 0),
        fails_(!rots_ && random.below(2) == 0),
        is_small_(!rots_ && random.below(3) == 0),
        has_head_(rots_ || random.below(4) == 0) {
    switches_ = {.no_sync = plan.without.fsync, .no_epoch_check = plan.without.epoch};
  }
  void arm() override {
    journal::DiskPlan plan;
    if (random_.below(3) > 0) plan.stop_at_step = disk_.steps() + 1 + random_.below(600);
    if (fails_ && random_.below(2) == 0) {
      plan.write_faults_ppm = static_cast<std::uint32_t>(random_.below(3'000));
      plan.sync_faults_ppm = static_cast<std::uint32_t>(random_.below(10'000));
      plan.read_faults_ppm = static_cast<std::uint32_t>(random_.below(500));
    }
    if (is_small_) plan.bytes_max = 150'000 + random_.below(300'000);
    disk_.set_plan(plan);
    head_disk_.set_plan({});
  }
  void heal() override {
    disk_.set_plan({});
    head_disk_.set_plan({});
  }
  std::unique_ptr<Attached> attach() override {
    EmbeddedOptions options;
    options.make = options.take_over = true;
    options.verify =
        random_.below(2) == 0 ? journal::Verify::kWhole : journal::Verify::kFromSnapshot;
    // Where bits flip, only a head that is never behind shows every cut.
    options.head_sync_every = rots_ ? 1 : 1 + static_cast<std::uint32_t>(random_.below(5));
    options.checkpoint_frames = 1 + random_.below(60);
    options.switches = switches_;
    return std::make_unique<Process>(disk_, head_disk_, has_head_, options);
  }
  bool stopped() const override { return disk_.stopped(); }
  bool rots() const override { return rots_; }
  bool may_refuse() const override { return rots_ || fails_ || is_small_ || disk_.stopped(); }
  void crash(bool machine) override {
    if (machine) {
      disk_.restart();
      head_disk_.restart();
    } else {
      disk_.end_processes();
      head_disk_.end_processes();
    }
    if (!rots_ || random_.below(2) == 0) return;
    const std::vector<std::string> names = disk_.names();
    if (!names.empty()) disk_.flip_bit(names[random_.below(names.size())]);
  }

 private:
  class Process final : public Attached {
   public:
    Process(SimDisk& disk, SimDisk& head_disk, bool has_head, const EmbeddedOptions& options)
        : folder_(disk),
          head_folder_(head_disk),
          head_(head_folder_, signing_key()),
          journal_(folder_, has_head ? &head_ : nullptr, options) {}
    journal::Journal& journal() override { return journal_; }

   private:
    SimFolder folder_, head_folder_;
    HeadFile head_;
    EmbeddedJournal journal_;
  };
  Random& random_;
  SimDisk disk_, head_disk_;
  bool rots_, fails_, is_small_, has_head_;
  journal::TestSwitches switches_;
};

}  // namespace

std::unique_ptr<Medium> make_medium(const Plan& plan, Random& random) {
  if (plan.disk) return std::make_unique<OnDisk>(plan, random);
  return std::make_unique<InMemory>(plan, random);
}

}  // namespace tongsuan::simulation
