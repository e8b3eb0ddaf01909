// The table of routes against the contract: neither has what the other lacks.
#include "tongsuan/server/router.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>

#include "tongsuan/server/problem.h"

namespace tongsuan::server {
namespace {

std::vector<std::string> lines_of_contract() {
  std::ifstream file(std::string(TONGSUAN_SOURCE_DIR) + "/api/openapi.yaml");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

struct Operation {
  std::set<std::string> roles;
};

// "GET /v1/orders" → its roles. The contract is laid out by rule: paths at two blanks, methods at
// four, their members at six.
std::map<std::string, Operation> operations_of_contract() {
  std::map<std::string, Operation> operations;
  std::string path, base, method;
  bool in_paths = false;
  for (const std::string& line : lines_of_contract()) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') in_paths = line == "paths:";
    if (!in_paths) continue;
    if (line.starts_with("  /")) {
      path = line.substr(2, line.size() - 3);
      base = "/v1";
    } else if (line == "    servers: [{url: /}]") {
      base.clear();
    } else if (line.starts_with("    ") && line[4] != ' ' && line.ends_with(":")) {
      method = line.substr(4, line.size() - 5);
      std::ranges::transform(method, method.begin(), [](char c) { return std::toupper(c); });
    } else if (line.starts_with("      x-roles: [")) {
      std::string list = line.substr(16, line.size() - 17);
      std::set<std::string>& roles = operations[method + ' ' + base + path].roles;
      for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(", ", at), list.size());
        roles.insert(list.substr(at, end - at));
        at = end + 2;
      }
    }
  }
  return operations;
}

TEST(Router, TableAndContractAgree) {
  const std::map<std::string, Operation> contract = operations_of_contract();
  std::set<std::string> names, table;
  for (const auto& [name, operation] : contract) names.insert(name);
  for (const Route& route : routes()) {
    table.insert(std::string(net::to_string(route.method)) + ' ' + std::string(route.pattern));
  }
  EXPECT_GT(names.size(), 50U);
  EXPECT_EQ(table, names);
}

TEST(Router, RolesAreThoseOfTheContract) {
  std::map<std::string, Operation> contract = operations_of_contract();
  for (const Route& route : routes()) {
    const std::string name =
        std::string(net::to_string(route.method)) + ' ' + std::string(route.pattern);
    const std::set<std::string>& said = contract[name].roles;
    if (access::is_open(route.action)) {
      EXPECT_TRUE(said.contains("public")) << name;
      continue;
    }
    std::set<std::string> roles;
    for (const access::Role role : access::kRoles) {
      const access::Scope scope = access::scope_of(route.action, role);
      const bool may =
          route.of_all ? scope == access::Scope::kAll : scope != access::Scope::kNothing;
      if (may) roles.insert(access::role_name(role));
    }
    EXPECT_EQ(roles, said) << name;
  }
}

TEST(Router, FindsParametersAndVerbs) {
  const std::vector<std::string> path = {"v1", "orders", "O-7F3M:cancel"};
  const Match cancel = find_route(net::Method::kPost, path);
  ASSERT_NE(cancel.route, nullptr);
  EXPECT_EQ(cancel.route->pattern, "/v1/orders/{order}:cancel");
  EXPECT_EQ(cancel.parameters[0], "O-7F3M");
  EXPECT_EQ(find_route(net::Method::kPost, {"v1", "orders:batch"}).route->pattern,
            "/v1/orders:batch");
  EXPECT_EQ(find_route(net::Method::kHead, {"v1", "market"}).route->pattern, "/v1/market");
}

TEST(Router, WhatIsNotThereIsNotFound) {
  for (const std::vector<std::string>& path : {std::vector<std::string>{},
                                               {"v1"},
                                               {"v2", "orders"},
                                               {"v1", "orders", ""},
                                               {"v1", "orders", "O-1:cancel:cancel"},
                                               {"v1", "orders", ":cancel"},
                                               {"v1", "orders", "O-1", "x"},
                                               {"v1", "market", ""},
                                               {"V1", "market"},
                                               {"metrics", ""}}) {
    const Match match = find_route(net::Method::kPost, path);
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allow, "");
  }
  EXPECT_EQ(find_route(net::Method::kDelete, {"v1", "orders", "O-1"}).allow, "GET, PATCH");
}

TEST(Problems, TableAndContractAgree) {
  std::map<std::string, int> contract, table;
  bool inside = false;
  for (const std::string& line : lines_of_contract()) {
    if (!line.empty() && line[0] != ' ') inside = line == "x-problem-codes:";
    const std::size_t at = line.find(": {status: ");
    if (!inside || at == std::string::npos) continue;
    contract[line.substr(2, at - 2)] = std::stoi(line.substr(at + 11, 3));
  }
  for (const ProblemCode& code : problem_codes()) table[std::string(code.name)] = code.status;
  EXPECT_EQ(table, contract);
}

TEST(Problems, EveryRefusalHasARow) {
  for (std::size_t i = 1; i < exchange::kCodes; ++i) {
    const char* name = exchange::code_name(static_cast<exchange::Code>(i));
    EXPECT_EQ(problem_code(name).name, name);
  }
  for (int i = 0; i <= static_cast<int>(access::Code::kRateLimited); ++i) {
    const auto code = static_cast<access::Code>(i);
    const Problem problem = to_problem(access::Denial{code, "d"});
    EXPECT_EQ(problem_code(problem.code).name, problem.code);
    EXPECT_EQ(problem_code(problem.code).status, access::http_status(code)) << problem.code;
  }
  EXPECT_EQ(to_response(to_problem(node::Accepted::kFull)).status, 507);
  const net::Response busy = to_response(to_problem(node::Accepted::kBusy));
  EXPECT_EQ(busy.status, 503);
  EXPECT_NE(busy.headers.find("Retry-After"), nullptr);
}

}  // namespace
}  // namespace tongsuan::server
