#include "tongsuan/access/hmac.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"

namespace tongsuan::access {
namespace {

std::string signed_by(std::string_view key, std::string_view message) {
  const Digest digest = HmacKey(key).sign(message);
  return hex(digest.data(), digest.size());
}

// RFC 4231, cases 1 to 4, 6 and 7.
TEST(Hmac, GivesThePublishedDigests) {
  EXPECT_EQ(signed_by(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(signed_by("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(signed_by(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(signed_by("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13"
                      "\x14\x15\x16\x17\x18\x19",
                      std::string(50, '\xcd')),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(
      signed_by(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(signed_by(std::string(131, '\xaa'),
                      "This is a test using a larger than block-size key and a larger than "
                      "block-size data. The key needs to be hashed before being used by the HMAC "
                      "algorithm."),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(Hmac, AgreesWithLibcrypto) {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    std::string key(static_cast<std::size_t>(random.below(150)), '\0');
    std::string message(static_cast<std::size_t>(random.below(300)), '\0');
    for (char& c : key) c = static_cast<char>(random.below(256));
    for (char& c : message) c = static_cast<char>(random.below(256));
    Digest digest{};
    ASSERT_NE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                   reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                   digest.data(), nullptr),
              nullptr);
    ASSERT_EQ(HmacKey(key).sign(message), digest);
    const std::size_t half = message.size() / 2;
    ASSERT_EQ(HmacKey(key).sign(message.substr(0, half), message.substr(half)), digest);
  }
}

TEST(Hmac, ComparesWholeSecrets) {
  EXPECT_TRUE(equal_secrets("", ""));
  EXPECT_TRUE(equal_secrets("abc", "abc"));
  EXPECT_FALSE(equal_secrets("abc", "abd"));
  EXPECT_FALSE(equal_secrets("abc", "ab"));
}

}  // namespace
}  // namespace tongsuan::access
