#include "tongsuan/access/jwks.h"

#include "tongsuan/access/oidc.h"
#include "tongsuan/access/test_issuer.h"
#include "tongsuan/base/check.h"

#include "entries.h"

namespace tongsuan::fuzz {

using namespace tongsuan::access;

void jwks(std::string_view bytes) {
  const Result<Jwks> keys = Jwks::parse(bytes);
  if (!keys.ok()) {
    TONGSUAN_CHECK(!keys.error().context.empty());
    return;
  }
  TONGSUAN_CHECK(keys.value().size() >= 1 && keys.value().size() <= kJwksKeysMax);
  OidcVerifier verifier(OidcSettings{}, keys.value());
  TONGSUAN_CHECK(!verifier.verify("e30.e30.AAAA", UnixTime(1'795'000'000)).ok());
  for (const char* name : {"RS256-1", "ES256-1", "EdDSA-1"}) {
    const PublicKey* key = keys.value().find(name);
    TONGSUAN_CHECK(key == nullptr || !key->verifies("message", std::string(64, 's')));
  }
}

std::vector<std::string> jwks_seeds() {
  std::string all, last;
  for (const Algorithm algorithm : kAlgorithms) {
    last = test::TestSigner(algorithm, std::string(algorithm_name(algorithm)) + "-1").jwk();
    all += (all.empty() ? "" : ",") + last;
  }
  return {"{\"keys\":[" + all + "]}", "{\"keys\":[" + last + "]}",
          R"({"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"}]})"};
}

}  // namespace tongsuan::fuzz
