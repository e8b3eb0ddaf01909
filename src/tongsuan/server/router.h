// Which address does what, and for whom: one table, and nothing that is not in it.
//
// A pattern is a path whose segments are words, {parameters}, or either with a verb behind a colon:
// "/v1/orders/{order}:cancel". Parameters are in the order of the pattern.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/access/permissions.h"
#include "tongsuan/net/message.h"

namespace tongsuan::server {

namespace internal {
struct Call;
}

struct Route {
  net::Method method;
  std::string_view pattern;
  access::Action action;  // what it takes to be let in at all; whose thing it is comes later
  void (*handler)(internal::Call&);
  bool of_all = false;  // only for roles that may do it to anybody's
  bool slow = false;    // never on the thread of a connection
};
[[nodiscard]] std::span<const Route> routes();

inline constexpr std::size_t kParametersMax = 2;
using Parameters = std::array<std::string_view, kParametersMax>;

struct Match {
  const Route* route = nullptr;  // null: nothing answers this
  Parameters parameters;         // views of the path
  std::string allow;             // methods of the address, where only the method is wrong
};
// The path must outlive the match. HEAD is answered as GET.
[[nodiscard]] Match find_route(net::Method method, const std::vector<std::string>& path);

}  // namespace tongsuan::server
