#include "tongsuan/net/internal/head.h"

#include <algorithm>
#include <array>

namespace tongsuan::net {
namespace {

bool same_name(std::string_view name, std::string_view lower) {
  return std::ranges::equal(name, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool is_ours(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kOurs = {"content-length", "connection", "date",
                                                            "transfer-encoding"};
  return std::ranges::any_of(kOurs, [&](std::string_view ours) { return same_name(name, ours); });
}

void add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool is_sendable(const Response& response) {
  return response.status >= 200 && response.status <= 599 &&
         is_header_value(response.content_type) &&
         std::ranges::all_of(response.headers.list, [](const Field& field) {
           return is_header_name(field.name) && is_header_value(field.value);
         });
}

std::string write_head(const Response& response, const HeadOptions& options) {
  std::string head;
  head.reserve(256);
  head += options.is_http11 ? "HTTP/1.1 " : "HTTP/1.0 ";
  head.append(std::to_string(response.status)) += ' ';
  head.append(reason_phrase(response.status)) += "\r\n";
  if (!options.date.empty()) add(head, "Date", options.date);
  if (!response.content_type.empty()) add(head, "Content-Type", response.content_type);
  for (const Field& field : response.headers.list) {
    if (!is_ours(field.name)) add(head, field.name, field.value);
  }
  if (options.framing == Framing::kChunked) {
    add(head, "Transfer-Encoding", "chunked");
  } else if (options.framing == Framing::kLength && response.status != 204 &&
             response.status != 304) {
    add(head, "Content-Length", std::to_string(response.body.size()));
  }
  if (!options.keep_alive) {
    add(head, "Connection", "close");
  } else if (!options.is_http11) {
    add(head, "Connection", "keep-alive");
  }
  return head += "\r\n";
}

}  // namespace tongsuan::net
