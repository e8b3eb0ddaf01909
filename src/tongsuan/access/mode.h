// Development: fixed tokens with names instead of secrets, for trying things out on one's own
// machine.
//
// Such an exchange lets everybody in who can reach it, so it may listen on loopback addresses only:
// check_mode says so before the first socket is opened.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/access/keys.h"

namespace tongsuan::access {

enum class AccessMode : std::uint8_t { kProduction, kDevelopment };

// "Authorization: Bearer dev-NAME" stands for that participant in that role.
struct DevelopmentToken {
  std::string name;
  std::string participant;
  Role role = Role::kParticipant;
};
inline constexpr std::string_view kDevelopmentMark = "dev-";

[[nodiscard]] Answer<Identity> check_development(std::span<const DevelopmentToken> tokens,
                                                 const Directory& directory,
                                                 std::string_view token);

// Whether an address ("127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "::1") is of this machine only.
// Names are not looked up: they are not.
[[nodiscard]] bool is_loopback(std::string_view address);

// Refuses kDevelopment unless all addresses are loopback.
[[nodiscard]] Result<Done> check_mode(AccessMode mode, std::span<const std::string> listening);

}  // namespace tongsuan::access
