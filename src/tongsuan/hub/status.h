// What an agent's spool says to people, while the agent runs or not.
#pragma once

#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/hub/record.h"
#include "tongsuan/hub/spool.h"

namespace tongsuan::hub {

struct SpoolView {
  std::vector<Record> records;  // of contracts that are not gone
  std::size_t messages = 0;     // that wait to be told
  bool drained = false;
  std::string agent;                  // its own words, as JSON; empty: it has not run yet
  std::vector<std::string> oddities;  // the newest ones, newest last

  // Whether nothing runs, and nothing is to be told.
  [[nodiscard]] bool idle() const { return records.empty() && messages == 0; }
};

[[nodiscard]] Result<SpoolView> look_at_spool(Spool& spool);
[[nodiscard]] std::string status_text(const SpoolView& view, UnixSecond now);
[[nodiscard]] std::string status_json(const SpoolView& view);

}  // namespace tongsuan::hub
