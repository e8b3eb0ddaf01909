// What the exchange and the agent of a hub say to each other.
//
// Model. The agent holds the *lease* of its hub: a number, the epoch, which rises whenever somebody
// takes it. Whatever it tells the exchange carries the epoch; whoever has an old one is *fenced*.
// It reads which contracts run, or have ended and are not settled, and tells by *messages* what
// became of them. A message has a key that is derived from what it is and from the epoch, so that
// the same message said again after a crash happens once; said again under another epoch it is
// another one, which the exchange judges anew by what it has. Times are seconds since 1970 of the
// exchange's clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/cluster/cluster.h"

namespace tongsuan::hub {

using UnixSecond = std::int64_t;

inline constexpr std::size_t kContractsMax = 100'000;  // that an exchange may list
inline constexpr std::size_t kTransfersMax = 64;       // of one contract, each way
inline constexpr std::size_t kDetailBytesMax = 256;    // of what is told to people
inline constexpr std::size_t kWantsMax = 1'000;        // pieces of output that a list may want

struct Lease {
  std::uint64_t epoch = 0;
  UnixSecond until = 0;
  UnixSecond now = 0;  // when the exchange said so
};
struct LeaseRequest {
  std::uint64_t epoch = 0;  // 0: take it, else renew it
  bool take_over = false;   // also from somebody whose lease runs
  bool accepting = true;
  std::string detail = {};
};

struct Contract {
  std::string id, participant, device_class;
  std::vector<std::uint32_t> nodes;  // positions in the pool of the class, rising
  std::uint32_t devices_per_node = 1;
  UnixSecond from = 0;
  std::optional<UnixSecond> until;  // of one that does not run: its end
  UnixSecond metered = 0;           // what the exchange knows to be delivered or not up to then
  std::string phase;
  bool live = true;
  bool has_work = false;  // a text that says what is to be run
  friend bool operator==(const Contract&, const Contract&) = default;
};

struct Transfer {
  std::string from, to;
  friend bool operator==(const Transfer&, const Transfer&) = default;
};
struct WorkText {
  std::string script, image;
  std::map<std::string, std::string> environment;
  std::vector<Transfer> stage_in, stage_out;
  bool spot = false;
};

struct Pool {
  std::string device_class;
  std::uint32_t nodes = 0, devices = 0;  // devices of one node
};

// A piece of what a job says, for which somebody waits at the exchange.
struct OutputWant {
  std::string contract;
  cluster::Stream stream = cluster::Stream::kStdout;
  cluster::Extent extent = {};
  friend bool operator==(const OutputWant&, const OutputWant&) = default;
};
// What is brought: the piece, or why there is none.
using OutputAnswer = Result<cluster::Piece, std::string>;

enum class MessageKind : std::uint8_t { kReport, kMeter, kEnd, kSettle, kNodes };
[[nodiscard]] std::string_view to_string(MessageKind kind);

// One thing to be told. Which members count is said by the kind.
struct Message {
  MessageKind kind = MessageKind::kReport;
  std::string contract = {};        // empty: of the hub
  std::uint64_t number = 0;         // its place, and part of its key
  std::string word = {};            // phase of a report, reason of an end, class of nodes
  std::string detail = {};          // of a report, of an end
  std::int64_t begin = 0, end = 0;  // of a meter, of nodes; end: seconds over of a settlement
  bool up = false;                  // of nodes
  friend bool operator==(const Message&, const Message&) = default;
};

// What a stranger said, as the exchange takes it: one line of whole characters, cut where it is too
// long.
[[nodiscard]] std::string one_line(std::string_view text);

// "report C-17 running", for logs.
[[nodiscard]] std::string describe(const Message& message);
// The Idempotency-Key under which it is told.
[[nodiscard]] std::string message_key(std::string_view hub, const Message& message,
                                      std::uint64_t epoch);
// As rows of the spool.
[[nodiscard]] std::string write_message(const Message& message);
[[nodiscard]] std::optional<Message> read_message(std::string_view text);

enum class TroubleKind : std::uint8_t {
  kAway,     // no answer, or not now: ask again
  kRefused,  // this cannot be: asking again changes nothing
  kHeld,     // somebody else's lease runs
  kFenced,   // somebody else has taken over
};
struct Trouble {
  TroubleKind kind = TroubleKind::kAway;
  std::string what = {};
};
template <class T>
using Said = Result<T, Trouble>;

class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  [[nodiscard]] virtual Said<Lease> lease(const LeaseRequest& request) = 0;
  // All of the hub, by their ids; nothing where none of it has changed since the last answer.
  [[nodiscard]] virtual Said<std::optional<std::vector<Contract>>> contracts() = 0;
  // What was wanted when they were listed last.
  [[nodiscard]] virtual const std::vector<OutputWant>& wanted() const = 0;
  // Brings it; refused where nobody waits any more.
  [[nodiscard]] virtual Said<Done> bring(const OutputWant& want, const OutputAnswer& answer,
                                         std::uint64_t epoch) = 0;
  // What a contract is to run.
  [[nodiscard]] virtual Said<WorkText> work(const std::string& contract) = 0;
  [[nodiscard]] virtual Said<std::vector<Pool>> pools() = 0;
  // Under this epoch, which is that of now.
  [[nodiscard]] virtual Said<Done> tell(const Message& message, std::uint64_t epoch) = 0;
};

}  // namespace tongsuan::hub
