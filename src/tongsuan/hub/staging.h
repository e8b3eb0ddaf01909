// Where the work of a contract lives, and how its data come and go.
//
// Model. Each contract has one folder below the scratch of the hub, for its tenant only. Bringing
// data in and out takes long: it is begun by the first question, and asked again until it is done
// or has failed. Whoever asks again after a crash begins anew, which does no harm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cluster/cluster.h"
#include "tongsuan/hub/exchange_port.h"

namespace tongsuan::hub {

enum class StagingState : std::uint8_t { kWorking, kDone, kFailed };
struct StagingReport {
  StagingState state = StagingState::kWorking;
  std::string detail = {};  // how much there is, or why it failed
};

// Of a read that takes too long: ask again later.
inline constexpr std::string_view kNoAnswer = "the hub's file system does not answer now";

struct Place {
  std::string contract;
  cluster::Tenant tenant;
};

class Staging {
 public:
  Staging() = default;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  virtual ~Staging() = default;

  [[nodiscard]] virtual std::string folder(const std::string& contract) const = 0;
  // Why data are never brought in so, or out; empty: they may be.
  [[nodiscard]] virtual std::string objection(const std::vector<Transfer>& in,
                                              const std::vector<Transfer>& out) const = 0;
  // Those that have folders.
  [[nodiscard]] virtual std::vector<std::string> contracts() = 0;
  // Makes the folder, and fills it.
  [[nodiscard]] virtual StagingReport bring_in(const Place& place,
                                               const std::vector<Transfer>& transfers) = 0;
  [[nodiscard]] virtual StagingReport bring_out(const Place& place,
                                                const std::vector<Transfer>& transfers) = 0;
  // A part of a regular file that lies in the folder itself and is its owner's; why not, otherwise.
  // Of a file that is not there it is empty. Does not wait for a file system that hangs: kNoAnswer.
  [[nodiscard]] virtual Result<cluster::Piece, std::string> read(const std::string& contract,
                                                                 const std::string& file,
                                                                 const cluster::Extent& extent) = 0;
  // With everything in it; done where there is none.
  [[nodiscard]] virtual StagingReport remove(const Place& place) = 0;
};

}  // namespace tongsuan::hub
