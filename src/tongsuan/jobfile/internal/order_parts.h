// What bodies of orders are made of.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/jobfile/order_json.h"

namespace tongsuan::jobfile {

[[nodiscard]] std::string json_text(std::string_view text);
[[nodiscard]] std::string json_money(std::int64_t micro);
template <class Items, class Make>
std::string json_list(const Items& items, Make make) {
  std::string list;
  for (const auto& item : items) list += (list.empty() ? "" : ",") + make(item);
  return "[" + list + "]";
}
// The name of an order: at most 64 bytes, no controls, no blanks at its ends; cut between letters.
[[nodiscard]] std::string order_name(std::string_view name);

// What the job runs, with `setup` before it, and what it has for each class that `order` names.
// Empty: nothing.
[[nodiscard]] std::string work_json(const Job& job, std::string_view order);

// Of a job that is no block.
[[nodiscard]] Result<Order> package_json(const Job& job, const OrderTerms& terms);

}  // namespace tongsuan::jobfile
