#include "tongsuan/access/login.h"

#include <initializer_list>
#include <optional>
#include <utility>

#include "tongsuan/access/hmac.h"
#include "tongsuan/base/text.h"

namespace tongsuan::access {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

void append_encoded(std::string& out, std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::string form(std::initializer_list<Pair> pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) {
    if (!out.empty()) out += '&';
    append_encoded(out, key);
    out += '=';
    append_encoded(out, value);
  }
  return out;
}

// Nothing where the escapes are wrong.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    std::string digits(text.substr(i + 1, 2));
    for (char& c : digits) c = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
    std::uint8_t byte = 0;
    if (!parse_hex(digits, &byte, 1)) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

// The value of a name that is there once.
std::optional<std::string> parameter(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(part.size() == query.size() ? part.size() : part.size() + 1);
    if (part.substr(0, part.find('=')) != name) continue;
    if (found || part.size() == name.size()) return std::nullopt;
    found = decoded(part.substr(name.size() + 1));
    if (!found) return std::nullopt;
  }
  return found;
}

std::string random_text(const std::uint8_t* bytes) {
  return base64url({reinterpret_cast<const char*>(bytes), 32});
}

}  // namespace

LoginAttempt make_login(const LoginRandom& random) {
  return {random_text(random.data()), random_text(random.data() + 32),
          random_text(random.data() + 64)};
}

std::string code_challenge(std::string_view verifier) {
  const Digest digest = sha256(verifier);
  return base64url(view(digest));
}

std::string authorization_url(const LoginClient& client, const LoginAttempt& attempt) {
  const std::string challenge = code_challenge(attempt.verifier);
  const bool has_query = client.authorization_endpoint.find('?') != std::string::npos;
  return client.authorization_endpoint + (has_query ? '&' : '?') +
         form({{"response_type", "code"},
               {"client_id", client.client},
               {"redirect_uri", client.redirect},
               {"scope", client.scope},
               {"state", attempt.state},
               {"nonce", attempt.nonce},
               {"code_challenge", challenge},
               {"code_challenge_method", "S256"}});
}

Answer<std::string> code_of_redirect(const LoginAttempt& attempt, std::string_view target) {
  const std::size_t mark = target.find('?');
  const std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  const std::optional<std::string> state = parameter(query, "state");
  if (!state || !equal_secrets(*state, attempt.state)) {
    return Denial{Code::kBadSignature, "the answer is not to this login", "tongsuan login"};
  }
  if (const auto error = parameter(query, "error")) {
    return Denial{Code::kForbidden, "the provider refused the login: " + error->substr(0, 80),
                  "tongsuan login"};
  }
  std::optional<std::string> code = parameter(query, "code");
  if (code && !code->empty()) return *std::move(code);
  return Denial{Code::kMalformed, "the provider sent no code", "tongsuan login"};
}

std::string token_request_body(const LoginClient& client, const LoginAttempt& attempt,
                               std::string_view code) {
  return form({{"grant_type", "authorization_code"},
               {"code", code},
               {"redirect_uri", client.redirect},
               {"client_id", client.client},
               {"code_verifier", attempt.verifier}});
}

}  // namespace tongsuan::access
