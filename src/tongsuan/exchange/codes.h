// Refusals of engine and ledger as answers of the exchange: the one table, for everybody who tells
// them.
#pragma once

#include "tongsuan/engine/commands.h"
#include "tongsuan/exchange/commands.h"
#include "tongsuan/ledger/ledger.h"

namespace tongsuan::exchange {

[[nodiscard]] Code to_code(engine::Refusal refusal);
[[nodiscard]] Code to_code(ledger::Refusal refusal);

}  // namespace tongsuan::exchange
