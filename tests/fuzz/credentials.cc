#include "tongsuan/access/access.h"
#include "tongsuan/access/test_issuer.h"
#include "tongsuan/base/check.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

using namespace tongsuan::access;

constexpr UnixTime kTime{1'795'000'000};

constexpr std::string_view kClaims =
    R"({"iss":"https://id.example","aud":["tongsuan"],"sub":"u-1","exp":1795000600,"iat":1794999900,)"
    R"("preferred_username":"nlp","tongsuan_role":["traders"]})";

// An exchange with one participant, one key and a provider.
struct Exchange {
  Exchange() {
    directory.add(Participant{{7}, "nlp", false});
    key = &directory.add(make_key({.participant = {7}}, {}));
    AccessSettings settings;
    settings.mode = AccessMode::kDevelopment;
    settings.development = {{"trader", "nlp", Role::kParticipant}};
    door = std::make_unique<Authenticator>(settings, master, directory);
    OidcSettings provider;
    provider.issuer = "https://id.example";
    provider.audience = "tongsuan";
    provider.roles = {{"traders", Role::kParticipant}, {"auditors", Role::kAuditor}};
    door->set_provider(provider, Jwks::parse("{\"keys\":[" + signer.jwk() + "]}").value());
  }
  MasterSecret master{MasterBytes{}};
  test::TestDirectory directory;
  test::TestSigner signer{Algorithm::kEdDsa, "ed-1"};
  const KeyRecord* key = nullptr;
  std::unique_ptr<Authenticator> door;
};

Exchange& exchange() {
  static Exchange one;
  return one;
}

// Whoever comes in is one of those who are known; whoever does not is told why, in one line of
// text.
void check(const Answer<Identity>& answer) {
  if (answer.ok()) {
    TONGSUAN_CHECK(answer.value().participant == ParticipantNumber{7});
    TONGSUAN_CHECK(answer.value().name == "nlp");
    return;
  }
  TONGSUAN_CHECK(!answer.error().detail.empty());
  TONGSUAN_CHECK(http_status(answer.error().code) >= 401);
}

std::string bearer() {
  return make_bearer(exchange().master, *exchange().key, kTime, UnixTime(kTime.raw() + 60)).value();
}

std::string signature() {
  return sign_request(exchange().key->id, key_secret(exchange().master, *exchange().key),
                      {"GET", "/", sha256("")}, {kTime, "0123456789abcdef"});
}

void header(std::string_view bytes) {
  check(exchange().door->authenticate({"GET", "/", "", bytes}, kTime));
  const Answer<RequestSignature> parsed = parse_request_signature(bytes);
  if (parsed.ok()) {
    TONGSUAN_CHECK(is_key_id(parsed.value().key));
    TONGSUAN_CHECK(parsed.value().time >= UnixTime(0) && parsed.value().time <= kUnixTimeMax);
    static_cast<void>(check_skew(parsed.value().time, kTime));
  }
}

// A token of ours passes in one spelling only.
void token(std::string_view bytes) {
  const Answer<Identity> answer =
      check_bearer(exchange().master, exchange().directory, bytes, kTime);
  check(answer);
  if (!answer.ok()) return;
  const KeyRecord& key = *exchange().key;
  const std::size_t begin = kBearerMark.size() + key.id.size() + 1;
  std::int64_t until = 0;
  TONGSUAN_CHECK(parse_decimal(bytes.substr(begin, bytes.find('.', begin) - begin), 0, until));
  TONGSUAN_CHECK(make_bearer(exchange().master, key, kTime, UnixTime(until)).value() == bytes);
}

// Claims, and headers, of a provider that signs everything.
void claims(std::string_view bytes) {
  const std::string all = "Bearer " + exchange().signer.token(bytes);
  check(exchange().door->authenticate({"GET", "/", "", all}, kTime));
}
void token_header(std::string_view bytes) {
  const std::string all = "Bearer " + exchange().signer.token(bytes, kClaims);
  check(exchange().door->authenticate({"GET", "/", "", all}, kTime));
}

void redirect(std::string_view bytes) {
  const LoginAttempt attempt = make_login({});
  const Answer<std::string> code = code_of_redirect(attempt, bytes);
  TONGSUAN_CHECK(!code.ok() || !code.value().empty());
}

void address(std::string_view bytes) {
  TONGSUAN_CHECK(!is_loopback(bytes) || !bytes.empty());
  static_cast<void>(address_subject(bytes));
  static_cast<void>(is_participant_name(bytes));
}

}  // namespace

void credentials(std::string_view bytes) {
  if (bytes.empty()) return;
  static constexpr void (*kParts[])(std::string_view) = {header,       token,    claims,
                                                         token_header, redirect, address};
  const auto first = static_cast<unsigned char>(bytes.front());
  kParts[first % std::size(kParts)](bytes.substr(1));
}

std::vector<std::string> credentials_seeds() {
  return {std::string("\0", 1) + signature(),
          std::string("\0", 1) + "Bearer dev-trader",
          std::string("\0", 1) + "Bearer " + exchange().signer.token(kClaims),
          "\x01" + bearer(),
          "\x02" + std::string(kClaims),
          "\x03" + std::string(R"({"alg":"EdDSA","typ":"JWT","kid":"ed-1"})"),
          "\x04/callback?code=a%2Fb&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          "\x05[::ffff:127.0.0.1]:80"};
}

}  // namespace tongsuan::fuzz
