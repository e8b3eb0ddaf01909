// Orders of the kinds that have legs, as they are sent.
#pragma once

#include "tongsuan/server/internal/order_body.h"

namespace tongsuan::server::internal {

// What follows the kind; the object is read to its end.
[[nodiscard]] OrderBody read_package(const Core& core, json::ObjectReader& object,
                                     engine::PackageKind kind);

}  // namespace tongsuan::server::internal
