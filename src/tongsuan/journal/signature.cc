// Ed25519 (RFC 8032) from OpenSSL's libcrypto: the only file that knows it.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tongsuan/base/text.h"
#include "tongsuan/journal/head.h"

namespace tongsuan::journal {
namespace {

constexpr std::string_view kKeyMark = "tongsuan-key 1 ";
constexpr std::size_t kKeyFileBytes = kKeyMark.size() + 2 * sizeof(KeySeed) + 1;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Failure key_failure(const std::string& path, const std::string& what, std::string hint = {}) {
  return {Fault::kIo, "key file " + path + ": " + what, std::move(hint)};
}

// The text of a key file; opened once, so that what was judged is what is read.
Answer<std::string> read_private_text(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return key_failure(path, std::strerror(errno), "bring it back from a backup");
  struct stat about {};
  std::string text(kKeyFileBytes + 1, '\0');
  const bool looked = fstat(file, &about) == 0;
  const ssize_t got = looked ? pread(file, text.data(), text.size(), 0) : -1;
  ::close(file);
  if (got < 0) return key_failure(path, "cannot be read");
  if ((about.st_mode & 077) != 0) {
    return key_failure(path, "others than its owner may read it", "chmod 600 " + path);
  }
  text.resize(static_cast<std::size_t>(got));
  return text;
}

Answer<Done> write_private_text(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return key_failure(path, std::strerror(errno), "a key is never overwritten");
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && fsync(file) == 0;
  ::close(file);
  if (synced) return Done{};
  unlink(path.c_str());
  return key_failure(path, "cannot be written");
}

}  // namespace

struct SigningKey::Secret {
  Key key;
};

SigningKey::SigningKey(std::unique_ptr<Secret> secret, const PublicKey& public_key)
    : secret_(std::move(secret)), public_key_(public_key) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Answer<SigningKey> SigningKey::from_seed(const KeySeed& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  PublicKey public_key;
  std::size_t size = public_key.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) != 1) {
    return Failure{Fault::kIo, "libcrypto makes no Ed25519 key"};
  }
  return SigningKey(std::make_unique<Secret>(Secret{std::move(key)}), public_key);
}

Answer<Signature> SigningKey::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  Signature signature;
  std::size_t size = signature.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, secret_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message), message.size()) !=
          1) {
    return Failure{Fault::kIo, "libcrypto does not sign"};
  }
  return signature;
}

bool verify_signature(const PublicKey& key, std::string_view message, const Signature& signature) {
  const Key checked(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const Context context(EVP_MD_CTX_new());
  return checked && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, checked.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

Answer<SigningKey> read_key_file(const std::string& path) {
  TONGSUAN_TRY(std::string text, read_private_text(path));
  KeySeed seed{};
  const std::string_view view = text;
  const bool good =
      view.size() == kKeyFileBytes && view.starts_with(kKeyMark) && view.ends_with('\n') &&
      parse_hex(view.substr(kKeyMark.size(), 2 * seed.size()), seed.data(), seed.size());
  OPENSSL_cleanse(text.data(), text.size());
  if (!good) return key_failure(path, "is not a key of ours");
  Answer<SigningKey> key = SigningKey::from_seed(seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

Answer<SigningKey> make_key_file(const std::string& path) {
  KeySeed seed{};
  if (getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size())) {
    return key_failure(path, "the system gives no random numbers");
  }
  std::string text = std::string(kKeyMark) + hex(seed.data(), seed.size()) + '\n';
  const Answer<Done> written = write_private_text(path, text);
  OPENSSL_cleanse(text.data(), text.size());
  OPENSSL_cleanse(seed.data(), seed.size());
  if (!written.ok()) return written.error();
  return read_key_file(path);
}

}  // namespace tongsuan::journal
