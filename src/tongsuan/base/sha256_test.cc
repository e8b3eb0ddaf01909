#include "tongsuan/base/sha256.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"

namespace tongsuan {
namespace {

std::string digest_text(const Digest& digest) {
  return hex(digest.data(), digest.size());
}

// FIPS 180-4 examples and the vectors of RFC 6234.
TEST(Sha256, KnownVectors) {
  EXPECT_EQ(digest_text(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_text(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_text(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest_text(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                               "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(digest_text(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAreTheWhole) {
  Random random(1);
  std::string text;
  for (int size = 0; size < 300; ++size) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t piece = std::min<std::size_t>(1 + random.below(70), text.size() - at);
      hash.update(std::string_view(text).substr(at, piece));
      at += piece;
    }
    ASSERT_EQ(hash.finish(), sha256(text)) << size;
    text.push_back(static_cast<char>(random.below(256)));
  }
}

TEST(Sha256, TwoAtATimeAreEachAlone) {
  Random random(2);
  for (int run = 0; run < 400; ++run) {
    const auto any = [&] {
      std::string text(random.below(300), ' ');
      for (char& each : text) each = static_cast<char>(random.below(256));
      return text;
    };
    const std::string first_a = any(), first_b = any(), rest_a = any(), rest_b = any();
    Sha256 a, b;
    Sha256::update_two(a, first_a, b, first_b);
    Sha256::update_two(a, rest_a, b, rest_b);
    ASSERT_EQ(a.finish(), sha256(first_a + rest_a)) << run;
    ASSERT_EQ(b.finish(), sha256(first_b + rest_b)) << run;
  }
}

TEST(Sha256, EmptyPiecesMayHaveNoAddress) {
  Sha256 hash;
  hash.update("a");
  hash.update(std::string_view());
  hash.update("b");
  EXPECT_EQ(hash.finish(), sha256("ab"));
}

TEST(Sha256, NumbersAreEightBytesLowOnesFirst) {
  Sha256 hash;
  hash.update_u64(0x0807060504030201);
  EXPECT_EQ(hash.finish(), sha256("\x01\x02\x03\x04\x05\x06\x07\x08"));
}

TEST(Sha256, TheFastBlocksAreThePortableOnes) {
  Random random(3);
  for (std::size_t blocks = 1; blocks <= 20; ++blocks) {
    std::vector<std::uint8_t> data(blocks * 64);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random.below(256));
    std::array<std::uint32_t, 8> fast;
    for (std::uint32_t& word : fast) word = static_cast<std::uint32_t>(random.next());
    std::array<std::uint32_t, 8> portable = fast;
    internal::sha256_blocks_best()(fast.data(), data.data(), blocks);
    internal::sha256_blocks_portable(portable.data(), data.data(), blocks);
    ASSERT_EQ(fast, portable) << blocks;
    std::array<std::uint32_t, 8> one = portable, two = portable;
    internal::sha256_two_best()(one.data(), data.data(), two.data(), data.data(), blocks);
    internal::sha256_blocks_portable(portable.data(), data.data(), blocks);
    ASSERT_EQ(one, portable) << blocks;
    ASSERT_EQ(two, portable) << blocks;
  }
}

}  // namespace
}  // namespace tongsuan
