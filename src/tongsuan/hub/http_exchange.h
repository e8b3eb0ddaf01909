// The exchange over its HTTP interface, and the interface's texts as values.
//
// Model. Every request is signed and sent by remote::Exchange, which repeats what may be repeated
// within its deadline. Messages carry their own Idempotency-Keys and the epoch as Hub-Epoch. A
// refusal is final unless its status says otherwise; credentials that are refused are a matter of
// settings, not of the message, and are asked again. What the exchange answers is read strictly
// where it decides something; members that are not known are passed over.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/remote/exchange.h"

namespace tongsuan::hub {

struct HttpExchangeOptions {
  std::string hub;
  std::string holder;  // what this agent calls itself
  std::int64_t lease_seconds = 120;
};

// `remote` and the credential in it have the hub's role.
[[nodiscard]] std::unique_ptr<Exchange> make_http_exchange(remote::Exchange remote,
                                                           HttpExchangeOptions options);

// ---- Texts, for tests.

// Where a message is sent to, and its body.
[[nodiscard]] std::string target_of(std::string_view hub, const Message& message);
[[nodiscard]] std::string body_of(const Message& message);

[[nodiscard]] std::string body_of(const OutputWant& want, const OutputAnswer& answer);

struct WorkPage {
  std::vector<Contract> contracts;
  std::vector<OutputWant> wanted;  // on the first page
  std::string next;                // empty: it was the last
};
[[nodiscard]] Said<WorkPage> read_work_page(std::string_view body);
[[nodiscard]] Said<WorkText> read_work_text(std::string_view body);
[[nodiscard]] Said<std::vector<Pool>> read_pools(std::string_view body);
[[nodiscard]] Trouble trouble_of(const remote::Trouble& trouble);

}  // namespace tongsuan::hub
