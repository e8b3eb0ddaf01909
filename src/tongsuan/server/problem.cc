#include "tongsuan/server/problem.h"

#include <algorithm>
#include <array>

#include "tongsuan/json/writer.h"
#include "tongsuan/server/values.h"

namespace tongsuan::server {
namespace {

constexpr ProblemCode kCodes[] = {
#include "tongsuan/server/problems.inc"
};

}  // namespace

std::span<const ProblemCode> problem_codes() {
  return kCodes;
}

const ProblemCode& problem_code(std::string_view name) {
  const auto row = std::ranges::find(kCodes, name, &ProblemCode::name);
  return row != std::end(kCodes) ? *row : problem_code("internal");
}

void append_problem(std::string& out, const Problem& problem) {
  const ProblemCode& code = problem_code(problem.code);
  json::Writer writer(out);
  writer.begin_object()
      .text("type", "urn:tongsuan:problem:" + std::string(code.name))
      .text("title", code.title)
      .number("status", code.status)
      .text("code", code.name);
  if (!problem.detail.empty()) writer.text("detail", problem.detail);
  if (!problem.param.empty()) writer.text("param", problem.param);
  writer.text("try", problem.hint.empty() ? code.hint : std::string_view(problem.hint));
  if (problem.sequence > 0) writer.text("sequence", std::to_string(problem.sequence));
  writer.end_object();
}

net::Response to_response(const Problem& problem) {
  net::Response response;
  response.status = problem_code(problem.code).status;
  response.content_type = "application/problem+json";
  if (response.status == 401) {
    response.headers.list.push_back({"WWW-Authenticate", "Tongsuan-HMAC, Bearer"});
  }
  if (problem.retry_after) {
    response.headers.list.push_back({"Retry-After", std::to_string(*problem.retry_after)});
  }
  append_problem(response.body, problem);
  return response;
}

// What is another's is answered as if it were not there: with the code that a thing has that is
// nowhere.
Problem to_problem(const access::Denial& denial) {
  const std::string_view name = denial.code == access::Code::kNotFound
                                    ? std::string_view("unknown")
                                    : std::string_view(access::code_name(denial.code));
  return {name, denial.detail, {}, 0, denial.hint, denial.retry_after_seconds};
}

Problem to_problem(node::Accepted refused) {
  switch (refused) {
    case node::Accepted::kFull:
      return {"disk-full", "The journal has no room for more.", {}, 0, {}, 30};
    case node::Accepted::kStopping:
      return {"stopping", {}, {}, 0, {}, 5};
    default:
      return {"unavailable", "More requests wait than the exchange lets wait.", {}, 0, {}, 1};
  }
}

net::Response to_response(const net::Problem& problem) {
  std::string name(problem.code);
  std::ranges::replace(name, '_', '-');
  Problem ours{problem_code(name).name, problem.detail, {}, 0, problem.hint, {}};
  if (problem.status == 503) ours.retry_after = 1;
  net::Response response = to_response(ours);
  response.status = problem.status;
  return response;
}

std::string_view code_of(exchange::Code code) {
  return code == exchange::Code::kNotYours ? "unknown" : exchange::code_name(code);
}

}  // namespace tongsuan::server
