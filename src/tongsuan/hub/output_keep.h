// The ends of what jobs have said, after their folders are gone.
//
// Model. A row of the spool for each stream of a contract that has ended: when, how much it was,
// and its last bytes. The rows alone are the truth; in memory is only what each weighs, so that the
// oldest go where there are too many, they are too large, or too old.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/cluster/cluster.h"
#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/spool.h"

namespace tongsuan::hub {

inline constexpr std::string_view kOutputPrefix = "output/";

struct KeepLimits {
  std::size_t contracts = 1'000;
  std::size_t bytes = std::size_t{32} << 20;
  std::int64_t seconds = 604'800;  // after the end
};

// The end of a stream.
struct KeptOutput {
  UnixSecond since = 0;    // of our clock: when it was kept
  std::uint64_t size = 0;  // of the whole stream
  std::string bytes;       // its last ones
  friend bool operator==(const KeptOutput&, const KeptOutput&) = default;
};
[[nodiscard]] std::string write_output(const KeptOutput& kept);
[[nodiscard]] std::optional<KeptOutput> read_output(std::string_view text);

// Of a stream of a contract; nothing where none is kept, or the row is damaged.
[[nodiscard]] Result<std::optional<KeptOutput>> find_output(Spool& spool,
                                                            const std::string& contract,
                                                            cluster::Stream stream);

class OutputKeep {
 public:
  explicit OutputKeep(KeepLimits limits) : limits_(limits) {}

  // A row of the spool, at the start. False: it is none of ours.
  [[nodiscard]] bool load(const Row& row);
  [[nodiscard]] bool has(const std::string& contract) const { return weights_.contains(contract); }

  // What has to go for it is among the changes, too.
  void put(const std::string& contract, const std::map<cluster::Stream, KeptOutput>& streams,
           std::vector<Change>& changes);
  void forget_old(UnixSecond now, std::vector<Change>& changes);

 private:
  struct Weight {
    UnixSecond since = 0;
    std::size_t bytes = 0;
  };
  void weigh(const std::string& contract, const KeptOutput& kept);
  void forget_oldest(std::vector<Change>& changes);

  KeepLimits limits_;
  std::map<std::string, Weight> weights_;  // by contract
  std::set<std::pair<UnixSecond, std::string>> by_age_;
  std::size_t bytes_ = 0;
};

}  // namespace tongsuan::hub
