#include "tongsuan/access/identity.h"

#include "tongsuan/base/text.h"

namespace tongsuan::access {

const char* role_name(Role role) {
  switch (role) {
    case Role::kParticipant:
      return "participant";
    case Role::kHub:
      return "hub";
    case Role::kOperator:
      return "operator";
    case Role::kAuditor:
      return "auditor";
    case Role::kRegulator:
      return "regulator";
  }
  return "unknown";
}

std::optional<Role> role_of(std::string_view name) {
  for (const Role role : kRoles) {
    if (name == role_name(role)) return role;
  }
  return std::nullopt;
}

const char* method_name(Method method) {
  switch (method) {
    case Method::kSignature:
      return "signature";
    case Method::kToken:
      return "token";
    case Method::kOidc:
      return "oidc";
    case Method::kDevelopment:
      return "development";
    case Method::kCertificate:
      return "certificate";
  }
  return "unknown";
}

bool is_participant_name(std::string_view name) {
  if (name.empty() || name.size() > kParticipantNameBytesMax) return false;
  while (!name.empty()) {
    const std::size_t length = utf8_length(name);
    const auto lead = static_cast<unsigned char>(name.front());
    // Controls, and those of Latin-1 (U+0080 to U+009F).
    const bool control =
        lead < 0x20 || lead == 0x7F ||
        (lead == 0xC2 && length == 2 && static_cast<unsigned char>(name[1]) < 0xA0);
    if (length == 0 || control) return false;
    name.remove_prefix(length);
  }
  return true;
}

}  // namespace tongsuan::access
