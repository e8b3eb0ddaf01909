// The one thread of commands: decides them one at a time in memory, makes a batch of their records
// durable, and only then lets anybody know.
//
// Model. `take` carries a request out and keeps its answer. `flush` appends the batch; after that,
// and never before, its answers are released and its records published, in the order in which they
// were decided. When the journal has no room, the batch waits: memory is ahead of the journal, so
// nothing more is taken until `flush` has succeeded. After any other failure the process ends:
// opening again tells what happened.
//
// Ownership. The exchange and the journal outlive the sequencer. One thread calls it. It has no
// clock: seconds come with requests.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/journal/port.h"

namespace tongsuan::node {

struct BatchRules {
  std::size_t records = 256;
  std::size_t bytes = std::size_t{64} << 10;
  // A digest of the state goes with the first batch that ends so many commands after the last one.
  std::uint64_t state_every = 1'000;
};

// Whether a long history is read, applied and hashed by one thread or by three. The outcome is the
// same.
enum class RecoverWith : std::uint8_t { kOneThread, kThreads };

struct Recovered {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;           // of the last command
  std::uint64_t snapshot_sequence = 0;  // where replay began; 0: at the start
  std::uint64_t replayed = 0;
  std::vector<std::string> notes;
};

// Who asked: a number of the caller's own. 0: nobody, an answer is not released.
using Token = std::uint64_t;

struct Durable {  // a record that nothing can take back
  std::uint64_t sequence = 0;
  std::string_view bytes;
};

class Sequencer {
 public:
  struct Hooks {
    std::function<void(Token, const exchange::Answer&)> answer;
    // Records with rising sequences; valid during the call. `state`: the digest after the last one,
    // when the batch has one.
    std::function<void(std::span<const Durable>, const std::optional<Digest>& state)> publish;
  };

  Sequencer(exchange::Exchange& exchange, journal::Journal& journal, BatchRules rules, Hooks hooks)
      : exchange_(exchange), journal_(journal), rules_(rules), hooks_(std::move(hooks)) {}

  // Opens the journal and makes its history true: first of all calls, on a fresh exchange. A record
  // that does not fit, or a digest that differs, is a failure that says where.
  // `twin`, if any, is another fresh exchange that is given the same history.
  [[nodiscard]] journal::Answer<Recovered> recover(exchange::Exchange* twin = nullptr,
                                                   RecoverWith with = RecoverWith::kOneThread);

  // Not while `stalled`. The output is valid until the next call.
  const exchange::Output& take(Second at, exchange::Request request, Token token);
  // The batch has reached its size.
  [[nodiscard]] bool full() const {
    return records_.size() >= rules_.records || bytes_.size() >= rules_.bytes;
  }
  [[nodiscard]] bool pending() const { return !records_.empty() || !waiting_.empty(); }
  // Answers wait for a journal that has no room.
  [[nodiscard]] bool stalled() const { return stalled_; }
  [[nodiscard]] journal::Answer<Done> flush();

  [[nodiscard]] std::uint64_t durable() const { return durable_; }
  [[nodiscard]] const exchange::Exchange& exchange() const { return exchange_; }

 private:
  struct Taken {
    exchange::CommandId command{};
    std::size_t begin = 0;  // in bytes_
    std::size_t end = 0;
  };
  struct Waiting {
    Token token = 0;
    exchange::Answer answer;
  };
  [[nodiscard]] journal::Answer<Done> append();
  [[nodiscard]] journal::Answer<Done> restore(exchange::Exchange& exchange,
                                              const journal::Snapshot& snapshot);
  [[nodiscard]] journal::Answer<Done> replay(std::uint64_t last, RecoverWith with);
  void release();

  exchange::Exchange& exchange_;
  journal::Journal& journal_;
  BatchRules rules_;
  Hooks hooks_;
  std::string bytes_;  // of the records of the batch
  std::vector<Taken> records_;
  std::vector<Waiting> waiting_;
  std::uint64_t durable_ = 0;         // the last command in the journal
  std::uint64_t state_sequence_ = 0;  // the last one with a digest
  std::optional<Digest> state_;       // of the batch that is being written
  bool stalled_ = false;
  exchange::Output output_;
};

}  // namespace tongsuan::node
