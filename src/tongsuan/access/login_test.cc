#include "tongsuan/access/login.h"

#include "tongsuan/access/access_fixture.h"

namespace tongsuan::access {
namespace {

using test::AccessTest;
using test::kNow;

// RFC 7636, appendix B.
TEST(Login, ChallengeIsThatOfTheStandard) {
  EXPECT_EQ(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

LoginClient client() {
  return {.authorization_endpoint = "https://id.example/authorize",
          .client = "tongsuan-cli",
          .redirect = "http://127.0.0.1:4711/callback"};
}

LoginAttempt attempt() {
  LoginRandom random{};
  for (std::size_t i = 0; i < random.size(); ++i) random[i] = static_cast<std::uint8_t>(i);
  return make_login(random);
}

TEST(Login, AsksForACodeAndExchangesIt) {
  const LoginAttempt one = attempt();
  EXPECT_EQ(one.verifier.size(), 43U);
  EXPECT_NE(one.state, one.nonce);
  EXPECT_EQ(authorization_url(client(), one),
            "https://id.example/authorize?response_type=code&client_id=tongsuan-cli&redirect_uri="
            "http%3A%2F%2F127.0.0.1%3A4711%2Fcallback&scope=openid%20profile&state=" +
                one.state + "&nonce=" + one.nonce +
                "&code_challenge=" + code_challenge(one.verifier) + "&code_challenge_method=S256");
  EXPECT_EQ(token_request_body(client(), one, "a/b+c"),
            "grant_type=authorization_code&code=a%2Fb%2Bc&redirect_uri="
            "http%3A%2F%2F127.0.0.1%3A4711%2Fcallback&client_id=tongsuan-cli&code_verifier=" +
                one.verifier);
}

TEST(Login, TakesTheCodeOfItsOwnAnswerOnly) {
  const LoginAttempt one = attempt();
  const std::string state = "state=" + one.state;
  EXPECT_EQ(code_of_redirect(one, "/callback?code=a%2Fb&" + state).value(), "a/b");
  EXPECT_EQ(code_of_redirect(one, "/callback?" + state + "&error=access_denied").error().code,
            Code::kForbidden);
  for (const std::string& target :
       {std::string("/callback"), std::string("/callback?code=a"),
        "/callback?code=a&state=" + one.nonce, "/callback?code=a&" + state + '&' + state,
        "/callback?code=a&" + state + "A", std::string("/callback?code=a&state")}) {
    EXPECT_EQ(code_of_redirect(one, target).error().code, Code::kBadSignature) << target;
  }
  for (const std::string& target :
       {"/callback?" + state, "/callback?code=&" + state, "/callback?code=%g1&" + state,
        "/callback?code=a&code=b&" + state, "/callback?code=%2&" + state}) {
    EXPECT_EQ(code_of_redirect(one, target).error().code, Code::kMalformed) << target;
  }
}

class Development : public AccessTest {
 protected:
  [[nodiscard]] AccessSettings with_tokens(AccessMode mode) const {
    AccessSettings all = settings();
    all.mode = mode;
    all.development = {{"trader", "nlp", Role::kParticipant}, {"ghost", "nobody", Role::kHub}};
    return all;
  }
  static std::string present(Authenticator& door, std::string_view authorization) {
    return code(door.authenticate({"GET", "/", "", authorization}, kNow));
  }
};

TEST_F(Development, TokensWorkInTheirModeOnly) {
  Authenticator open(with_tokens(AccessMode::kDevelopment), master, directory);
  EXPECT_EQ(present(open, "Bearer dev-trader"), "ok");
  EXPECT_EQ(present(open, "bearer dev-trader"), "ok");
  EXPECT_EQ(present(open, "Bearer dev-admin"), "unknown-key");
  EXPECT_EQ(present(open, "Bearer dev-"), "unknown-key");
  EXPECT_EQ(present(open, "Bearer dev-ghost"), "unknown-participant");
  Authenticator closed(with_tokens(AccessMode::kProduction), master, directory);
  EXPECT_EQ(present(closed, "Bearer dev-trader"), "method-disabled");
}

TEST_F(Development, OtherProofsAreAskedForByName) {
  Authenticator door(settings(), master, directory);
  EXPECT_EQ(present(door, ""), "unauthenticated");
  EXPECT_EQ(present(door, "Basic bmxwOnNlY3JldA=="), "unauthenticated");
  EXPECT_EQ(present(door, "Bearer"), "method-disabled");
  EXPECT_EQ(present(door, "Bearer a.b.c"), "method-disabled");
  EXPECT_EQ(present(door, "Bearer ts1.x"), "malformed-credentials");
  EXPECT_EQ(present(door, "Tongsuan-HMAC"), "malformed-credentials");
}

TEST(Mode, DevelopmentListensOnLoopbackOnly) {
  for (const char* address : {"127.0.0.1", "127.0.0.1:8080", "127.255.0.9:1", "::1", "[::1]:8080",
                              "[::1]", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(address)) << address;
  }
  for (const char* address :
       {"", "0.0.0.0", "0.0.0.0:80", "::", "[::]:80", "localhost", "10.0.0.1", "127.1", "128.0.0.1",
        "[::1", "::2", "127.0.0.1.example:80", "2130706433", "::ffff:10.0.0.1", "fe80::1"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
  }
  const std::vector<std::string> mixed = {"127.0.0.1:80", "0.0.0.0:80"};
  const std::vector<std::string> local = {"127.0.0.1:80", "[::1]:80"};
  EXPECT_TRUE(check_mode(AccessMode::kProduction, mixed).ok());
  EXPECT_TRUE(check_mode(AccessMode::kDevelopment, local).ok());
  const Result<Done> refused = check_mode(AccessMode::kDevelopment, mixed);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().context.find("0.0.0.0:80"), std::string::npos);
  EXPECT_FALSE(refused.error().hint.empty());
}

}  // namespace
}  // namespace tongsuan::access
