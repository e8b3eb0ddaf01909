// Everything that is refused, as application/problem+json (RFC 9457).
//
// `code` is one of the table in problems.inc, which gives status, title and, where nothing better
// is known, what to try. `detail` says what happened with the caller's own values; for requests
// that may be sent again it holds nothing that could be different the next time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/access/denial.h"
#include "tongsuan/exchange/commands.h"
#include "tongsuan/net/message.h"
#include "tongsuan/net/problem.h"
#include "tongsuan/node/node.h"

namespace tongsuan::server {

struct ProblemCode {
  std::string_view name;
  int status;
  std::string_view title;
  std::string_view hint;
};
[[nodiscard]] std::span<const ProblemCode> problem_codes();
// The row of that name; the one of "internal" where there is none.
[[nodiscard]] const ProblemCode& problem_code(std::string_view name);

struct Problem {
  std::string_view code;  // of the table, which lives for ever
  std::string detail = {};
  std::string param = {};      // a JSON pointer, or the name of a parameter or header
  std::uint64_t sequence = 0;  // of the refusal in the journal; 0: nothing was journaled
  std::string hint = {};       // empty: that of the table
  std::optional<std::int64_t> retry_after = {};  // seconds
};

// The object alone, as it stands inside the answer of a batch.
void append_problem(std::string& out, const Problem& problem);
[[nodiscard]] net::Response to_response(const Problem& problem);

[[nodiscard]] Problem to_problem(const access::Denial& denial);
[[nodiscard]] Problem to_problem(node::Accepted refused);
[[nodiscard]] net::Response to_response(const net::Problem& problem);
// The name of a refusal by the exchange; what belongs to somebody else is as if it were not there.
[[nodiscard]] std::string_view code_of(exchange::Code code);

}  // namespace tongsuan::server
