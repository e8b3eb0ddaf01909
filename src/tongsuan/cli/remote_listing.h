// Listings of an exchange, each told by its columns and where it comes from.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/cli/json_rows.h"
#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/remote_session.h"

namespace tongsuan::cli {

struct RemoteListing {
  std::string target;  // "/v1/orders"
  std::span<const JsonColumn> columns;
  // Options that the exchange itself filters by, with their names there.
  std::vector<std::pair<Option, std::string_view>> parameters = {};
  Caller caller = Caller::kSomebody;
  std::string_view items = "items";  // where the rows are
  std::string_view inner = {};       // each of this list of an item is a row; "^" is the item
  bool paged = true;
};

inline constexpr std::array kClosureColumns = {
    JsonColumn{"from", Message::kTitleFrom, "from"},
    JsonColumn{"until", Message::kTitleUntil, "until"},
    JsonColumn{"reason", Message::kTitleReason, "reason"},
    JsonColumn{"dispatch", Message::kTitleDispatch, "dispatch"},
};

Attempt<int> run_listing(Session& session, const Arguments& arguments,
                         const RemoteListing& listing);
// The table alone.
Attempt<report::Table> fetch_table(Remote& remote, const Arguments& arguments,
                                   const RemoteListing& listing);

// An id with this letter and dash, in capitals: o-7f3m is O-7F3M. Without them they are put before.
Attempt<std::string> id_of(const Session& session, std::string_view text, std::string_view prefix);

// The answer to a request: JSON as it came, or a sentence with its id, sequence and hold.
Attempt<int> tell_answer(Remote& remote, const remote::Reply& reply, Message sentence);

}  // namespace tongsuan::cli
