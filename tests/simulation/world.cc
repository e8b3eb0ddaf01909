// The loop of a run: what happens next is drawn from the seed.
#include <memory>

#include "clients.h"
#include "process.h"

namespace tongsuan::simulation {
namespace {

constexpr std::uint64_t kStepsToEnd = 6'000;  // with no faults any more, all must be answered

class World {
 public:
  explicit World(const Plan& plan)
      : plan_(plan),
        random_(plan.seed),
        medium_(make_medium(plan, random_)),
        places_(make_places()),
        witness_(places_, {.settles_twice = plan.without.conservation}),
        clients_(random_.next(), witness_) {
    figures_.seeds = 1;
    figures_.on_disk = plan.disk ? 1 : 0;
  }

  Outcome run();

 private:
  enum class End : std::uint8_t { kGoesOn, kRefused, kBroken };
  struct Sent {
    std::size_t call = 0;
    bool lost = false;  // its answer
  };
  void say(const std::string& what) const {
    if (plan_.trace)
      plan_.trace(std::to_string(figures_.steps) + " @" + std::to_string(now_) + ' ' + what);
  }
  [[nodiscard]] std::unique_ptr<Process> make_process();
  [[nodiscard]] bool begin_life();
  void end_life(const char* why, bool machine);
  [[nodiscard]] bool judge(Process& process);
  [[nodiscard]] bool judge_failure(const journal::Failure& failure);
  [[nodiscard]] bool broken(Verdict verdict);

  void step();
  void step_process(Process& process);
  void deliver(Process& process);
  void answered(node::Token token, const exchange::Answer& answer);
  void move_clock(Process& process);
  void take_over();
  void step_zombie();
  void chaos();
  void chaos_until_the_end();
  [[nodiscard]] bool settle();
  [[nodiscard]] bool go_on();
  [[nodiscard]] bool wait_for_agents();
  void settle_step();
  void last_look();

  Plan plan_;
  Random random_;
  std::unique_ptr<Medium> medium_;
  engine::Places places_;
  Witness witness_;
  Clients clients_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Process> zombie_;  // was taken over, and does not know
  std::vector<Sent> sent_;           // by token − 1
  Second now_ = 0;
  bool refused_ = false;  // the journal, after bits flipped
  bool healed_ = false;
  bool slept_ = false;  // for a day
  Figures figures_;
  Verdict verdict_;
};

bool World::broken(Verdict verdict) {
  if (verdict && !verdict_) verdict_ = std::move(verdict);
  return verdict_.has_value();
}

// ---- Lives -----------------------------------------------------------------------------------

void World::answered(node::Token token, const exchange::Answer& answer) {
  const Sent& sent = sent_[token - 1];
  say(std::string("  answer ") + exchange::code_name(answer.code) + " value " +
      std::to_string(answer.value) + " at " + std::to_string(answer.sequence) +
      (answer.repeated ? " again" : "") + (sent.lost ? " (lost)" : "") + " to " +
      clients_.call(sent.call).text);
  (void)broken(clients_.answered(sent.call, answer, sent.lost));
}

std::unique_ptr<Process> World::make_process() {
  Process::Hooks hooks;
  hooks.answer = [this](node::Token token, const exchange::Answer& answer) {
    answered(token, answer);
  };
  hooks.see = [this](Second at, const exchange::Event& event) { clients_.see(at, event); };
  return std::make_unique<Process>(plan_, *medium_, witness_, std::move(hooks), random_.next());
}

// False: the run is over.
bool World::begin_life() {
  for (int attempt = 0; attempt < 12; ++attempt) {
    if (healed_ || attempt >= 8) {
      medium_->heal();
    } else {
      medium_->arm();
    }
    process_ = make_process();
    if (process_->start(now_)) {
      ++figures_.recoveries;
      ++figures_.lives;
      say("a life begins at command " + std::to_string(witness_.sequence()));
      return !broken(process_->verdict());
    }
    if (!judge(*process_)) return false;
    ++figures_.failed_openings;
    end_life("it could not open its journal", random_.below(2) == 0);
    if (broken(std::nullopt)) return false;
  }
  return !broken(Violation{"journal_opens", "not even without faults"});
}

void World::end_life(const char* why, bool machine) {
  machine = machine || medium_->stopped();
  say(std::string(machine ? "the machine stops: " : "the process ends: ") + why);
  // Its handles are dead before it goes: a process that is killed closes nothing.
  medium_->crash(machine);
  for (const auto& process : {std::ref(process_), std::ref(zombie_)}) {
    if (process.get()) process.get()->count(figures_);
    process.get().reset();
  }
  ++figures_.crashes;
  figures_.machine_stops += machine ? 1 : 0;
}

// Whether the run goes on after a process has failed.
bool World::judge(Process& process) {
  if (process.verdict()) {
    const bool unreadable = process.verdict()->oracle == "journal_reads";
    if (unreadable && medium_->rots()) return refused_ = true, false;
    if (unreadable && (medium_->stopped() || medium_->may_refuse())) return true;
    return !broken(process.verdict());
  }
  return judge_failure(*process.failure());
}

bool World::judge_failure(const journal::Failure& failure) {
  say("  " + journal::to_string(failure));
  if (medium_->stopped()) return true;
  switch (failure.fault) {
    case journal::Fault::kFenced:
      return true;
    case journal::Fault::kCorrupt:
    case journal::Fault::kCut:
    case journal::Fault::kNotAJournal:
    case journal::Fault::kSchema:
      if (medium_->rots()) return refused_ = true, false;
      return !broken(Violation{"journal_opens", journal::to_string(failure)});
    case journal::Fault::kUnknown:
      return true;  // drawn, or a disk that failed
    default:
      if (medium_->may_refuse()) return true;
      return !broken(Violation{"journal_opens", journal::to_string(failure)});
  }
}

// ---- Steps -----------------------------------------------------------------------------------

void World::deliver(Process& process) {
  const auto index = clients_.deliver();
  if (!index) return;
  say("  arrives: " + clients_.call(*index).text);
  sent_.push_back({*index, !healed_ && random_.below(6) == 0});
  process.post(clients_.call(*index).request, sent_.size());
}

// Forward, far forward, or a wrong reading: back, or one that comes too early.
void World::move_clock(Process& process) {
  const std::uint64_t luck = random_.below(40);
  now_ +=
      static_cast<Second>(luck == 0 ? random_.below(3'000) : random_.below(luck < 4 ? 300 : 20));
  const Second wrong = luck == 1   ? -static_cast<Second>(random_.below(2'000))
                       : luck == 2 ? static_cast<Second>(random_.below(200))
                                   : 0;
  // More than an agent may take for its last words.
  if (luck == 4 && clients_.have_agents() && !slept_ && random_.below(12) == 0) {
    slept_ = true;
    now_ += exchange::kSettleWithin + static_cast<Second>(random_.below(3'000));
  }
  // A node sleeps until its driver wants to be woken: in that very second, mostly.
  if (luck >= 30 && process.due() > now_) now_ = std::min(now_ + 60, process.due());
  process.set_clock(std::max<Second>(0, now_ + wrong));
}

void World::step_process(Process& process) {
  switch (random_.below(12)) {
    case 0:
    case 1:
      return deliver(process);
    case 2:
    case 3:
    case 4:
      return process.take();
    case 5:
    case 6:
      say("acts");
      return process.act();
    case 7:
    case 8:
      say("flushes");
      return process.flush();
    case 9:
      say("works on the round");
      return process.work_on_round();
    case 10:
      if (random_.below(4) == 0) return process.write_snapshot();
      return process.apply_to_twin();
    default:
      return move_clock(process);
  }
}

// Another process takes over while this one stands still.
void World::take_over() {
  say("another process takes over");
  std::unique_ptr<Process> next = make_process();
  if (!next->start(now_)) {
    next->count(figures_);
    if (!judge(*next)) return;
    next.reset();
    return end_life("nobody could take over", false);
  }
  ++figures_.take_overs;
  ++figures_.lives;
  ++figures_.recoveries;
  if (zombie_) zombie_->count(figures_);
  zombie_ = std::move(process_);
  zombie_->lose_ownership();
  process_ = std::move(next);
}

void World::step_zombie() {
  say("the old owner goes on");
  if (random_.below(8) == 0) {
    zombie_->check_owner();
  } else {
    step_process(*zombie_);
  }
  if (broken(zombie_->verdict()) || !zombie_->dead()) return;
  const journal::Failure failure = *zombie_->failure();
  if (failure.fault == journal::Fault::kFenced) ++figures_.fenced;
  if (!judge_failure(failure)) return;
  zombie_->count(figures_);
  zombie_.reset();
}

void World::chaos() {
  const std::uint64_t luck = random_.below(1'000);
  if (luck < 3) return end_life("killed", false);
  if (luck == 3) return end_life("no power", true);
  if (luck < 6 && !zombie_) return take_over();
  if (luck < 240) return clients_.step(now_);
  if (zombie_ && luck < 330) return step_zombie();
  step_process(*process_);
}

void World::step() {
  ++figures_.steps;
  chaos();
  if (broken(std::nullopt) || refused_) return;
  if (medium_->stopped()) return end_life("in the middle of a write", true);
  if (!process_ || !process_->dead()) return;
  if (judge(*process_)) end_life("its journal failed", random_.below(2) == 0);
}

void World::chaos_until_the_end() {
  const std::uint64_t steps = 500 + random_.below(1'500);
  for (std::uint64_t i = 0; i < steps; ++i) {
    if (!process_ && !begin_life()) return;
    step();
    if (verdict_ || refused_) return;
  }
}

// ---- The end ---------------------------------------------------------------------------------

void World::settle_step() {
  ++figures_.steps;
  if (random_.below(3) == 0) clients_.step_to_end(now_);
  deliver(*process_);
  if (random_.below(3) == 0) now_ += static_cast<Second>(random_.below(60));
  process_->set_clock(now_);
  process_->take();
  process_->act();
  process_->flush();
  process_->work_on_round();
  process_->apply_to_twin();
  if (!broken(process_->verdict()) && process_->failure()) {
    (void)broken(Violation{"everything_is_answered", journal::to_string(*process_->failure())});
  }
}

// Nothing fails any more: every call is answered, all work ends, and nothing is left to do.
bool World::settle() {
  healed_ = true;
  if (process_) end_life("for the last time", false);
  if (!begin_life()) return false;
  for (std::uint64_t i = 0; i < kStepsToEnd; ++i) {
    settle_step();
    if (verdict_) return false;
    if (clients_.all_answered() && clients_.hubs_are_empty() && process_->idle()) return go_on();
  }
  return !broken(Violation{"everything_is_answered", "somebody still waits"});
}

// The market is alive: another round closes.
bool World::go_on() {
  const std::uint64_t last = process_->state().engine().round();
  for (std::uint64_t i = 0; i < kStepsToEnd; ++i) {
    now_ = std::max(now_ + 1, std::min(now_ + 600, process_->due()));
    settle_step();
    if (verdict_) return false;
    if (process_->state().engine().round() > last) return wait_for_agents();
  }
  return !broken(Violation{"rounds_close_in_order", "no round closes any more"});
}

// Whatever agents never told of is settled without them.
bool World::wait_for_agents() {
  for (std::uint64_t i = 0; i < kStepsToEnd; ++i) {
    const auto due = process_->state().deliveries().due();
    if (!due) return true;
    now_ = std::max(now_ + 1, due->first);
    settle_step();
    if (verdict_) return false;
  }
  return !broken(Violation{"nobody_waits_for_agents", "something is presumed for ever"});
}

void World::last_look() {
  end_life("the end", true);
  if (!begin_life()) return;
  if (!medium_->rots()) (void)broken(witness_.round_texts_are_there(process_->journal()));
}

Outcome World::run() {
  chaos_until_the_end();
  if (!verdict_ && !refused_ && settle()) last_look();
  if (process_) process_->count(figures_);
  if (zombie_) zombie_->count(figures_);
  witness_.count(figures_);
  figures_.refused += refused_ ? 1 : 0;
  return {verdict_, figures_};
}

}  // namespace

Outcome simulate(const Plan& plan) {
  return World(plan).run();
}

}  // namespace tongsuan::simulation
