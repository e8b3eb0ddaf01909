// What one run of the simulation is: everything is drawn from its seed.
//
// Model. A *verdict* is nothing, or the name of the oracle that was broken and what was seen.
// Oracles are functions that return verdicts; the first one that speaks ends the run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tongsuan::simulation {

// What is switched off or broken, to see that an oracle notices.
struct Without {
  bool fsync = false;         // a disk that never syncs
  bool dedup = false;         // requests that come again are done again
  bool conservation = false;  // a last part is paid twice, and the ledger does not look
  bool price = false;         // a supplier gets a micro-yuan too much, and the ledger may not know
  bool epoch = false;         // whoever was taken over may still append
  bool fence = false;         // the same, for an agent of a hub
  bool refund = false;        // nobody has back what an agent never told of
  bool shares = false;        // sellers keep what they had of it
  bool gaps = false;          // sellers owe for what their takers missed
};

struct Plan {
  std::uint64_t seed = 1;
  bool disk = false;  // the embedded journal on a simulated disk; else a journal in memory
  Without without;
  std::function<void(const std::string&)> trace = {};  // gets every step
};

// Most seeds have a journal in memory, which is faster by far.
[[nodiscard]] inline Plan plan_of(std::uint64_t seed) {
  Plan plan;
  plan.seed = seed;
  plan.disk = seed % 8 == 0;
  return plan;
}

struct Violation {
  std::string oracle;
  std::string what;
};
using Verdict = std::optional<Violation>;

#define TONGSUAN_VERDICT(expression) \
  if (auto verdict_ = (expression)) return verdict_

// What happened in a run, or in many.
struct Figures {
  std::uint64_t seeds = 0, on_disk = 0, steps = 0, lives = 0, crashes = 0, machine_stops = 0;
  std::uint64_t recoveries = 0, failed_openings = 0, take_overs = 0, fenced = 0, refused = 0;
  std::uint64_t records = 0, in_doubt = 0, answers = 0, repeats = 0, used_ids = 0;
  std::uint64_t full = 0, snapshots = 0, from_snapshot = 0, forgotten = 0;
  std::uint64_t rounds = 0, cleared = 0, lost_rounds = 0;
  std::uint64_t contracts = 0, failures = 0, extensions = 0, blocks_kept = 0;
  std::uint64_t packages = 0, parts_started = 0;
  std::uint64_t stepped = 0;
  std::uint64_t own = 0, resales = 0, resold = 0, recalled = 0, closures = 0;
  std::uint64_t kept_from_sale = 0;
  std::uint64_t agents = 0, leases = 0, fenced_agents = 0, gaps = 0;
  std::uint64_t presumed = 0, refunds = 0, late = 0, unheard = 0, words_judged = 0;
  std::uint64_t presumed_resold = 0, presumed_chains = 0, seller_refunds = 0, owed_refunds = 0;
  std::uint64_t spared = 0;

  template <class See>
  static void each(See&& see) {
    see("seeds", &Figures::seeds), see("on disk", &Figures::on_disk);
    see("steps", &Figures::steps), see("lives", &Figures::lives);
    see("crashes", &Figures::crashes), see("machine stops", &Figures::machine_stops);
    see("recoveries", &Figures::recoveries), see("failed openings", &Figures::failed_openings);
    see("take-overs", &Figures::take_overs), see("fenced", &Figures::fenced);
    see("journals refused after rot", &Figures::refused), see("records", &Figures::records);
    see("records that were in doubt", &Figures::in_doubt), see("answers", &Figures::answers);
    see("repeated answers", &Figures::repeats), see("used ids", &Figures::used_ids);
    see("full journals", &Figures::full), see("snapshots", &Figures::snapshots);
    see("recoveries from a snapshot", &Figures::from_snapshot);
    see("times history was forgotten", &Figures::forgotten), see("rounds", &Figures::rounds);
    see("rounds cleared", &Figures::cleared), see("rounds lost", &Figures::lost_rounds);
    see("contracts", &Figures::contracts), see("contracts failed", &Figures::failures);
    see("extensions", &Figures::extensions), see("blocks kept", &Figures::blocks_kept);
    see("packages awarded", &Figures::packages);
    see("parts started", &Figures::parts_started);
    see("prices beyond a first step", &Figures::stepped);
    see("own contracts", &Figures::own), see("resales", &Figures::resales);
    see("devices taken", &Figures::resold), see("devices taken back", &Figures::recalled);
    see("calendars", &Figures::closures);
    see("ends kept from sale", &Figures::kept_from_sale);
    see("hubs with an agent", &Figures::agents), see("leases taken", &Figures::leases);
    see("agents fenced", &Figures::fenced_agents), see("gaps", &Figures::gaps);
    see("ends presumed", &Figures::presumed), see("refunds", &Figures::refunds);
    see("penalties beyond the grace", &Figures::late);
    see("ends of which nobody told", &Figures::unheard);
    see("contracts paid as was told", &Figures::words_judged);
    see("ends presumed with resold devices", &Figures::presumed_resold);
    see("ends presumed with several sellers", &Figures::presumed_chains);
    see("refunds by sellers", &Figures::seller_refunds);
    see("refunds to sellers", &Figures::owed_refunds);
    see("gaps that sellers do not owe for", &Figures::spared);
  }
  Figures& operator+=(const Figures& other) {
    each([&](const char*, auto member) { this->*member += other.*member; });
    return *this;
  }
};

struct Outcome {
  Verdict verdict;  // nothing: no oracle was broken
  Figures figures;
};

// Runs a seed to its end, or to the first oracle that is broken.
[[nodiscard]] Outcome simulate(const Plan& plan);

}  // namespace tongsuan::simulation
