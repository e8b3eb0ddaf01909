#include "tongsuan/access/hmac.h"

#include <array>
#include <cstring>
#include <openssl/crypto.h>
#include <type_traits>

namespace tongsuan::access {
namespace {

constexpr std::size_t kBlock = 64;

}  // namespace

HmacKey::HmacKey(std::string_view key) {
  std::array<unsigned char, kBlock> pad{};
  if (key.size() > kBlock) {
    const Digest digest = sha256(key);
    std::memcpy(pad.data(), digest.data(), digest.size());
  } else if (!key.empty()) {
    std::memcpy(pad.data(), key.data(), key.size());
  }
  for (unsigned char& byte : pad) byte ^= 0x36;
  inner_.update(pad.data(), pad.size());
  for (unsigned char& byte : pad) byte ^= 0x36 ^ 0x5C;
  outer_.update(pad.data(), pad.size());
  erase(pad.data(), pad.size());
}

HmacKey::~HmacKey() {
  static_assert(std::is_trivially_copyable_v<Sha256>);
  erase(&inner_, sizeof inner_);
  erase(&outer_, sizeof outer_);
}

Digest HmacKey::sign(std::string_view first, std::string_view second,
                     std::string_view third) const {
  Sha256 inner = inner_;
  inner.update(first);
  inner.update(second);
  inner.update(third);
  const Digest digest = inner.finish();
  Sha256 outer = outer_;
  outer.update(digest.data(), digest.size());
  const Digest result = outer.finish();
  // What is left of the copies would be enough to sign with.
  erase(&inner, sizeof inner);
  erase(&outer, sizeof outer);
  return result;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void erase(void* data, std::size_t size) {
  OPENSSL_cleanse(data, size);
}

}  // namespace tongsuan::access
