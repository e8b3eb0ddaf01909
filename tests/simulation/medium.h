// What outlives a process: a journal in memory, or the disks of an embedded one, with their faults.
//
// Ownership. The medium outlives what `attach` gives. Faults belong to one life: `arm` draws them,
// `heal` takes them away.
#pragma once

#include <memory>

#include "tongsuan/base/random.h"
#include "tongsuan/journal/journal.h"

#include "plan.h"

namespace tongsuan::simulation {

// One process's hold on the medium.
class Attached {
 public:
  Attached() = default;
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;
  virtual ~Attached() = default;
  [[nodiscard]] virtual journal::Journal& journal() = 0;
};

class Medium {
 public:
  Medium() = default;
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;
  virtual ~Medium() = default;

  virtual void arm() = 0;
  virtual void heal() = 0;
  // For another process; the one that has it is fenced as soon as this one's journal is open.
  [[nodiscard]] virtual std::unique_ptr<Attached> attach() = 0;
  // The machine has stopped in the middle of something.
  [[nodiscard]] virtual bool stopped() const { return false; }
  // All processes are gone; with `machine`, also what was not synced. Attached ones do no harm any
  // more.
  virtual void crash(bool machine) = 0;
  // Bits of the disk flip now and then.
  [[nodiscard]] virtual bool rots() const { return false; }
  // Opening may fail for what the medium does to it.
  [[nodiscard]] virtual bool may_refuse() const { return false; }
};

[[nodiscard]] std::unique_ptr<Medium> make_medium(const Plan& plan, Random& random);

}  // namespace tongsuan::simulation
