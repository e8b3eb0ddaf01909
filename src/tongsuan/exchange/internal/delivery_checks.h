// Whether events about deliveries fit a state. They read only, and say what is wrong.
#pragma once

#include <optional>
#include <string>

#include "tongsuan/exchange/state.h"

namespace tongsuan::exchange::internal {

[[nodiscard]] std::optional<std::string> misfit(const State& state, const HubLeased& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const WorkAttached& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const ContractReported& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const DeliveryMissed& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const DeliveryPresumed& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const DeliveryShared& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const DeliveryTold& event);
[[nodiscard]] std::optional<std::string> misfit(const State& state, const DeliverySettled& event);

// Whether the rows of a snapshot fit each other, engine and money; what is wrong.
[[nodiscard]] std::optional<std::string> misfit_of_deliveries(const State& state);

}  // namespace tongsuan::exchange::internal
