#include "witness.h"

#include <algorithm>

#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/exchange/snapshot.h"
#include "tongsuan/node/blobs.h"

namespace tongsuan::simulation {

using exchange::Code;

// ---- Rounds ----------------------------------------------------------------------------------

void RoundBook::fault(const std::string& what) {
  if (!broken_) broken_ = Violation{"rounds_close_in_order", what};
}

void RoundBook::see(const exchange::Event& event) {
  if (const auto* happened = std::get_if<engine::Event>(&event)) {
    const auto* closed = std::get_if<engine::RoundClosed>(&happened->what);
    if (closed == nullptr) return;
    if (closed->what.round != gate_) fault("a round closes whose gate is open");
    cleared_ = closed->what.round;
    posted_ = closed->what.posted;
    certificate_hash_ = closed->what.certificate;
    return;
  }
  const auto* own = std::get_if<exchange::OwnEvent>(&event);
  if (own == nullptr) return;
  if (const auto* gate = std::get_if<exchange::GateClosed>(own)) {
    if (gate_ != 0) fault("a gate closes twice");
    if (gate->round != last_ + 1) fault("a number is left out");
    gate_ = gate->round;
  } else if (const auto* round = std::get_if<exchange::RoundPublished>(own)) {
    if (round->round != gate_) fault("a round is published whose gate is open");
    if (round->round != cleared_) fault("a round is published that has not closed");
    if (!round->reason.empty() && round->outcome == exchange::RoundOutcome::kUnsolved) ++lost_;
    if (round->outcome == exchange::RoundOutcome::kCleared) {
      texts_.push_back({round->book, round->certificate, certificate_hash_});
    }
    published_ = posted_;
    last_ = gate_;
    gate_ = 0;
  }
}

Verdict RoundBook::rounds_close_in_order(const exchange::State& state) const {
  if (broken_) return broken_;
  const char* what = nullptr;
  if (state.engine().posted() != published_) what = "prices are posted that no closed round has";
  if (state.gate().round != gate_) what = "the gate";
  if (state.engine().round() != last_) what = "the last round";
  const std::uint64_t kept = std::min<std::uint64_t>(last_, exchange::kRoundsKept);
  if (state.rounds().size() != kept) what = "the list of rounds";
  return what == nullptr ? Verdict() : Violation{"rounds_close_in_order", what};
}

void RoundBook::count(Figures& figures) const {
  figures.rounds += last_;
  figures.cleared += texts_.size();
  figures.lost_rounds += lost_;
}

// ---- Records ---------------------------------------------------------------------------------

Witness::Witness(const engine::Places& places, exchange::TestSwitches switches)
    : exchange_(places, 0, switches),
      books_(places),
      rounds_(exchange_.state().engine().posted()) {}

void Witness::see_effect(const std::string& effect) {
  if (!effects_.insert(effect).second && !twice_) twice_ = Violation{"done_once", effect};
}

// Requests carry names and references of their own, so that each effect can be told from all
// others.
void Witness::see_event(Second at, const exchange::Event& event) {
  books_.see(at, event);
  rounds_.see(event);
  if (const auto* money = std::get_if<exchange::MoneyEvent>(&event)) {
    audit_.see(money->view());
    const bool outside = std::ranges::any_of(money->facts, [](const ledger::Fact& fact) {
      return fact.did.from.purpose == ledger::Purpose::kRail ||
             fact.did.to.purpose == ledger::Purpose::kRail;
    });
    if (outside) see_effect("payment " + std::to_string(money->why.reference));
    return;
  }
  const auto* own = std::get_if<exchange::OwnEvent>(&event);
  if (own == nullptr) return;
  if (const auto* named = std::get_if<exchange::OrderNamed>(own)) see_effect(named->name);
  if (const auto* hook = std::get_if<exchange::WebhookPut>(own)) see_effect(hook->url);
  const auto* answered = std::get_if<exchange::Answered>(own);
  if (answered == nullptr) return;
  const Known known{answered->fingerprint, sequence(), answered->value, answered->code};
  if (!answers_.emplace(answered->id, known).second && !twice_) {
    twice_ = Violation{"done_once", "an id is answered twice"};
  }
}

Verdict Witness::judge() const {
  if (twice_) return twice_;
  TONGSUAN_VERDICT(books_.broken());
  TONGSUAN_VERDICT(books_.deliveries().broken());
  const exchange::State& state = exchange_.state();
  if (!audit_.faults().empty()) return Violation{"ledger_audit", audit_.faults().front()};
  TONGSUAN_VERDICT(books_.money_is_conserved(state));
  TONGSUAN_VERDICT(books_.holds_cover_what_orders_may_cost(state));
  TONGSUAN_VERDICT(books_.device_seconds_are_paid_once());
  TONGSUAN_VERDICT(books_.suppliers_have_their_steps());
  TONGSUAN_VERDICT(rounds_.rounds_close_in_order(state));
  const std::string engine = engine::testing::broken_invariant(state.engine());
  if (!engine.empty()) return Violation{"engine_invariants", engine};
  const std::string money = exchange::testing::wrong_money(state);
  return money.empty() ? Verdict() : Violation{"money_of_orders", money};
}

namespace {

// Of one record: an order's name that comes without the order or its amendment comes alone.
class NameOnly {
 public:
  void see(const exchange::Event& event) {
    if (const auto* happened = std::get_if<engine::Event>(&event)) {
      terms_ = terms_ || std::holds_alternative<engine::OrderAccepted>(happened->what) ||
               std::holds_alternative<engine::OrderAmended>(happened->what);
      more_ = true;
    } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
      const bool named = std::holds_alternative<exchange::OrderNamed>(*own);
      named_ = named_ || named;
      more_ = more_ || !(named || std::holds_alternative<exchange::Answered>(*own));
    } else {
      more_ = true;
    }
  }
  [[nodiscard]] bool broken() const { return named_ && !terms_ && more_; }

 private:
  bool named_ = false, terms_ = false, more_ = false;
};

}  // namespace

Verdict Witness::commit(std::uint64_t sequence, std::string_view bytes, const Seen& see) {
  if (sequence == 0 || sequence > records_.size() + 1) {
    return Violation{"acknowledged_is_there", "command " + std::to_string(sequence) + " after " +
                                                  std::to_string(records_.size())};
  }
  if (sequence <= records_.size()) {
    if (records_[sequence - 1] == bytes) return std::nullopt;
    return Violation{"acknowledged_is_there",
                     "command " + std::to_string(sequence) + " is not what it was"};
  }
  records_.emplace_back(bytes);
  NameOnly name_only;
  const auto misfit = exchange_.replay(bytes, [&](Second at, const exchange::Event& event) {
    see_event(at, event);
    name_only.see(event);
    if (see) see(at, event);
  });
  if (misfit) {
    return Violation{"records_fit", "command " + std::to_string(sequence) + ": " + misfit->what};
  }
  TONGSUAN_VERDICT(books_.packages_are_awarded_whole(exchange_.state()));
  if (name_only.broken()) {
    return Violation{"a_name_changes_nothing", "command " + std::to_string(sequence)};
  }
  return judge();
}

Verdict Witness::check_digest(const Digest& state) {
  if (exchange_.digest() == state) return std::nullopt;
  return Violation{"state_is_what_records_say",
                   "a digest after command " + std::to_string(sequence())};
}

// ---- The journal -----------------------------------------------------------------------------

Verdict Witness::read_batch(const journal::Batch& batch, const Seen& see) {
  std::uint64_t sequence = batch.first;
  const bool fresh = batch.last() > this->sequence();
  for (const journal::Record& record : batch.records) {
    if (sequence > this->sequence()) {
      if (in_doubt_.empty() || in_doubt_.front() != record.events) {
        return Violation{"nothing_comes_from_nowhere", "command " + std::to_string(sequence)};
      }
      in_doubt_.erase(in_doubt_.begin());
      ++doubts_;
    }
    TONGSUAN_VERDICT(commit(sequence, record.events, see));
    ++sequence;
  }
  if (!fresh) return std::nullopt;
  if (!in_doubt_.empty()) return Violation{"nothing_comes_from_nowhere", "a part of a batch"};
  return batch.state ? check_digest(*batch.state) : std::nullopt;
}

Verdict Witness::read_journal(journal::Journal& journal, const Seen& see) {
  Verdict verdict;
  std::uint64_t last = 0;
  const auto read = journal.read(1, [&](const journal::Batch& batch) {
    verdict = batch.first == last + 1
                  ? read_batch(batch, see)
                  : Violation{"acknowledged_is_there", "a gap before " + std::to_string(last + 1)};
    last = batch.last();
    return !verdict;
  });
  if (verdict) return verdict;
  // Whoever could not read to the end has not seen what is in doubt.
  if (!read.ok()) return Violation{"journal_reads", journal::to_string(read.error())};
  in_doubt_.clear();
  if (last >= sequence()) return std::nullopt;
  return Violation{"acknowledged_is_there", std::to_string(sequence() - last) + " commands of " +
                                                std::to_string(sequence()) + " are lost"};
}

Verdict Witness::state_is_what_records_say(const exchange::State& state) const {
  if (exchange::write_snapshot(state) == exchange::write_snapshot(exchange_.state())) {
    return std::nullopt;
  }
  return Violation{"state_is_what_records_say", "after a recovery"};
}

Verdict Witness::round_texts_are_there(journal::Journal& journal) const {
  const auto blob = [&](const Digest& hash) { return journal.read_blob(hash); };
  for (const RoundBook::Texts& texts : rounds_.texts()) {
    const auto book = node::read_text(texts.book, blob);
    const auto certificate = node::read_text(texts.certificate, blob);
    if (!book.ok()) return Violation{"round_texts_are_there", book.error().context};
    if (!certificate.ok()) return Violation{"round_texts_are_there", certificate.error().context};
    if (sha256(certificate.value()) != texts.certificate_hash) {
      return Violation{"round_texts_are_there", "a certificate is not that of its round"};
    }
  }
  return std::nullopt;
}

// ---- Answers ---------------------------------------------------------------------------------

bool Witness::has(const exchange::CommandId& id, std::uint64_t fingerprint) const {
  const auto found = answers_.find(id);
  return found != answers_.end() && found->second.fingerprint == fingerprint;
}

Verdict Witness::answered(const exchange::CommandId& id, std::uint64_t fingerprint,
                          const exchange::Answer& answer) {
  ++answers_count_;
  const auto found = answers_.find(id);
  if (found == answers_.end()) {
    return Violation{"answers_are_journaled", "an answer to what is not in the journal"};
  }
  const Known& known = found->second;
  if (answer.code == Code::kUsedId) {
    ++used_ids_;
    if (known.fingerprint != fingerprint) return std::nullopt;
    return Violation{"answers_are_journaled", "an id is called used by its own body"};
  }
  const bool same = known.fingerprint == fingerprint && known.code == answer.code &&
                    known.value == answer.value && known.sequence == answer.sequence;
  if (!same) return Violation{"answers_are_journaled", "an answer is not what the journal says"};
  if (answer.repeated) {
    ++repeats_;
    return std::nullopt;
  }
  if (answer.sequence <= last_answered_) {
    return Violation{"answers_are_journaled", "first answers are not in the order of commands"};
  }
  last_answered_ = answer.sequence;
  return std::nullopt;
}

void Witness::count(Figures& figures) const {
  figures.records += records_.size();
  figures.in_doubt += doubts_;
  figures.answers += answers_count_;
  figures.repeats += repeats_;
  figures.used_ids += used_ids_;
  books_.count(figures);
  rounds_.count(figures);
}

}  // namespace tongsuan::simulation
