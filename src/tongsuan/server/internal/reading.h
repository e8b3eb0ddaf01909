// What several handlers of suppliers read from a call.
#pragma once

#include <optional>

#include "tongsuan/server/internal/core.h"

namespace tongsuan::server::internal {

// Each of these refuses the call where it returns nothing.
[[nodiscard]] std::optional<HubId> hub_parameter(Call& call);
[[nodiscard]] std::optional<engine::ContractId> contract_parameter(Call& call);
// The epoch of an agent's lease, in the header Hub-Epoch; 0 without one.
[[nodiscard]] std::optional<std::uint32_t> read_epoch(Call& call);

// Hubs are seen by everybody: another's is refused, not hidden.
[[nodiscard]] Shape of_hub(const Call& call);

// Owner of its order, supplier of its hub, or somebody who sees all.
[[nodiscard]] bool may_see(const Call& call, const View& view, engine::ContractId contract);

}  // namespace tongsuan::server::internal
