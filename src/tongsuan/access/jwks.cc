#include "tongsuan/access/jwks.h"

#include "tongsuan/base/text.h"
#include "tongsuan/json/document.h"
#include "tongsuan/json/object_reader.h"

namespace tongsuan::access {
namespace {

Error set_error(const std::string& what) {
  return {ErrorCode::kInvalidArgument, "JWKS: " + what,
          "fetch it again from the jwks_uri of the provider"};
}

// Reads one key of a set. Members that we do not know are allowed: providers add what they like.
class KeyReader {
 public:
  KeyReader(json::ObjectReader& object) : object_(object) {}

  // Whether this is a key for signatures of a kind that we take.
  bool is_ours() {
    const std::string_view kind = object_.text("kty");
    const std::string_view curve = object_.optional_text("crv").value_or("");
    if (object_.optional_text("use").value_or("sig") != "sig") return false;
    if (kind == "RSA") {
      algorithm_ = Algorithm::kRs256;
    } else if (kind == "EC" && curve == "P-256") {
      algorithm_ = Algorithm::kEs256;
    } else if (kind == "OKP" && curve == "Ed25519") {
      algorithm_ = Algorithm::kEdDsa;
    } else {
      return false;
    }
    // RSA keys may be for other algorithms, such as RS512 or encryption.
    const auto algorithm = object_.optional_text("alg");
    return !algorithm || *algorithm == algorithm_name(algorithm_);
  }
  std::string_view name() { return object_.text("kid", {.bytes_max = kKeyNameBytesMax}); }
  bool is_private() { return object_.optional_member("d").has_value(); }
  std::optional<PublicKey> key() {
    switch (algorithm_) {
      case Algorithm::kRs256: {
        const std::string modulus = number("n");
        return PublicKey::rsa(modulus, number("e"));
      }
      case Algorithm::kEs256: {
        const std::string x = number("x");
        return PublicKey::p256(x, number("y"));
      }
      case Algorithm::kEdDsa:
        return PublicKey::ed25519(number("x"));
    }
    return std::nullopt;
  }

 private:
  std::string number(std::string_view key) {
    std::string bytes;
    if (!parse_base64url(object_.text(key, {.bytes_max = 2048}), bytes)) {
      object_.fault(key, "is not base64url");
    }
    return bytes;
  }
  json::ObjectReader& object_;
  Algorithm algorithm_ = Algorithm::kRs256;
};

}  // namespace

const char* algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kEs256:
      return "ES256";
    case Algorithm::kEdDsa:
      return "EdDSA";
  }
  return "unknown";
}

std::optional<Algorithm> algorithm_of(std::string_view name) {
  for (const Algorithm algorithm : kAlgorithms) {
    if (name == algorithm_name(algorithm)) return algorithm;
  }
  return std::nullopt;
}

const PublicKey* Jwks::find(std::string_view name) const {
  for (const Named& one : keys_) {
    if (one.name == name) return &one.key;
  }
  return nullptr;
}

Result<Jwks> Jwks::parse(std::string_view text) {
  json::Document document({.bytes_max = kJwksBytesMax, .depth_max = 8});
  TONGSUAN_TRY(const json::Value root, document.parse(text));
  json::Faults faults;
  json::ObjectReader set(root, json::Path(), faults);
  const json::Path keys(set.path(), "keys");
  Jwks jwks;
  std::size_t position = 0;
  for (const json::Value value : set.array("keys", kJwksKeysMax)) {
    json::ObjectReader object(value, json::Path(keys, position++), faults);
    KeyReader reader(object);
    if (!reader.is_ours()) continue;
    const std::string name(reader.name());
    if (reader.is_private())
      return set_error("key " + name + " is a private key: whoever published it must replace it");
    std::optional<PublicKey> key = reader.key();
    if (!faults.empty()) break;
    if (!key) return set_error("key " + name + " is no key that is safe to use");
    if (jwks.find(name) != nullptr) return set_error("two keys are named " + name);
    jwks.keys_.push_back({name, std::move(*key)});
  }
  if (!faults.empty()) return set_error(faults.text());
  if (jwks.keys_.empty()) return set_error("there is no key for RS256, ES256 or EdDSA");
  return jwks;
}

}  // namespace tongsuan::access
