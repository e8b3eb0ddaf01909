// The client's side of a login: authorisation code with PKCE (RFC 6749, RFC 7636), for `tongsuan
// login`.
//
// The program opens authorization_url in a browser and listens on a loopback address; the provider
// sends the browser back with a code; the program exchanges it by POSTing token_request_body. The
// verifier proves that both are the same program, `state` that the answer is to our question,
// `nonce` that the token is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/access/denial.h"

namespace tongsuan::access {

struct LoginClient {
  std::string authorization_endpoint;  // https://…
  std::string client;
  std::string redirect;  // http://127.0.0.1:PORT/…
  std::string scope = "openid profile";
};

// Secrets of one login, kept until it ends.
struct LoginAttempt {
  std::string verifier, state, nonce;
};

using LoginRandom = std::array<std::uint8_t, 96>;  // 32 bytes for each
[[nodiscard]] LoginAttempt make_login(const LoginRandom& random);

// S256 of a verifier.
[[nodiscard]] std::string code_challenge(std::string_view verifier);
[[nodiscard]] std::string authorization_url(const LoginClient& client, const LoginAttempt& attempt);

// The code in the target that the browser asked for, such as "/callback?code=…&state=…". Denials:
// kMalformed, kForbidden where the provider refused, kBadSignature where the state is not ours.
[[nodiscard]] Answer<std::string> code_of_redirect(const LoginAttempt& attempt,
                                                   std::string_view target);

// application/x-www-form-urlencoded, for the provider's token endpoint.
[[nodiscard]] std::string token_request_body(const LoginClient& client, const LoginAttempt& attempt,
                                             std::string_view code);

}  // namespace tongsuan::access
