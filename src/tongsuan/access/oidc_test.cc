#include "tongsuan/access/oidc.h"

#include "tongsuan/access/access_fixture.h"

namespace tongsuan::access {
namespace {

using test::AccessTest;
using test::kNow;
using test::TestSigner;

// Making RSA keys takes a moment: only tests that need one make it.
const TestSigner& rsa() {
  static const TestSigner signer(Algorithm::kRs256, "rsa-1");
  return signer;
}
const TestSigner& elliptic() {
  static const TestSigner signer(Algorithm::kEs256, "ec-1");
  return signer;
}
const TestSigner& edwards() {
  static const TestSigner signer(Algorithm::kEdDsa, "ed-1");
  return signer;
}

std::string small_jwks() {
  return "{\"keys\":[" + elliptic().jwk() + ',' + edwards().jwk() + "]}";
}
std::string jwks_text() {
  return "{\"keys\":[" + rsa().jwk() + ',' + elliptic().jwk() + ',' + edwards().jwk() + "]}";
}

constexpr const char* kIssuer = "https://id.example";

class Oidc : public AccessTest {
 protected:
  Oidc() { door.set_provider(provider(), Jwks::parse(small_jwks()).value()); }
  static OidcSettings provider() {
    OidcSettings settings;
    settings.issuer = "https://id.example";
    settings.audience = "tongsuan";
    settings.roles = {{"traders", Role::kParticipant}, {"auditors", Role::kAuditor}};
    return settings;
  }
  // Honest claims, with one text put in place of another.
  static std::string claims(std::string_view from = {}, std::string_view to = {}) {
    std::string text =
        R"({"iss":"https://id.example","aud":"tongsuan","sub":"u-1","exp":1795000600,)"
        R"("iat":1794999900,"nbf":1794999900,"preferred_username":"nlp",)"
        R"("tongsuan_role":"traders","nonce":"n-1"})";
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    return text;
  }
  Answer<Identity> present(const std::string& token, UnixTime now = kNow) {
    header = "Bearer " + token;
    return door.authenticate({"GET", "/v1/orders", "", header}, now);
  }
  std::string code_of(const std::string& token, UnixTime now = kNow) {
    return code(present(token, now));
  }
  // What an honest signer's token with other claims is answered.
  std::string claiming(std::string_view from, std::string_view to) {
    return code_of(elliptic().token(claims(from, to)));
  }
  Authenticator door{settings(), master, directory};
};

TEST_F(Oidc, LetsTokensOfEveryAllowedAlgorithmIn) {
  door.set_provider_keys(kIssuer, Jwks::parse(jwks_text()).value());
  for (const TestSigner* signer : {&rsa(), &elliptic(), &edwards()}) {
    const Answer<Identity> caller = present(signer->token(claims()));
    ASSERT_TRUE(caller.ok()) << caller.error().detail;
    EXPECT_EQ(caller.value().participant, ParticipantNumber{7});
    EXPECT_EQ(caller.value().role, Role::kParticipant);
    EXPECT_EQ(caller.value().key, "u-1");
    EXPECT_EQ(caller.value().method, Method::kOidc);
  }
}

TEST_F(Oidc, TheIssuerDecidesWhoseKeysProve) {
  OidcSettings city = provider();
  city.issuer = "https://city.example";
  city.participant_claim = "sub";
  const TestSigner mayor(Algorithm::kEdDsa, "ed-1");  // a key of the same name
  door.set_provider(city, Jwks::parse("{\"keys\":[" + mayor.jwk() + "]}").value());
  const auto of_city = [](const std::string& subject) {
    std::string text = claims(kIssuer, "https://city.example");
    return text.replace(text.find("u-1"), 3, subject);
  };
  EXPECT_EQ(code_of(edwards().token(claims())), "ok");
  EXPECT_EQ(code_of(mayor.token(of_city("nlp"))), "ok");
  EXPECT_EQ(code_of(mayor.token(of_city("u-1"))), "unknown-participant") << "its own claims count";
  EXPECT_EQ(code_of(mayor.token(claims())), "bad-signature") << "no key of that issuer";
  EXPECT_EQ(code_of(edwards().token(of_city("nlp"))), "bad-signature");
  EXPECT_EQ(code_of(elliptic().token(of_city("nlp"))), "unknown-signing-key");
  const Answer<Identity> stranger = present(mayor.token(claims(kIssuer, "https://town.example")));
  ASSERT_FALSE(stranger.ok());
  EXPECT_EQ(code(stranger), "wrong-issuer");
  EXPECT_EQ(http_status(stranger.error().code), 401);
  EXPECT_NE(stranger.error().hint.find("https://id.example or https://city.example"),
            std::string::npos);
  for (const std::string& token :
       {std::string("a.b.c"), std::string(".."), mayor.token("{\"iss\":5}"), mayor.token("[]"),
        mayor.token("{")}) {
    EXPECT_FALSE(present(token).ok()) << token;
  }
  door.set_provider_keys("https://city.example", Jwks());
  EXPECT_EQ(code_of(mayor.token(of_city("nlp"))), "unknown-signing-key");
  EXPECT_EQ(code_of(edwards().token(claims())), "ok") << "of the other one";
}

TEST_F(Oidc, GivesTheNonceToALogin) {
  OidcVerifier verifier(provider(), Jwks::parse(small_jwks()).value());
  const Answer<OidcClaims> read = verifier.verify(elliptic().token(claims()), kNow);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().nonce, "n-1");
  EXPECT_EQ(read.value().subject, "u-1");
  EXPECT_EQ(read.value().expires, UnixTime(1'795'000'600));
}

TEST_F(Oidc, RefusesTokensThatWereChanged) {
  const std::string token = edwards().token(claims());
  const std::string other = edwards().token(claims("traders", "auditors"));
  const std::size_t first = token.find('.'), last = token.rfind('.');
  // The claims of one with the signature of another.
  EXPECT_EQ(code_of(other.substr(0, other.rfind('.')) + token.substr(last)), "bad-signature");
  for (std::size_t at = 0; at<token.size(); at += at> first && at < last ? 7 : 1) {
    for (const char c : {'A', 'z', '.', '=', '\0', '\xFF'}) {
      std::string changed = token;
      changed[at] = c;
      if (changed == token) continue;
      EXPECT_NE(code_of(changed), "ok") << changed;
    }
    EXPECT_NE(code_of(token.substr(0, at)), "ok");
  }
  EXPECT_EQ(code_of(token + "A"), "bad-signature");
  EXPECT_EQ(code_of(token + "AAA="), "malformed-credentials");
  EXPECT_EQ(code_of(token + ".A"), "malformed-credentials");
  EXPECT_EQ(code_of(token.substr(0, last + 1)), "bad-signature");
}

TEST_F(Oidc, RefusesAlgorithmsThatAreNone) {
  const std::string payload = base64url(claims());
  for (const char* name : {"none", "None", "NONE", "nOnE", "HS256", "HS512", "RS512", "PS256", "",
                           "rs256", "ES256K"}) {
    const std::string head = base64url(R"({"alg":")" + std::string(name) + R"(","kid":"rsa-1"})");
    for (const std::string& tail : {std::string("."), "." + base64url(std::string(64, 's'))}) {
      const std::string answer = code_of(head + '.' + payload + tail);
      EXPECT_EQ(answer, *name == '\0' ? "malformed-credentials" : "wrong-algorithm") << name;
    }
  }
  EXPECT_EQ(code_of(base64url(R"({"kid":"rsa-1"})") + '.' + payload + '.'),
            "malformed-credentials");
  EXPECT_EQ(code_of(base64url(R"({"alg":null,"kid":"rsa-1"})") + '.' + payload + '.'),
            "malformed-credentials");
}

// The attack on verifiers that let the token choose: a MAC whose secret is the text of the public
// key.
TEST_F(Oidc, RefusesMacsByThePublicKey) {
  door.set_provider_keys(kIssuer, Jwks::parse(jwks_text()).value());
  for (const std::string& secret_text : {rsa().jwk(), jwks_text(), std::string("rsa-1")}) {
    const std::string text =
        base64url(R"({"alg":"HS256","typ":"JWT","kid":"rsa-1"})") + '.' + base64url(claims());
    const Digest mac = HmacKey(secret_text).sign(text);
    EXPECT_EQ(code_of(text + '.' + base64url(view(mac))), "wrong-algorithm");
  }
}

TEST_F(Oidc, KeyAndAlgorithmMustBelongTogether) {
  door.set_provider_keys(kIssuer, Jwks::parse(jwks_text()).value());
  // Signed by one key, said to be by another, of the same and of other kinds.
  EXPECT_EQ(code_of(elliptic().token(R"({"alg":"ES256","kid":"rsa-1"})", claims())),
            "wrong-algorithm");
  EXPECT_EQ(code_of(elliptic().token(R"({"alg":"RS256","kid":"rsa-1"})", claims())),
            "bad-signature");
  EXPECT_EQ(code_of(elliptic().token(R"({"alg":"ES256","kid":"ec-2"})", claims())),
            "unknown-signing-key");
  EXPECT_EQ(code_of(elliptic().token(R"({"alg":"ES256"})", claims())), "malformed-credentials");
  const TestSigner stranger(Algorithm::kEdDsa, "ed-1");
  EXPECT_EQ(code_of(stranger.token(claims())), "bad-signature");
  // A key that the token brings along is not looked at.
  EXPECT_EQ(code_of(stranger.token(R"({"alg":"EdDSA","kid":"ed-1","jwk":)" + stranger.jwk() + "}",
                                   claims())),
            "bad-signature");
  OidcSettings narrow = provider();
  narrow.algorithms = {Algorithm::kEdDsa};
  door.set_provider(narrow, Jwks::parse(jwks_text()).value());
  EXPECT_EQ(code_of(rsa().token(claims())), "wrong-algorithm");
  EXPECT_EQ(code_of(edwards().token(claims())), "ok");
  door.set_provider_keys(kIssuer, Jwks::parse("{\"keys\":[" + rsa().jwk() + "]}").value());
  EXPECT_EQ(code_of(edwards().token(claims())), "unknown-signing-key");
}

TEST_F(Oidc, HeadersThatDemandMoreAreRefused) {
  for (const char* more : {R"(,"crit":["b64"],"b64":false)", R"(,"typ":"dpop+jwt")",
                           R"(,"alg":"none")", R"(,"typ":7)"}) {
    const std::string head = R"({"alg":"ES256","kid":"ec-1")" + std::string(more) + '}';
    EXPECT_EQ(code_of(elliptic().token(head, claims())), "malformed-credentials") << more;
  }
  EXPECT_EQ(code_of(elliptic().token(R"({"alg":"ES256","kid":"ec-1","typ":"at+JWT"})", claims())),
            "ok");
}

TEST_F(Oidc, ClaimsAreHeldToTheirRules) {
  EXPECT_EQ(claiming("https://id.example", "https://id.example/"), "wrong-issuer");
  EXPECT_EQ(claiming(R"("aud":"tongsuan")", R"("aud":"other")"), "wrong-audience");
  EXPECT_EQ(claiming(R"("aud":"tongsuan")", R"("aud":["a","tongsuan"])"), "ok");
  EXPECT_EQ(claiming(R"("aud":"tongsuan")", R"("aud":[])"), "wrong-audience");
  EXPECT_EQ(claiming(R"("aud":"tongsuan")", R"("aud":{"tongsuan":1})"), "malformed-credentials");
  EXPECT_EQ(claiming(R"("aud":"tongsuan",)", ""), "wrong-audience");
  for (const char* name :
       {R"("iss":"https://id.example",)", R"("sub":"u-1",)", R"("exp":1795000600,)",
        R"("iat":1794999900,)", R"("preferred_username":"nlp",)"}) {
    EXPECT_EQ(claiming(name, ""), "malformed-credentials") << name;
  }
  EXPECT_EQ(claiming(R"("exp":1795000600)", R"("exp":"1795000600")"), "malformed-credentials");
  EXPECT_EQ(claiming(R"("exp":1795000600)", R"("exp":1795000600.5)"), "malformed-credentials");
  EXPECT_EQ(claiming(R"("exp":1795000600)", R"("exp":9223372036854775807)"),
            "malformed-credentials");
  EXPECT_EQ(claiming(R"("exp":1795000600)", R"("exp":-1)"), "malformed-credentials");
  EXPECT_EQ(claiming(R"("exp":1795000600)", R"("exp":1795086301)"), "malformed-credentials");
  EXPECT_EQ(claiming(R"("nonce":"n-1")", R"("exp":1)"), "malformed-credentials");
  EXPECT_EQ(claiming(R"("tongsuan_role":"traders")", R"("tongsuan_role":"admins")"), "no-role");
  EXPECT_EQ(claiming(R"("tongsuan_role":"traders")", R"("tongsuan_role":["x","auditors"])"), "ok");
  EXPECT_EQ(claiming(R"("tongsuan_role":"traders")", R"("tongsuan_role":["traders","auditors"])"),
            "no-role");
  EXPECT_EQ(claiming(R"("tongsuan_role":"traders",)", ""), "no-role");
  EXPECT_EQ(claiming(R"(:"nlp")", R"(:"nobody")"), "unknown-participant");
}

TEST_F(Oidc, TokensHaveTheirTime) {
  const std::string token = elliptic().token(claims());
  const auto at = [&](std::int64_t time) { return code_of(token, UnixTime(time)); };
  EXPECT_EQ(at(1'794'999'839), "not-yet-valid");
  EXPECT_EQ(at(1'794'999'840), "ok");  // the leeway of a minute
  EXPECT_EQ(at(1'795'000'659), "ok");
  EXPECT_EQ(at(1'795'000'660), "expired");
  EXPECT_EQ(claiming(R"("nbf":1794999900)", R"("nbf":1795000061)"), "not-yet-valid");
  EXPECT_EQ(claiming(R"("iat":1794999900)", R"("iat":1795000061)"), "not-yet-valid");
}

TEST_F(Oidc, AuthorisedPartiesAreOurs) {
  OidcSettings mine = provider();
  mine.client = "tongsuan-cli";
  door.set_provider(mine, Jwks::parse(small_jwks()).value());
  EXPECT_EQ(claiming(R"("nonce":"n-1")", R"("azp":"tongsuan-cli")"), "ok");
  EXPECT_EQ(claiming(R"("nonce":"n-1")", R"("azp":"other")"), "wrong-audience");
}

TEST_F(Oidc, NamesAreUnicodeAndComparedAsBytes) {
  const auto named = [&](std::string_view name) {
    return claiming(R"(:"nlp")", ":\"" + std::string(name) + '"');
  };
  EXPECT_EQ(named("张江·实验室"), "ok");
  EXPECT_EQ(named("\\u5f20江·实验室"), "ok");
  EXPECT_EQ(named("nIp"), "unknown-participant");
  EXPECT_EQ(named("nlр"), "unknown-participant");  // the last letter is Cyrillic
  EXPECT_EQ(named("nlp\\u0000"), "malformed-credentials");
  EXPECT_EQ(named("nlp\\u200b"), "unknown-participant");
  EXPECT_EQ(named("nlp\\ud800"), "malformed-credentials");
  EXPECT_EQ(named("nlp\xFF"), "malformed-credentials");
  directory.add(Participant{{8}, "Zoë", false});
  EXPECT_EQ(named("Zoë"), "ok");
  EXPECT_EQ(named("Zoe\xCC\x88"), "unknown-participant");
  directory.add(Participant{{8}, "Zoë", true});
  EXPECT_EQ(named("Zoë"), "unknown-participant");
}

TEST_F(Oidc, TokensHaveALimit) {
  const auto long_name = [&](std::size_t bytes) {
    return code_of(elliptic().token(
        claims(R"("nonce":"n-1")", R"("more":")" + std::string(bytes, 'x') + '"')));
  };
  EXPECT_EQ(long_name(4'000), "ok");
  EXPECT_EQ(long_name(8'000), "malformed-credentials");
  EXPECT_EQ(code_of(std::string(1 << 20, '.')), "malformed-credentials");
  EXPECT_EQ(
      claiming(R"("nonce":"n-1")", R"("deep":)" + std::string(100, '[') + std::string(100, ']')),
      "malformed-credentials");
}

TEST(Jwks, RefusesSetsThatAreWrong) {
  const std::string good = edwards().jwk();
  const auto set = [](const std::string& keys) { return "{\"keys\":[" + keys + "]}"; };
  const auto with = [&](const std::string& jwk, std::string_view from, std::string_view to) {
    std::string text = jwk;
    return set(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_TRUE(Jwks::parse(set(good)).ok());
  // Unknown kinds and uses are passed over.
  EXPECT_EQ(Jwks::parse(set(R"({"kty":"oct","kid":"s","k":"c2VjcmV0"},{"kty":"new"},)" + good))
                .value()
                .size(),
            1U);
  EXPECT_EQ(Jwks::parse(set(good + R"(,{"kty":"RSA","use":"enc","kid":"e"})")).value().size(), 1U);
  std::string many = good;
  for (int i = 0; i < 32; ++i) many += R"(,{"kty":"x"})";
  const std::string n = base64url(std::string(256, '\xFD'));
  for (const std::string& text :
       {std::string(),
        std::string("[]"),
        std::string("{}"),
        std::string("{\"keys\":{}}"),
        set(""),
        set("7"),
        set("{}"),
        set(R"({"kty":"oct","kid":"s","k":"c2VjcmV0"})"),
        set(good + ',' + good),
        with(good, "\"ed-1\"", "\"\""),
        with(good, "\"kid\":\"ed-1\",", ""),
        with(good, "\"kty\"", "\"d\":\"AAAA\",\"kty\""),
        with(good, "\"x\":\"", "\"x\":\"="),
        with(good, "\"x\":\"", "\"x\":\"AAAA"),
        with(elliptic().jwk(), "\"x\":\"", "\"x\":\"AAAA"),
        with(elliptic().jwk(), "\"y\"", "\"z\""),
        with(rsa().jwk(), "\"e\":\"AQAB\"", "\"e\":\"AQ\""),
        with(rsa().jwk(), "\"e\":\"AQAB\"", "\"e\":\"AQAC\""),
        set(R"({"kty":"RSA","kid":"short","n":")" + n.substr(0, 160) + R"(","e":"AQAB"})"),
        set(R"({"kty":"RSA","kid":"long","n":")" + n + n + n + R"(","e":"AQAB"})"),
        set(R"({"kty":"EC","crv":"P-256","kid":"off","x":")" + base64url(std::string(32, 'x')) +
            R"(","y":")" + base64url(std::string(32, 'y')) + "\"}"),
        set(many),
        set(good) + ' ' + set(good),
        set(good + std::string(kJwksBytesMax, ' '))}) {
    EXPECT_FALSE(Jwks::parse(text).ok()) << text.substr(0, 300);
  }
}

}  // namespace
}  // namespace tongsuan::access
