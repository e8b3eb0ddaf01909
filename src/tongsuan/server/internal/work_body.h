// What an order's contracts run, as it is sent with the order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tongsuan/json/json.h"

namespace tongsuan::server::internal {

// The member "work" as a text in one form, for the agent of a hub; empty where there is none.
// Faults go into those of the object.
[[nodiscard]] std::string read_work(json::ObjectReader& object);

// The same on a class of accelerators: with the script and the image of its variant, and without
// the others. Nothing for a text that is no work.
[[nodiscard]] std::optional<std::string> work_on(std::string_view text,
                                                 std::string_view accelerator);

}  // namespace tongsuan::server::internal
