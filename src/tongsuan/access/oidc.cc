#include "tongsuan/access/oidc.h"

#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/json/object_reader.h"

namespace tongsuan::access {
namespace {

using Claims = json::ObjectReader;

constexpr json::Limits kHeaderLimits = {.bytes_max = 1024, .depth_max = 4};
constexpr json::Limits kPayloadLimits = {.bytes_max = kJwtBytesMax, .depth_max = 8};
constexpr std::size_t kValuesMax = 64;  // of an audience or of roles

Denial malformed_jwt(const std::string& what) {
  return {Code::kMalformed, "the token " + what, "log in again"};
}

std::string quoted(std::string_view text) {
  return '"' + std::string(text.substr(0, 80)) + '"';
}

struct JwtParts {
  std::string_view header, payload, signature, signed_text;
};

bool split_jwt(std::string_view token, JwtParts& parts) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return false;
  parts = {token.substr(0, first), token.substr(first + 1, second - first - 1),
           token.substr(second + 1), token.substr(0, second)};
  return parts.signature.find('.') == std::string_view::npos;
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// The texts of a claim that is a text or an array of texts.
std::vector<std::string_view> texts_of(Claims& claims, std::string_view key) {
  std::vector<std::string_view> texts;
  const std::optional<json::Value> value = claims.optional_member(key);
  if (!value) return texts;
  if (const auto text = value->as_text(); text.ok()) return {text.value()};
  const auto items = value->as_array();
  if (!items.ok() || value->size() > kValuesMax) {
    claims.fault(key, "must be a text, or an array of at most 64 texts");
    return texts;
  }
  for (const json::Value item : items.value()) {
    if (const auto text = item.as_text(); text.ok()) texts.push_back(text.value());
  }
  return texts;
}

constexpr json::Range kTimes = {.min = 0, .max = kUnixTimeMax.raw()};

struct Times {
  std::int64_t expires = 0, issued = 0, not_before = 0;
};

Answer<Done> check_times(const Times& times, const OidcSettings& settings, UnixTime now) {
  if (now.raw() >= times.expires + settings.leeway_seconds) {
    return Denial{Code::kExpired,
                  "the token expired " + std::to_string(now.raw() - times.expires) + " s ago",
                  "log in again"};
  }
  const std::int64_t begin = std::max(times.issued, times.not_before);
  if (begin > now.raw() + settings.leeway_seconds) {
    return Denial{Code::kNotYetValid,
                  "the token begins in " + std::to_string(begin - now.raw()) + " s",
                  "compare the clocks of provider and exchange"};
  }
  if (times.expires - times.issued > settings.lifetime_seconds_max) {
    return malformed_jwt("lasts longer than " + std::to_string(settings.lifetime_seconds_max) +
                         " s");
  }
  return Done{};
}

Answer<Role> role_among(const std::vector<std::string_view>& texts, const OidcSettings& settings) {
  std::optional<Role> found;
  for (const RoleClaim& claim : settings.roles) {
    if (std::find(texts.begin(), texts.end(), claim.value) == texts.end()) continue;
    if (found && *found != claim.role) {
      return Denial{Code::kNoRole,
                    "the token gives two roles: " + std::string(role_name(*found)) + " and " +
                        role_name(claim.role),
                    "have the provider give one, in " + settings.role_claim};
    }
    found = claim.role;
  }
  if (found) return *found;
  return Denial{Code::kNoRole, "the token gives no role of this exchange",
                "have the provider give one, in " + settings.role_claim};
}

}  // namespace

std::optional<std::string> claimed_issuer(std::string_view token) {
  JwtParts parts;
  std::string bytes;
  if (token.size() > kJwtBytesMax || !split_jwt(token, parts) ||
      !parse_base64url(parts.payload, bytes)) {
    return std::nullopt;
  }
  json::Document document(kPayloadLimits);
  const Result<json::Value> root = document.parse(bytes);
  if (!root.ok()) return std::nullopt;
  const auto issuer = root.value().members().find("iss").as_text();
  return issuer.ok() ? std::optional<std::string>(issuer.value()) : std::nullopt;
}

OidcVerifier::OidcVerifier(OidcSettings settings, Jwks keys)
    : settings_(std::move(settings)),
      keys_(std::move(keys)),
      header_(kHeaderLimits),
      payload_(kPayloadLimits) {}

Answer<OidcClaims> OidcVerifier::verify(std::string_view token, UnixTime now) {
  JwtParts parts;
  if (token.size() > kJwtBytesMax) return malformed_jwt("is too long");
  if (!split_jwt(token, parts)) return malformed_jwt("does not have three parts");
  if (!parse_base64url(parts.header, bytes_))
    return malformed_jwt("has a header that is not base64url");
  TONGSUAN_TRY(const PublicKey* key, key_of(bytes_));
  if (!parse_base64url(parts.signature, bytes_))
    return malformed_jwt("has a signature that is not base64url");
  if (!key->verifies(parts.signed_text, bytes_)) {
    return Denial{Code::kBadSignature, "the token was not signed by the provider", "log in again"};
  }
  if (!parse_base64url(parts.payload, bytes_))
    return malformed_jwt("has claims that are not base64url");
  return read_claims(bytes_, now);
}

// The key is chosen by name, and must be of the algorithm that the header names: neither alone
// decides.
Answer<const PublicKey*> OidcVerifier::key_of(std::string_view header) {
  const Result<json::Value> root = header_.parse(header);
  if (!root.ok()) return malformed_jwt("has a header that is wrong: " + root.error().context);
  json::Faults faults;
  json::ObjectReader fields(root.value(), json::Path(), faults);
  const std::string_view name = fields.text("alg", {.bytes_max = 32});
  const std::string_view type = fields.optional_text("typ").value_or("JWT");
  const std::optional<Algorithm> algorithm = algorithm_of(name);
  const auto& allowed = settings_.algorithms;
  if (faults.empty() &&
      (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end())) {
    return Denial{Code::kWrongAlgorithm,
                  "the token's algorithm " + quoted(name) + " is not allowed here",
                  "have the provider sign with RS256, ES256 or EdDSA"};
  }
  const std::string_view key_name = fields.text("kid", {.bytes_max = kKeyNameBytesMax});
  if (fields.optional_member("crit")) fields.fault("crit", "demands what is not known here");
  if (!same_letters(type, "JWT") && !same_letters(type, "at+jwt")) {
    fields.fault("typ", "is neither \"JWT\" nor \"at+jwt\"");
  }
  if (!faults.empty()) return malformed_jwt("has a header that is wrong: " + faults.text());
  const PublicKey* key = keys_.find(key_name);
  if (key == nullptr) {
    return Denial{Code::kUnknownSigner, "the provider has no key " + quoted(key_name),
                  "log in again; the keys of the provider may have changed"};
  }
  if (key->algorithm() != *algorithm) {
    return Denial{Code::kWrongAlgorithm, "the token says " + std::string(name) +
                                             ", its key is for " +
                                             algorithm_name(key->algorithm())};
  }
  return key;
}

Answer<OidcClaims> OidcVerifier::read_claims(std::string_view payload, UnixTime now) {
  const Result<json::Value> root = payload_.parse(payload);
  if (!root.ok()) return malformed_jwt("has claims that are wrong: " + root.error().context);
  json::Faults faults;
  Claims claims(root.value(), json::Path(), faults);
  const std::string_view issuer = claims.text("iss", {.bytes_max = 1024});
  const std::vector<std::string_view> audience = texts_of(claims, "aud");
  const std::string_view party = claims.optional_text("azp", {.bytes_max = 1024}).value_or("");
  Times times{claims.integer("exp", kTimes), claims.integer("iat", kTimes), 0};
  times.not_before = claims.optional_integer("nbf", kTimes).value_or(0);
  OidcClaims read;
  read.subject = claims.text("sub", {.bytes_max = 255});
  read.nonce = claims.optional_text("nonce").value_or("");
  if (!faults.empty()) return malformed_jwt("has claims that are wrong: " + faults.text());
  read.expires = UnixTime(times.expires);
  if (issuer != settings_.issuer) {
    return Denial{Code::kWrongIssuer, "the token is of " + quoted(issuer),
                  "log in at " + settings_.issuer};
  }
  const bool for_us =
      std::find(audience.begin(), audience.end(), settings_.audience) != audience.end();
  if (!for_us || (!settings_.client.empty() && !party.empty() && party != settings_.client)) {
    return Denial{Code::kWrongAudience,
                  "the token is for others, not for " + quoted(settings_.audience),
                  "ask the provider for a token for this exchange"};
  }
  TONGSUAN_TRY([[maybe_unused]] const Done in_time, check_times(times, settings_, now));
  TONGSUAN_TRY(read.role, role_among(texts_of(claims, settings_.role_claim), settings_));
  read.participant =
      claims.text(settings_.participant_claim, {.bytes_max = kParticipantNameBytesMax});
  if (!faults.empty()) return malformed_jwt("has claims that are wrong: " + faults.text());
  if (!is_participant_name(read.participant))
    return malformed_jwt("names a participant with controls in it");
  return read;
}

}  // namespace tongsuan::access
