// Orders as they are sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tongsuan/engine/order.h"
#include "tongsuan/json/json.h"
#include "tongsuan/server/internal/core.h"

namespace tongsuan::server::internal {

// What a body says; of a change, only what is in it.
struct OrderBody {
  engine::LiveOrder order;  // with what the body leaves out as it is in an order that has nothing
  std::string_view name = {};
  bool named = false;                   // the name is in the body
  bool name_alone = false;              // and nothing else: of a change
  node::NamedText work = {};            // what its contracts run; of a new order
  std::optional<Problem> problem = {};  // the rest is not to be used
};
// `now`: from when on an order waits that names no time.
[[nodiscard]] OrderBody read_order(const Core& core, const json::Value& value,
                                   const json::Path& path, Second now);
// `order` with the change that the body describes.
[[nodiscard]] OrderBody read_change(const Core& core, const json::Value& value,
                                    const engine::LiveOrder& order);

// The hubs that a member "hubs" names, rising. What is wrong goes into the faults of the object;
// the first that nobody knows into `problem`, if there is none yet.
[[nodiscard]] std::vector<HubId> read_hub_names(const Core& core, json::ObjectReader& object,
                                                const json::Items& items,
                                                std::optional<Problem>& problem);

// The command that it is; what it runs stays in the body.
[[nodiscard]] exchange::SubmitOrder submission(OrderBody& body);

// The most that the order may cost: what is held for it.
[[nodiscard]] inline std::int64_t hold_of(const engine::LiveOrder& order) {
  return order.value + order.premium;
}

}  // namespace tongsuan::server::internal
