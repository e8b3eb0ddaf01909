// Test helper: an OpenID provider in memory. It makes key pairs, publishes their JWKS, and signs
// tokens, good and bad ones. Also a directory of participants and keys.
#pragma once

#include <map>
#include <memory>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string>
#include <string_view>

#include "tongsuan/access/jwks.h"
#include "tongsuan/access/keys.h"
#include "tongsuan/base/check.h"
#include "tongsuan/base/text.h"

namespace tongsuan::access::test {

class TestDirectory final : public Directory {
 public:
  void add(Participant participant) {
    const ParticipantNumber number = participant.number;
    participants_[number.value] = std::move(participant);
  }
  KeyRecord& add(KeyRecord key) {
    std::string id = key.id;
    return keys_[std::move(id)] = std::move(key);
  }
  [[nodiscard]] const KeyRecord* key(std::string_view id) const override {
    const auto found = keys_.find(id);
    return found == keys_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Participant* participant(ParticipantNumber number) const override {
    const auto found = participants_.find(number.value);
    return found == participants_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Participant* participant_named(std::string_view name) const override {
    for (const auto& [number, participant] : participants_) {
      if (participant.name == name) return &participant;
    }
    return nullptr;
  }

 private:
  std::map<std::string, KeyRecord, std::less<>> keys_;
  std::map<std::uint32_t, Participant> participants_;
};

// One key pair and its name.
class TestSigner {
 public:
  TestSigner(Algorithm algorithm, std::string name)
      : algorithm_(algorithm), name_(std::move(name)), key_(make(algorithm), &EVP_PKEY_free) {
    TONGSUAN_CHECK(key_ != nullptr);
  }

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // As an element of "keys".
  [[nodiscard]] std::string jwk() const {
    std::string text = "{\"kid\":\"" + name_ + "\",\"use\":\"sig\",\"alg\":\"" +
                       algorithm_name(algorithm_) + "\",";
    switch (algorithm_) {
      case Algorithm::kRs256:
        return text + "\"kty\":\"RSA\",\"n\":\"" + number(OSSL_PKEY_PARAM_RSA_N, 256) +
               "\",\"e\":\"" + number(OSSL_PKEY_PARAM_RSA_E, 3) + "\"}";
      case Algorithm::kEs256:
        return text + "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" +
               number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + "\",\"y\":\"" +
               number(OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"}";
      case Algorithm::kEdDsa:
        break;
    }
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    TONGSUAN_CHECK(EVP_PKEY_get_raw_public_key(
                       key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) == 1);
    return text + "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + base64url(raw) + "\"}";
  }

  [[nodiscard]] std::string sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     &EVP_MD_CTX_free);
    const EVP_MD* hash = algorithm_ == Algorithm::kEdDsa ? nullptr : EVP_sha256();
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    TONGSUAN_CHECK(EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get()) == 1);
    std::string signature(512, '\0');
    std::size_t size = signature.size();
    TONGSUAN_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                  &size, bytes, message.size()) == 1);
    signature.resize(size);
    return algorithm_ == Algorithm::kEs256 ? raw_pair(signature) : signature;
  }

  // header.payload.signature of two JSON texts.
  [[nodiscard]] std::string token(std::string_view header, std::string_view payload) const {
    const std::string text = base64url(header) + '.' + base64url(payload);
    return text + '.' + base64url(sign(text));
  }
  // With the honest header.
  [[nodiscard]] std::string token(std::string_view payload) const {
    return token(R"({"alg":")" + std::string(algorithm_name(algorithm_)) +
                     R"(","typ":"JWT","kid":")" + name_ + "\"}",
                 payload);
  }

 private:
  static EVP_PKEY* make(Algorithm algorithm) {
    switch (algorithm) {
      case Algorithm::kRs256:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
      case Algorithm::kEs256:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
      case Algorithm::kEdDsa:
        break;
    }
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  [[nodiscard]] std::string number(const char* name, int bytes) const {
    BIGNUM* value = nullptr;
    TONGSUAN_CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
    std::string raw(static_cast<std::size_t>(bytes), '\0');
    TONGSUAN_CHECK(BN_bn2binpad(value, reinterpret_cast<unsigned char*>(raw.data()), bytes) ==
                   bytes);
    BN_free(value);
    return base64url(raw);
  }
  static std::string raw_pair(const std::string& der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()));
    TONGSUAN_CHECK(pair != nullptr);
    std::string raw(64, '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    TONGSUAN_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32) == 32 &&
                   BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32) == 32);
    ECDSA_SIG_free(pair);
    return raw;
  }

  Algorithm algorithm_;
  std::string name_;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace tongsuan::access::test
