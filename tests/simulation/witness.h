// What is durable, as somebody outside would know it: every record that was published or found in
// the journal, in order, and every answer that was released. It outlives every process.
//
// Oracles:
//   records_fit                 a durable record applies to the state before it
//   acknowledged_is_there       what was published is in the journal later on, once, in its place
//   nothing_comes_from_nowhere  what is in the journal was published or in doubt
//   answers_are_journaled       what was answered is what the journal says, in its order
//   done_once                   no id is answered twice, no effect of a request happens twice
//   state_is_what_records_say   digests, and the whole state of whoever recovered
//   ledger_audit, engine_invariants, money_of_orders, and those of book_keeper.h
//   rounds_close_in_order       no gap, a gate before its round, prices of closed rounds only
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/journal/port.h"
#include "tongsuan/ledger/audit.h"

#include "book_keeper.h"
#include "plan.h"

namespace tongsuan::simulation {

// Gates and rounds, from events alone.
class RoundBook {
 public:
  // `opening`: the prices before the first round.
  explicit RoundBook(std::vector<std::int64_t> opening) : published_(std::move(opening)) {}
  void see(const exchange::Event& event);
  [[nodiscard]] Verdict rounds_close_in_order(const exchange::State& state) const;
  // Texts of rounds that were cleared, and the hash of the certificate.
  struct Texts {
    Digest book{}, certificate{}, certificate_hash{};
  };
  [[nodiscard]] const std::vector<Texts>& texts() const { return texts_; }
  void count(Figures& figures) const;

 private:
  void fault(const std::string& what);
  std::uint64_t gate_ = 0;     // that is closed and whose round is not
  std::uint64_t cleared_ = 0;  // by the engine, not yet published
  std::uint64_t last_ = 0;
  std::uint64_t lost_ = 0;
  std::vector<std::int64_t> posted_, published_;
  Digest certificate_hash_{};
  std::vector<Texts> texts_;
  Verdict broken_;
};

class Witness {
 public:
  Witness(const engine::Places& places, exchange::TestSwitches switches);

  [[nodiscard]] std::uint64_t sequence() const { return records_.size(); }
  [[nodiscard]] const exchange::State& state() const { return exchange_.state(); }

  // A record is durable, says whoever wrote it or read it. `see` gets the events of new ones.
  using Seen = exchange::Exchange::Seen;
  [[nodiscard]] Verdict commit(std::uint64_t sequence, std::string_view bytes, const Seen& see);
  // The batch that ended with the last record had this digest.
  [[nodiscard]] Verdict check_digest(const Digest& state);
  // What an append that failed may have written, or not.
  void doubt(std::vector<std::string> records) { in_doubt_ = std::move(records); }
  // Everything that a journal holds, after it was opened: compares, and takes in what was in doubt.
  [[nodiscard]] Verdict read_journal(journal::Journal& journal, const Seen& see);
  // The state of somebody who has recovered.
  [[nodiscard]] Verdict state_is_what_records_say(const exchange::State& state) const;
  // An answer was released for a request of this id and body.
  [[nodiscard]] Verdict answered(const exchange::CommandId& id, std::uint64_t fingerprint,
                                 const exchange::Answer& answer);
  // A request in the name of a hub was made.
  void said(const exchange::Request& request, const DeliveryBook::Word& word) {
    books_.deliveries().said(request, word);
  }
  // Whether the request of this id and body is in the journal.
  [[nodiscard]] bool has(const exchange::CommandId& id, std::uint64_t fingerprint) const;
  [[nodiscard]] const RoundBook& rounds() const { return rounds_; }
  // Texts of all rounds can be read.
  [[nodiscard]] Verdict round_texts_are_there(journal::Journal& journal) const;
  void count(Figures& figures) const;

 private:
  struct Known {
    std::uint64_t fingerprint = 0, sequence = 0, value = 0;
    exchange::Code code{};
  };
  void see_event(Second at, const exchange::Event& event);
  void see_effect(const std::string& effect);
  [[nodiscard]] Verdict judge() const;
  [[nodiscard]] Verdict read_batch(const journal::Batch& batch, const Seen& see);

  exchange::Exchange exchange_;
  BookKeeper books_;
  RoundBook rounds_;
  ledger::Audit audit_;
  std::vector<std::string> records_;   // by sequence − 1
  std::vector<std::string> in_doubt_;  // after them
  std::map<exchange::CommandId, Known> answers_;
  std::set<std::string> effects_;
  Verdict twice_;
  std::uint64_t last_answered_ = 0;
  std::uint64_t doubts_ = 0, answers_count_ = 0, repeats_ = 0, used_ids_ = 0;
};

}  // namespace tongsuan::simulation
