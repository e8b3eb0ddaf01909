// How many callers are let in a second, on one thread: signed requests, tokens of ours, tokens of a
// provider; and the rate limiter.
// usage: tongsuan_access_bench [BODY_BYTES] [REQUESTS]
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string>
#include <vector>

#include "tongsuan/access/access.h"
#include "tongsuan/access/test_issuer.h"

#include "measure.h"

namespace tongsuan::access {
namespace {

using bench::Timer;

constexpr UnixTime kTime{1'795'000'000};

void print(const char* name, std::size_t count, const std::function<void()>& work) {
  const Timer timer;
  work();
  const double each = timer.cpu() / static_cast<double>(count);
  std::printf("%-52s %9.0f /s  %8.2f us\n", name, 1 / each, each * 1e6);
}

void expect(bool good) {
  if (good) return;
  std::fprintf(stderr, "a good request was refused\n");
  std::exit(1);
}

struct Exchange {
  Exchange() {
    directory.add(Participant{{7}, "nlp", false});
    key = &directory.add(make_key({.participant = {7}}, {}));
    AccessSettings settings;
    settings.nonces = {.per_key_max = 1U << 24, .per_minute_max = 1U << 24};
    door = std::make_unique<Authenticator>(settings, master, directory);
    secret = key_secret(master, *key);
  }
  MasterSecret master{MasterBytes{}};
  test::TestDirectory directory;
  const KeyRecord* key = nullptr;
  std::string secret;
  std::unique_ptr<Authenticator> door;
};

void signatures(std::size_t body_bytes, std::size_t count) {
  Exchange exchange;
  const std::string body(body_bytes, 'x');
  const Digest digest = sha256(body);
  std::vector<std::string> headers(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string nonce = "nonce-nonce-" + std::to_string(1'000'000'000 + i);
    headers[i] = sign_request(exchange.key->id, exchange.secret, {"POST", "/v1/orders", digest},
                              {kTime, nonce});
  }
  const std::string name = "signed request, body of " + std::to_string(body_bytes) + " bytes";
  print(name.c_str(), count, [&] {
    for (const std::string& header : headers) {
      expect(exchange.door->authenticate({"POST", "/v1/orders", body, header}, kTime).ok());
    }
  });
  std::printf("  memory of %zu nonces: %.1f MB\n", count,
              static_cast<double>(exchange.door->nonces().bytes()) * 1e-6);
}

void tokens(std::size_t count) {
  Exchange exchange;
  const std::string token =
      "Bearer " +
      make_bearer(exchange.master, *exchange.key, kTime, UnixTime(kTime.raw() + 60)).value();
  print("token of ours", count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      expect(exchange.door->authenticate({"GET", "/", "", token}, kTime).ok());
    }
  });
  for (const Algorithm algorithm : kAlgorithms) {
    const test::TestSigner signer(algorithm, "k-1");
    OidcSettings provider;
    provider.issuer = "https://id.example";
    provider.audience = "tongsuan";
    provider.roles = {{"traders", Role::kParticipant}};
    exchange.door->set_provider(provider, Jwks::parse("{\"keys\":[" + signer.jwk() + "]}").value());
    const std::string jwt =
        "Bearer " +
        signer.token(R"({"iss":"https://id.example","aud":"tongsuan","sub":"u-1","exp":1795000600,)"
                     R"("iat":1794999900,"preferred_username":"nlp","tongsuan_role":"traders"})");
    const std::string name = std::string("token of a provider, ") + algorithm_name(algorithm);
    const std::size_t few = count / 50 + 1;
    print(name.c_str(), few, [&] {
      for (std::size_t i = 0; i < few; ++i) {
        expect(exchange.door->authenticate({"GET", "/", "", jwt}, kTime).ok());
      }
    });
  }
}

void hashes(std::size_t count) {
  const std::string key(43, 'k'), message(150, 'm');
  std::size_t sum = 0;
  print("HMAC of 150 bytes, ours, key prepared each time", count, [&] {
    for (std::size_t i = 0; i < count; ++i) sum ^= HmacKey(key).sign(message)[0];
  });
  print("HMAC of 150 bytes, libcrypto's HMAC()", count, [&] {
    Digest digest{};
    for (std::size_t i = 0; i < count; ++i) {
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
           nullptr);
      sum ^= digest[0];
    }
  });
  RateLimiter limiter = RateLimiter::make({"orders", 1000, 1000, 1, 1U << 14}).value();
  std::size_t passed = 0;
  print("rate limiter, 10,000 subjects", count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      const Instant now(kTime.raw() * 1'000'000 + static_cast<std::int64_t>(i));
      passed += limiter.take(i * 7919 % 10'000, 1, now).ok() ? 1U : 0U;
    }
  });
  std::printf("check %zu %zu\n", sum, passed);
}

int run(int argc, char** argv) {
  const auto body = static_cast<std::size_t>(argc > 1 ? std::atol(argv[1]) : 300);
  const auto count = static_cast<std::size_t>(argc > 2 ? std::atol(argv[2]) : 200'000);
  signatures(0, count);
  signatures(body, count);
  signatures(70'000, count / 20 + 1);
  tokens(count);
  hashes(count);
  return 0;
}

}  // namespace
}  // namespace tongsuan::access

int main(int argc, char** argv) {
  return tongsuan::access::run(argc, argv);
}
