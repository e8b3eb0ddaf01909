// What happened before the snapshot from which the exchange recovered, read again beside its work.
//
// A thread goes through the journal into a history of its own, which then takes the place of the
// one that began late: from then on bills and facts of contracts reach back as far as memory does.
// Then it looks at the state as of every round of that history for how busy pools were. Bounded by
// records, not by time.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "tongsuan/server/history.h"
#include "tongsuan/server/hub_history.h"
#include "tongsuan/server/log.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server::internal {

inline constexpr std::uint64_t kRecordsRemembered = 5'000'000;  // the last ones

class Remembering {
 public:
  Remembering(History& history, HubHistory& loads, const ServiceOptions& options, Log& log)
      : history_(history), loads_(loads), options_(options), log_(log) {}
  ~Remembering() { stop(); }
  Remembering(const Remembering&) = delete;
  Remembering& operator=(const Remembering&) = delete;

  // Once, where there is a journal to read and anything that was not seen.
  void begin();
  void stop();
  [[nodiscard]] bool busy() const { return busy_; }

 private:
  void run();
  void remember_history();
  void remember_loads();
  // False: it cannot go on.
  [[nodiscard]] bool read_some(History& older, std::uint64_t& next) const;

  History& history_;
  HubHistory& loads_;
  const ServiceOptions& options_;
  Log& log_;
  std::atomic<bool> busy_{false}, stopping_{false};
  std::thread thread_;
};

}  // namespace tongsuan::server::internal
