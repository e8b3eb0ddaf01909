#include "tongsuan/net/target.h"

#include <array>
#include <cstdint>
#include <utility>

namespace tongsuan::net {
namespace {

Error bad(std::string what) {
  return {ErrorCode::kInvalidArgument, std::move(what),
          "write every other byte of a path or query as % and two hexadecimal digits"};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// What may stand in a path or query as itself (RFC 3986), but for the percent sign.
bool is_plain(char c) {
  static constexpr std::string_view kMarks = "!$&'()*+,;=:@/?";
  return is_unreserved(c) || kMarks.find(c) != std::string_view::npos;
}

// Calls visit(piece) for what lies between the separators; passes its first error up.
template <class Visit>
Result<Done> split(std::string_view text, char separator, Visit visit) {
  for (;;) {
    const std::size_t end = text.find(separator);
    TONGSUAN_TRY([[maybe_unused]] const Done done, visit(text.substr(0, end)));
    if (end == std::string_view::npos) return Done{};
    text.remove_prefix(end + 1);
  }
}

Result<Done> add_segment(std::string_view text, std::vector<std::string>& path) {
  if (path.size() == kPathSegmentsMax) {
    return bad("the path has more than " + std::to_string(kPathSegmentsMax) + " segments");
  }
  Result<std::string> decoded = decode_percent(text);
  if (!decoded.ok()) return decoded.error();
  std::string& segment = decoded.value();
  if (segment == "." || segment == "..") return bad("the path has a segment of dots");
  if (segment.find_first_of("/\\") != std::string::npos) {
    return bad("a segment of the path has a slash in it");
  }
  path.push_back(std::move(segment));
  return Done{};
}

Result<Done> add_parameter(std::string_view text, Fields& query) {
  if (query.list.size() == kQueryParametersMax) {
    return bad("the query has more than " + std::to_string(kQueryParametersMax) + " parameters");
  }
  const std::size_t equals = text.find('=');
  TONGSUAN_TRY(std::string name, decode_percent(text.substr(0, equals)));
  if (name.empty()) return bad("a parameter of the query has no name");
  std::string value;
  if (equals != std::string_view::npos) {
    TONGSUAN_TRY(value, decode_percent(text.substr(equals + 1)));
  }
  query.list.push_back({std::move(name), std::move(value)});
  return Done{};
}

// How many bytes follow a first byte of UTF-8, and the range of the first of them; -1 if there is
// no such first byte.
struct Utf8Lead {
  int more;
  unsigned char low, high;
};

Utf8Lead utf8_lead(unsigned char byte) {
  if (byte < 0x80) return {0, 0, 0};
  if (byte >= 0xc2 && byte <= 0xdf) return {1, 0x80, 0xbf};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {2, 0x80, 0xbf};
  if (byte == 0xf0) return {3, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {3, 0x80, 0xbf};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  return {-1, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    Utf8Lead lead = utf8_lead(static_cast<unsigned char>(text[i++]));
    if (lead.more < 0) return false;
    for (; lead.more > 0; --lead.more) {
      if (i == text.size()) return false;
      const auto byte = static_cast<unsigned char>(text[i++]);
      if (byte < lead.low || byte > lead.high) return false;
      lead.low = 0x80;
      lead.high = 0xbf;
    }
  }
  return true;
}

Result<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
      if (low < 0) return bad("a percent sign is not followed by two hexadecimal digits");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (!is_plain(c)) {
      return bad("byte " + std::to_string(static_cast<unsigned char>(c)) + " has to be escaped");
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return bad("an escape stands for a control byte");
    decoded += c;
  }
  if (!is_utf8(decoded)) return bad("what the escapes stand for is not UTF-8");
  return decoded;
}

std::string encode_percent(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4];
    encoded += kDigits[byte & 15];
  }
  return encoded;
}

Result<Target> decode_target(std::string_view target) {
  if (!target.starts_with('/')) return bad("the target does not start with a slash");
  Target result;
  const std::size_t question = target.find('?');
  const std::string_view path =
      target.substr(1, question == std::string_view::npos ? std::string_view::npos : question - 1);
  if (!path.empty()) {
    TONGSUAN_TRY([[maybe_unused]] const Done done, split(path, '/', [&](std::string_view piece) {
                   return add_segment(piece, result.path);
                 }));
  }
  if (question != std::string_view::npos && question + 1 < target.size()) {
    TONGSUAN_TRY([[maybe_unused]] const Done done,
                 split(target.substr(question + 1), '&',
                       [&](std::string_view piece) { return add_parameter(piece, result.query); }));
  }
  return result;
}

}  // namespace tongsuan::net
