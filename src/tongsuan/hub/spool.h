// What an agent must not forget.
//
// Model. Rows of a name and a text. A commit is a list of changes that happen together or not at
// all, and are on disk when it returns: only then may anybody be asked to do what they say. One
// agent writes; other processes may read meanwhile, and write the rows below kOrdersPrefix, which
// the agent only reads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::hub {

// Rows of whoever gives orders to the agent.
inline constexpr std::string_view kOrdersPrefix = "order/";
inline constexpr std::string_view kDrainOrder = "order/drain";  // there: no new work

// What the agent shows of itself, as JSON.
inline constexpr std::string_view kStatusRow = "agent/status";

struct Row {
  std::string name, text;
  friend bool operator==(const Row&, const Row&) = default;
};
struct Change {
  std::string name;
  std::optional<std::string> text;  // nothing: the row goes
};

class Spool {
 public:
  Spool() = default;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  virtual ~Spool() = default;

  // All rows whose names begin so, by their names.
  [[nodiscard]] virtual Result<std::vector<Row>> read(std::string_view prefix) = 0;
  // After a failure nobody knows what is on disk: the agent ends.
  [[nodiscard]] virtual Result<Done> commit(const std::vector<Change>& changes) = 0;
};

enum class SpoolUse : std::uint8_t {
  kAgent,   // made where there is none; nobody else may be its agent
  kOrders,  // by another process, beside the agent
};
// A database in a folder that is there. kUnavailable where another agent has it, kNotFound where
// there is none.
[[nodiscard]] Result<std::unique_ptr<Spool>> open_spool(const std::string& folder, SpoolUse use);

}  // namespace tongsuan::hub
