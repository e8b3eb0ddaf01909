// The past of an exchange, from its journal: states as of a command, statements, and what happened
// to an order or a contract.
//
// Model. A state as of a command is the newest snapshot at or below it and the records after that;
// the last few that were asked for are kept, and going forward from one of them is cheap.
// Everything that is read has its hash checked; where history is applied, digests of the state are
// compared too. Nothing here touches the state that the exchange works with: a reader of the
// journal, which may be beside a running exchange, is all that it needs.
//
// Limits. One state is built at a time, others wait; hits of the cache do not. A request applies no
// more than `replayed_max` records, scans no more than `scanned_max`, and gives at most `lines_max`
// lines; lists go on at the sequence that they name. Memory: `kept` states, one that is being
// built, and whatever callers still hold.
//
// Ownership. The reader outlives the history. Any thread may call it.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tongsuan/exchange/exchange.h"
#include "tongsuan/journal/reader.h"
#include "tongsuan/node/replay.h"
#include "tongsuan/node/replica.h"

namespace tongsuan::node {

struct HistoryRules {
  std::uint64_t replayed_max = 2'000'000;
  std::uint64_t scanned_max = 1'000'000;
  std::size_t lines_max = 10'000;
  std::size_t kept = 2;
};

// A state as of one command. Never changes while somebody has it.
class Past {
 public:
  Past(engine::Places places, Second opened) : exchange_(std::move(places), opened) {}
  // What a reader saw then. Orders and contracts from before the snapshot that it was built from
  // say of themselves that they came with it.
  [[nodiscard]] View view() const { return {exchange_.state(), index_, exchange_.sequence()}; }
  [[nodiscard]] std::uint64_t sequence() const { return exchange_.sequence(); }

 private:
  friend class History;
  exchange::Exchange exchange_;
  Index index_;
  std::atomic<std::uint32_t> readers_ = 0;
  std::uint64_t used_ = 0;  // when, for the cache
};

// Commands [first, last] as far as they have happened, and no more than so many lines.
struct Range {
  std::uint64_t first = 1;
  std::uint64_t last = UINT64_MAX;
  std::size_t most = 1'000;
};

using Balances = std::array<Money, ledger::kPurposes>;

// One change of one account of a participant: a posting between two of its own gives two lines.
struct MoneyLine {
  std::uint64_t sequence = 0;
  Second at = 0;
  ledger::Purpose account = ledger::Purpose::kCash;
  ledger::Account other;  // where the money came from, or went to
  Money change;
  std::size_t leg_kind = 0;        // ledger::leg_name names it
  ledger::Reason why;              // as it was journaled: round, reference, segment, grant
  std::uint32_t order = kNone;     // that it is about, if any
  std::uint32_t contract = kNone;  // the same
};

struct StatementPage {
  std::uint64_t first = 0, last = 0;  // the commands that it covers; none when last < first
  Second from = 0, until = 0;         // when the first of them is preceded, and the last happened
  Balances opening{}, closing{};      // before the first, after the last: opening + lines = closing
  std::vector<MoneyLine> lines;
  std::optional<std::uint64_t> next;  // where to go on
};

// What a story is about. A story that begins in the middle is told what came before.
struct Subject {
  std::uint32_t order = kNone;
  std::vector<engine::ContractId> contracts;
  std::vector<std::uint64_t> grants;  // the ledger's numbers of its contracts
  std::vector<ledger::HoldId> holds;
};
[[nodiscard]] Subject subject_of(const View& view, OrderId order);
[[nodiscard]] Subject subject_of(const View& view, engine::ContractId contract);

struct StoryLine {
  std::uint64_t sequence = 0;
  Second at = 0;
  exchange::Event event;
};
struct StoryPage {
  std::vector<StoryLine> lines;
  std::optional<std::uint64_t> next;
  Subject subject;  // with what was learnt: the next page is asked for with it
};

// Money that a participant moved: into the exchange, out of it, or between its own accounts.
struct TransferLine {
  std::uint64_t sequence = 0;
  Second at = 0;
  ledger::Account from;  // the rail: a deposit
  ledger::Account to;    // the rail: a withdrawal
  Money amount;
  std::uint64_t reference = 0;    // end-to-end id of the payment; 0 between own accounts
  exchange::CommandId request{};  // all zero: it had none
};
struct TransferPage {
  std::vector<TransferLine> lines;
  std::optional<std::uint64_t> next;
};

class History {
 public:
  // Places and opening second as the exchange was made with.
  History(engine::Places places, Second opened, journal::Reader& reader, HistoryRules rules = {});

  // The last command that is durable now.
  [[nodiscard]] journal::Answer<std::uint64_t> last();
  // The first command at or after this second; one beyond the last if there is none.
  [[nodiscard]] journal::Answer<std::uint64_t> first_at(Second at);

  // kNotFound for what has not happened yet; kInvalid where it would take too long.
  [[nodiscard]] journal::Answer<std::shared_ptr<const Past>> as_of(std::uint64_t sequence);
  [[nodiscard]] journal::Answer<StatementPage> statement(exchange::ParticipantId participant,
                                                         Range range);

  // Scans. A page may have no lines and still name where to go on.
  [[nodiscard]] journal::Answer<StoryPage> story(Subject subject, Range range);
  [[nodiscard]] journal::Answer<TransferPage> transfers(exchange::ParticipantId participant,
                                                        Range range);

  // A text that the exchange stored: the book or the certificate of a round.
  [[nodiscard]] journal::Answer<std::string> text(const Digest& name);

 private:
  using Handed = std::shared_ptr<const Past>;
  // The events of one record; false ends the reading after it.
  using RecordSeen = std::function<bool(std::uint64_t sequence, Second at,
                                        std::span<const exchange::Event> events)>;
  [[nodiscard]] Handed hand_out(const std::shared_ptr<Past>& past);
  [[nodiscard]] Handed find(std::uint64_t sequence);
  Handed keep(const std::shared_ptr<Past>& past);
  // These are called with `building_` held. A past that nobody else has, and how many more records
  // this request may apply.
  struct Work {
    std::shared_ptr<Past> past;
    std::uint64_t budget = 0;
  };
  [[nodiscard]] journal::Answer<Work> begin(std::uint64_t sequence);
  [[nodiscard]] journal::Answer<Work> base(std::uint64_t sequence);
  [[nodiscard]] std::shared_ptr<Past> nearest(std::uint64_t sequence, std::uint64_t above);
  [[nodiscard]] journal::Answer<Done> forward(Past& past, std::uint64_t until,
                                              const RecordSeen& see = {});
  [[nodiscard]] journal::Answer<std::optional<std::uint64_t>> scan(Range range,
                                                                   const RecordSeen& see);

  engine::Places places_;
  Second opened_;
  journal::Reader& reader_;
  HistoryRules rules_;
  std::mutex building_;
  std::mutex mutex_;  // guards the rest
  std::vector<std::shared_ptr<Past>> cache_;
  std::uint64_t uses_ = 0;
};

// A record of the exchange begins with its second: what `Reader::find_first` is to be asked for.
[[nodiscard]] Second second_of(std::string_view record);

}  // namespace tongsuan::node
