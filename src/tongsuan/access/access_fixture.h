// Test helper: an exchange with two participants and a key, at a fixed time.
#pragma once

#include <gtest/gtest.h>
#include <string>

#include "tongsuan/access/authenticator.h"
#include "tongsuan/access/test_issuer.h"

namespace tongsuan::access::test {

inline constexpr UnixTime kNow{1'795'000'000};

inline MasterBytes master_bytes(std::uint8_t first = 0) {
  MasterBytes bytes{};
  for (std::uint8_t& byte : bytes) byte = first++;
  return bytes;
}

inline KeyRandom key_random(std::uint8_t first) {
  KeyRandom random;
  for (std::uint8_t& byte : random.id) byte = first++;
  for (std::uint8_t& byte : random.salt) byte = first++;
  return random;
}

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    directory.add(Participant{{7}, "nlp", false});
    directory.add(Participant{{8}, "张江·实验室", false});
    key = &directory.add(make_key({.participant = {7}}, key_random(1)));
    secret = key_secret(master, *key);
  }

  [[nodiscard]] static AccessSettings settings() {
    AccessSettings settings;
    settings.started = UnixTime(kNow.raw() - 10'000);
    return settings;
  }
  // A request that is signed as it should be.
  [[nodiscard]] Request request(UnixTime time = kNow, std::string_view nonce = kNonce) {
    const Stamp stamp{time, nonce};
    header = sign_request(key->id, secret, {"POST", kTarget, sha256(kBody)}, stamp);
    return {"POST", kTarget, kBody, header};
  }
  [[nodiscard]] static std::string code(const Answer<Identity>& answer) {
    return answer.ok() ? "ok" : code_name(answer.error().code);
  }

  static constexpr std::string_view kTarget = "/v1/orders?zone=guizhou";
  static constexpr std::string_view kBody = R"({"name":"o-1"})";
  static constexpr std::string_view kNonce = "0123456789abcdef";

  MasterSecret master{master_bytes()};
  TestDirectory directory;
  KeyRecord* key = nullptr;
  std::string secret;
  std::string header;
};

}  // namespace tongsuan::access::test
