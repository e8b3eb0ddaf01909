#include "tongsuan/access/authenticator.h"

#include <algorithm>

#include "tongsuan/access/hmac.h"

namespace tongsuan::access {
namespace {

constexpr std::size_t kShownBytesMax = 200;  // of a target, in a message

struct Scheme {
  std::string_view name, rest;
};

Scheme scheme_of(std::string_view authorization) {
  const std::size_t space = std::min(authorization.find(' '), authorization.size());
  Scheme scheme{authorization.substr(0, space), authorization.substr(space)};
  while (!scheme.rest.empty() && scheme.rest.front() == ' ') scheme.rest.remove_prefix(1);
  return scheme;
}

// Schemes are compared without case (RFC 9110).
bool is_scheme(std::string_view given, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(given.begin(), given.end(), name.begin(), name.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

// Nothing that could end a line of what is signed.
bool is_visible(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
  });
}

// All of it came from the caller; seeing it beside one's own lines shows what differs.
std::string shown(std::string canonical) {
  if (canonical.size() > kShownBytesMax + 160)
    canonical = canonical.substr(0, kShownBytesMax) + "…";
  std::replace(canonical.begin(), canonical.end(), '\n', '|');
  return canonical;
}

}  // namespace

Authenticator::Authenticator(AccessSettings settings, const MasterSecret& master,
                             const Directory& directory)
    : settings_(std::move(settings)),
      master_(master),
      directory_(directory),
      nonces_(settings_.nonces, settings_.started) {}

void Authenticator::set_provider(OidcSettings settings, Jwks keys) {
  std::erase_if(providers_,
                [&](const OidcVerifier& one) { return one.settings().issuer == settings.issuer; });
  providers_.emplace_back(std::move(settings), std::move(keys));
}

void Authenticator::set_provider_keys(std::string_view issuer, Jwks keys) {
  for (OidcVerifier& provider : providers_) {
    if (provider.settings().issuer == issuer) return provider.set_keys(std::move(keys));
  }
}

Answer<Identity> Authenticator::authenticate(const Request& request, UnixTime now) {
  if (request.authorization.empty()) {
    return Denial{Code::kUnauthenticated, "the request has no Authorization header",
                  "sign the request, or send \"Authorization: Bearer …\""};
  }
  const Scheme scheme = scheme_of(request.authorization);
  if (is_scheme(scheme.name, kSignatureScheme)) return by_signature(request, scheme.rest, now);
  if (is_scheme(scheme.name, "Bearer")) return by_token(scheme.rest, now);
  return Denial{Code::kUnauthenticated, "the scheme of the Authorization header is not known",
                "use Tongsuan-HMAC or Bearer"};
}

// Cheap checks come first, and the nonce last: only what is proved is remembered.
Answer<Identity> Authenticator::by_signature(const Request& request, std::string_view parameters,
                                             UnixTime now) {
  TONGSUAN_TRY(const RequestSignature signature, parse_request_signature(parameters));
  if (!is_visible(request.method) || !is_visible(request.target)) {
    return Denial{Code::kMalformed, "method or target holds spaces or controls"};
  }
  TONGSUAN_TRY([[maybe_unused]] const Done in_time, check_skew(signature.time, now));
  const KeyRecord* key = directory_.key(signature.key);
  if (key == nullptr) return usable_key(directory_, signature.key, now).error();
  const std::string canonical = canonical_request(
      {request.method, request.target, sha256(request.body)}, signature.time, signature.nonce);
  std::string secret = key_secret(master_, *key);
  const Digest digest = request_digest(secret, canonical);
  erase(secret.data(), secret.size());
  if (!equal_secrets(view(digest), view(signature.signature))) {
    return Denial{Code::kBadSignature, "the signature of key " + key->id + " is wrong",
                  "compare with what the exchange signs (| ends a line): " + shown(canonical)};
  }
  TONGSUAN_TRY(key, usable_key(directory_, signature.key, now));
  TONGSUAN_TRY([[maybe_unused]] const Done fresh,
               nonces_.use(signature.key, signature.nonce, signature.time));
  return identity_of(directory_, *key, Method::kSignature);
}

Answer<Identity> Authenticator::by_token(std::string_view token, UnixTime now) {
  if (token.starts_with(kBearerMark)) return check_bearer(master_, directory_, token, now);
  if (token.starts_with(kDevelopmentMark)) {
    if (settings_.mode == AccessMode::kDevelopment) {
      return check_development(settings_.development, directory_, token);
    }
    return Denial{Code::kMethodDisabled, "this exchange takes no development tokens",
                  "use a key of this exchange"};
  }
  return by_provider(token, now);
}

// Whose keys are looked at is said by the token itself, before anything of it is believed: with
// them it is proved, or not. A token that does not say it is refused by the first.
Answer<OidcVerifier*> Authenticator::provider_of(std::string_view token) {
  if (providers_.empty()) {
    return Denial{Code::kMethodDisabled, "this exchange takes no tokens of a provider",
                  "use a key of this exchange"};
  }
  if (providers_.size() == 1) return &providers_.front();
  const std::optional<std::string> issuer = claimed_issuer(token);
  if (!issuer) return &providers_.front();
  for (OidcVerifier& provider : providers_) {
    if (provider.settings().issuer == *issuer) return &provider;
  }
  std::string known;
  for (const OidcVerifier& provider : providers_) {
    known += (known.empty() ? "" : " or ") + provider.settings().issuer;
  }
  return Denial{Code::kWrongIssuer, "the token is of \"" + issuer->substr(0, 80) + '"',
                "log in at " + known};
}

Answer<Identity> Authenticator::by_provider(std::string_view token, UnixTime now) {
  TONGSUAN_TRY(OidcVerifier * provider, provider_of(token));
  TONGSUAN_TRY(OidcClaims claims, provider->verify(token, now));
  const Participant* participant = directory_.participant_named(claims.participant);
  if (participant == nullptr || participant->closed) {
    return Denial{Code::kUnknownParticipant, "there is no participant " + claims.participant,
                  "ask the operator to admit it"};
  }
  return Identity{
      participant->number, participant->name,
      claims.role,         std::move(claims.subject),
      Method::kOidc,       UnixTime(claims.expires.raw() + provider->settings().leeway_seconds)};
}

}  // namespace tongsuan::access
