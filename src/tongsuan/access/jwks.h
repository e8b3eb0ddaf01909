// The public keys of an OpenID provider (RFC 7517), and signatures by them.
//
// Each key has one algorithm, which follows from its kind: a token does not choose it. Symmetric
// keys are never taken, so the text of a public key cannot serve as a secret.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::access {

enum class Algorithm : std::uint8_t { kRs256, kEs256, kEdDsa };
inline constexpr std::array<Algorithm, 3> kAlgorithms = {Algorithm::kRs256, Algorithm::kEs256,
                                                         Algorithm::kEdDsa};
[[nodiscard]] const char* algorithm_name(Algorithm algorithm);  // "RS256", as tokens say it
[[nodiscard]] std::optional<Algorithm> algorithm_of(std::string_view name);

inline constexpr std::size_t kJwksBytesMax = std::size_t{64} << 10;
inline constexpr std::size_t kJwksKeysMax = 32;
inline constexpr std::size_t kKeyNameBytesMax = 128;  // of a "kid"
inline constexpr int kRsaBitsMin = 2048, kRsaBitsMax = 4096;

// A public key of libcrypto's; copies share it.
class PublicKey {
 public:
  // Numbers are big-endian bytes. Nothing where they make no key that we take.
  [[nodiscard]] static std::optional<PublicKey> rsa(std::string_view modulus,
                                                    std::string_view exponent);
  [[nodiscard]] static std::optional<PublicKey> p256(std::string_view x, std::string_view y);
  [[nodiscard]] static std::optional<PublicKey> ed25519(std::string_view x);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  // The signature is in the form that tokens have (RFC 7518): for ES256 64 bytes, R and S.
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;

 private:
  PublicKey(Algorithm algorithm, std::shared_ptr<void> key)
      : algorithm_(algorithm), key_(std::move(key)) {}
  Algorithm algorithm_;
  std::shared_ptr<void> key_;  // an EVP_PKEY
};

class Jwks {
 public:
  // Keys of other kinds and uses are passed over; a key of a kind that we take and that is wrong, a
  // name that is there twice, or a private key refuses the whole set.
  [[nodiscard]] static Result<Jwks> parse(std::string_view text);

  // Null where there is none.
  [[nodiscard]] const PublicKey* find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  struct Named {
    std::string name;
    PublicKey key;
  };
  std::vector<Named> keys_;
};

}  // namespace tongsuan::access
