#include "tongsuan/access/request_signature.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "tongsuan/access/hmac.h"
#include "tongsuan/access/keys.h"
#include "tongsuan/base/text.h"

namespace tongsuan::access {
namespace {

constexpr std::string_view kVersionLine = "tongsuan-hmac-v1\n";

Denial malformed_header(const std::string& what) {
  return {Code::kMalformed, "Authorization: " + what,
          "Authorization: Tongsuan-HMAC key=K-…, time=SECONDS, nonce=…, signature=…"};
}

bool is_nonce(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  };
  return text.size() >= kNonceBytesMin && text.size() <= kNonceBytesMax &&
         std::all_of(text.begin(), text.end(), is_word);
}

bool parse_time(std::string_view text, UnixTime& time) {
  std::int64_t seconds = 0;
  const bool digits = !text.empty() && text.size() <= 12 && text[0] >= '0' && text[0] <= '9';
  if (!digits || !parse_decimal(text, 0, seconds)) return false;
  // One spelling for each time: what is signed is the number.
  if (text.size() > 1 && text[0] == '0') return false;
  time = UnixTime(seconds);
  return time <= kUnixTimeMax;
}

bool parse_digest(std::string_view text, Digest& digest) {
  std::string bytes;
  if (!parse_base64url(text, bytes) || bytes.size() != digest.size()) return false;
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return true;
}

// Takes one parameter from the front, and the comma after it; the views are empty where there is
// none.
struct Parameter {
  std::string_view name, value;
};
Parameter take(std::string_view& rest) {
  const std::size_t comma = std::min(rest.find(','), rest.size());
  const std::string_view part = rest.substr(0, comma);
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const std::size_t equal = part.find('=');
  if (equal == std::string_view::npos) return {part, {}};
  return {part.substr(0, equal), part.substr(equal + 1)};
}

}  // namespace

Answer<RequestSignature> parse_request_signature(std::string_view parameters) {
  if (parameters.size() > kSignatureHeaderBytesMax) return malformed_header("too long");
  static constexpr std::array<std::string_view, 4> kNames = {"key", "time", "nonce", "signature"};
  std::array<std::string_view, 4> values;
  while (!parameters.empty()) {
    const Parameter parameter = take(parameters);
    const auto at = static_cast<std::size_t>(
        std::find(kNames.begin(), kNames.end(), parameter.name) - kNames.begin());
    if (at == kNames.size()) return malformed_header("there is no such parameter");
    if (!values[at].empty()) return malformed_header(std::string(kNames[at]) + " is there twice");
    values[at] = parameter.value;
    if (parameter.value.empty()) return malformed_header(std::string(kNames[at]) + " is empty");
  }
  RequestSignature parsed{values[0], values[2], {}, {}};
  if (!is_key_id(parsed.key))
    return malformed_header("key is not \"K-\" and 24 hexadecimal digits");
  if (!parse_time(values[1], parsed.time))
    return malformed_header("time is not in seconds since 1970");
  if (!is_nonce(parsed.nonce)) return malformed_header("nonce is not 16 to 64 of A-Z a-z 0-9 - _");
  if (!parse_digest(values[3], parsed.signature)) {
    return malformed_header("signature is not 32 bytes in base64url without padding");
  }
  return parsed;
}

std::string canonical_request(const SignedRequest& request, UnixTime time, std::string_view nonce) {
  std::string lines;
  lines.reserve(kVersionLine.size() + request.method.size() + request.target.size() + 160);
  lines += kVersionLine;
  lines += request.method;
  lines += '\n';
  lines += request.target;
  lines += '\n';
  lines += hex(request.body.data(), request.body.size());
  lines += '\n';
  lines += std::to_string(time.raw());
  lines += '\n';
  lines += nonce;
  return lines;
}

Digest request_digest(std::string_view secret, std::string_view canonical) {
  return HmacKey(secret).sign(canonical);
}

std::string sign_request(std::string_view key, std::string_view secret,
                         const SignedRequest& request, const Stamp& stamp) {
  const Digest digest = request_digest(secret, canonical_request(request, stamp.time, stamp.nonce));
  return std::string(kSignatureScheme) + " key=" + std::string(key) +
         ", time=" + std::to_string(stamp.time.raw()) + ", nonce=" + std::string(stamp.nonce) +
         ", signature=" + base64url(view(digest));
}

Answer<Done> check_skew(UnixTime time, UnixTime now) {
  const std::int64_t skew = (time - now).raw();
  if (skew >= -kSkewSecondsMax && skew <= kSkewSecondsMax) return Done{};
  return Denial{Code::kSkew,
                "the request was signed at " + std::to_string(time.raw()) + ", the exchange has " +
                    std::to_string(now.raw()) + ": " + std::to_string(skew < 0 ? -skew : skew) +
                    " s " + (skew < 0 ? "behind" : "ahead") + ", at most " +
                    std::to_string(kSkewSecondsMax) + " are allowed",
                "set the clock (NTP), or sign with the time of the exchange"};
}

}  // namespace tongsuan::access
