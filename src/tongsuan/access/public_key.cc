// Signatures of tokens by libcrypto: the only file that knows its keys.
#include <cstring>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "tongsuan/access/jwks.h"

namespace tongsuan::access {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BigNumber = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using HashContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

constexpr std::size_t kScalarBytes = 32;  // of P-256 and Ed25519

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BigNumber number_of(std::string_view bytes) {
  return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

// A key from its numbers; null where libcrypto finds them wrong, such as a point off the curve.
std::shared_ptr<void> build(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  std::shared_ptr<void> made(key, [](void* one) { EVP_PKEY_free(static_cast<EVP_PKEY*>(one)); });
  const KeyContext checks(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return checks && EVP_PKEY_public_check(checks.get()) == 1 ? made : nullptr;
}

// R and S as ASN.1, as libcrypto reads them; empty where they are no two scalars.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * kScalarBytes) return {};
  const EcSignature pair(ECDSA_SIG_new());
  BigNumber r = number_of(signature.substr(0, kScalarBytes));
  BigNumber s = number_of(signature.substr(kScalarBytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // they are the pair's now
  static_cast<void>(s.release());
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  return i2d_ECDSA_SIG(pair.get(), &out) == static_cast<int>(der.size()) ? der : std::string();
}

}  // namespace

std::optional<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  const BigNumber n = modulus.size() <= kRsaBitsMax / 8 ? number_of(modulus) : nullptr;
  const BigNumber e = exponent.size() <= sizeof(std::uint32_t) ? number_of(exponent) : nullptr;
  const bool good = n && e && BN_num_bits(n.get()) >= kRsaBitsMin && BN_is_odd(n.get()) &&
                    BN_is_odd(e.get()) && !BN_is_one(e.get());
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!good || !builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return std::nullopt;
  }
  std::shared_ptr<void> key = build("RSA", builder.get());
  if (!key) return std::nullopt;
  return PublicKey(Algorithm::kRs256, std::move(key));
}

std::optional<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != kScalarBytes || y.size() != kScalarBytes) return std::nullopt;
  std::string point = "\x04";  // not compressed
  point += x;
  point += y;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return std::nullopt;
  }
  std::shared_ptr<void> key = build("EC", builder.get());
  if (!key) return std::nullopt;
  return PublicKey(Algorithm::kEs256, std::move(key));
}

std::optional<PublicKey> PublicKey::ed25519(std::string_view x) {
  if (x.size() != kScalarBytes) return std::nullopt;
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size());
  if (key == nullptr) return std::nullopt;
  return PublicKey(Algorithm::kEdDsa,
                   {key, [](void* one) { EVP_PKEY_free(static_cast<EVP_PKEY*>(one)); }});
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  std::string der;
  if (algorithm_ == Algorithm::kEs256) {
    der = der_of(signature);
    if (der.empty()) return false;
    signature = der;
  }
  const HashContext context(EVP_MD_CTX_new());
  const EVP_MD* hash = algorithm_ == Algorithm::kEdDsa ? nullptr : EVP_sha256();
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr,
                              static_cast<EVP_PKEY*>(key_.get())) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace tongsuan::access
