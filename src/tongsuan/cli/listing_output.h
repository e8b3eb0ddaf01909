// A table as the user asked for it: -o, --columns, --sort, --filter, --limit, --watch.
#pragma once

#include <functional>
#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/report/table.h"

namespace tongsuan::cli {

// A table with lines for people around it, which programs do not get.
struct Listing {
  report::Table table;
  std::string before = {}, after = {};
};

Attempt<int> print_table(Session& session, const Arguments& arguments, const report::Table& table);

// Asks for the listing once, or with --watch again and again until Ctrl-C. `format` is the setting
// for when the user says nothing; one that listings do not have means a table.
Attempt<int> print_listing(Session& session, const Arguments& arguments, std::string_view format,
                           const std::function<Attempt<Listing>()>& make);

// Waits in small steps; false once Ctrl-C was pressed. A Patience must live.
[[nodiscard]] bool wait_patiently(std::int64_t milliseconds);

}  // namespace tongsuan::cli
