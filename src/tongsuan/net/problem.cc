#include "tongsuan/net/problem.h"

namespace tongsuan::net {
namespace {

void append_json(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {  // ours are ASCII; anything else is shown as a byte
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

Response problem_response(const Problem& problem) {
  Response response{.status = problem.status, .content_type = "application/problem+json"};
  std::string& body = response.body;
  body = "{\"title\":";
  append_json(body, reason_phrase(problem.status));
  body += ",\"status\":" + std::to_string(problem.status) + ",\"code\":";
  append_json(body, problem.code);
  body += ",\"detail\":";
  append_json(body, problem.detail);
  if (!problem.hint.empty()) {
    body += ",\"try\":";
    append_json(body, problem.hint);
  }
  body += "}\n";
  return response;
}

}  // namespace tongsuan::net
