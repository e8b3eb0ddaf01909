#include "tongsuan/access/mode.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace tongsuan::access {
namespace {

// Without brackets and port. An address with several colons and no brackets is IPv6 without a port.
std::string_view host_of(std::string_view address) {
  if (address.starts_with('[')) {
    const std::size_t end = address.find(']');
    return end == std::string_view::npos ? std::string_view() : address.substr(1, end - 1);
  }
  const std::size_t colon = address.find(':');
  const bool one = colon != std::string_view::npos && colon == address.rfind(':');
  return one ? address.substr(0, colon) : address;
}

}  // namespace

Answer<Identity> check_development(std::span<const DevelopmentToken> tokens,
                                   const Directory& directory, std::string_view token) {
  for (const DevelopmentToken& one : tokens) {
    if (token != std::string(kDevelopmentMark) + one.name) continue;
    const Participant* owner = directory.participant_named(one.participant);
    if (owner == nullptr || owner->closed) {
      return Denial{Code::kUnknownParticipant, "there is no participant " + one.participant};
    }
    return Identity{owner->number, owner->name, one.role, one.name, Method::kDevelopment};
  }
  std::string names;
  for (const DevelopmentToken& one : tokens) {
    names += (names.empty() ? "" : ", ") + std::string(kDevelopmentMark) + one.name;
  }
  return Denial{Code::kUnknownKey, "there is no such development token", "one of: " + names};
}

bool is_loopback(std::string_view address) {
  const std::string_view host = host_of(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (host.empty() || host.size() >= text.size()) return false;
  std::copy(host.begin(), host.end(), text.begin());
  in_addr v4{};
  if (inet_pton(AF_INET, text.data(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, text.data(), v6.data()) != 1) return false;
  static constexpr std::array<std::uint8_t, 16> kOne = {0, 0, 0, 0, 0, 0, 0, 0,
                                                        0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr std::array<std::uint8_t, 13> kMapped = {0, 0, 0, 0,   0,   0,  0,
                                                           0, 0, 0, 255, 255, 127};
  return v6 == kOne || std::equal(kMapped.begin(), kMapped.end(), v6.begin());
}

Result<Done> check_mode(AccessMode mode, std::span<const std::string> listening) {
  if (mode == AccessMode::kProduction) return Done{};
  for (const std::string& address : listening) {
    if (is_loopback(address)) continue;
    return Error{ErrorCode::kInvalidArgument,
                 "development tokens let in everybody who can reach " + address +
                     ", which is not a loopback address",
                 "listen on 127.0.0.1 or [::1], or make keys and leave development mode"};
  }
  return Done{};
}

}  // namespace tongsuan::access
