// What an order's contracts run, as it is sent with the order.
#pragma once

#include <string>

#include "tongsuan/json/json.h"

namespace tongsuan::server::internal {

// The member "work" as a text in one form, for the agent of a hub; empty where there is none.
// Faults go into those of the object.
[[nodiscard]] std::string read_work(json::ObjectReader& object);

}  // namespace tongsuan::server::internal
