// Orders on their way to an exchange: from job files, and the answers that come back.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/cli/remote_session.h"

namespace tongsuan::cli {

struct JobOrder {
  std::string json;    // the body of POST /v1/orders
  std::string intent;  // what makes two submissions the same: the file and the options
};

// The order in a job file. Where the job names no limit, the price of the market stands in. Notes
// on what of the job is not part of the order go to standard error.
Attempt<JobOrder> read_job_order(Remote& remote, const Arguments& arguments, std::string_view path);

// A decimal amount of an option as JSON money: "14.5" → {"amount":"14.5","currency":"CNY"}. The
// parser has checked it.
[[nodiscard]] std::string money_json(std::string_view amount);

// --limit, --value, --window, --deadline and others as members of an OrderChange. `ways` are those
// of the order, which has to end by the deadline.
Attempt<std::string> order_change(const Session& session, const Arguments& arguments,
                                  const json::Value& order);

// Why of an exchange, for people; `quote` says what an answer would be.
[[nodiscard]] std::string remote_why_text(const Session& session, const json::Value& why,
                                          std::string_view order);

// The time of a text of a user, in RFC 3339; a failure that names the option.
Attempt<std::string> time_of(const Session& session, std::string_view option,
                             std::string_view text);

}  // namespace tongsuan::cli
