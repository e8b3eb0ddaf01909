// Whether events about resales fit a state. They read only, and say what is wrong.
#pragma once

#include <optional>
#include <string>

#include "tongsuan/exchange/state.h"

namespace tongsuan::exchange::internal {

using Misfitting = std::optional<std::string>;

[[nodiscard]] Misfitting misfit(const State& state, const ContractOwned& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleOffered& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleOpened& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleTaken& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleMetered& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleEarned& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleClosed& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleSpared& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleReturned& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleRefunded& event);
[[nodiscard]] Misfitting misfit(const State& state, const ResaleOver& event);

// Whether the rows of a snapshot fit each other, engine and money; what is wrong.
[[nodiscard]] Misfitting misfit_of_rows(const State& state);

// The devices that a holder has; 0: there is no such holder.
[[nodiscard]] std::uint32_t devices_of(const State& state, Holder holder);
// Of those, how many it has taken from resales.
[[nodiscard]] std::uint32_t bought_of(const State& state, Holder holder);

}  // namespace tongsuan::exchange::internal
