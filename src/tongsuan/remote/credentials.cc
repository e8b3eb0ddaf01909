#include "tongsuan/remote/credentials.h"

#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/remote/private_file.h"
#include "tongsuan/toml/toml.h"

namespace tongsuan::remote {
namespace {

Result<Done> add_entry(std::vector<Credential>& list, const toml::Entry& entry,
                       const std::string& path) {
  const std::string where = path + ':' + std::to_string(entry.line);
  if (entry.table.empty()) {
    return Error{ErrorCode::kInvalidArgument, where + ": belongs to no server", ""};
  }
  auto found = std::ranges::find(list, entry.table, &Credential::server);
  if (found == list.end()) found = list.insert(list.end(), Credential{.server = entry.table});
  if (entry.key == "key") {
    found->key = entry.value;
  } else if (entry.key == "secret") {
    found->secret = entry.value;
  } else if (entry.key == "token") {
    found->token = entry.value;
  } else if (entry.key != "expires" || !parse_decimal(entry.value, 0, found->expires)) {
    return Error{ErrorCode::kInvalidArgument,
                 where + ": \"" + entry.key + "\" is not one of key, secret, token, expires", ""};
  }
  return Done{};
}

Result<Done> write_all(const std::string& path, const std::vector<Credential>& list) {
  std::string out = "# Written by tongsuan login. Secrets: keep mode 0600.\n";
  for (const Credential& each : list) {
    out += "\n[" + toml::quoted(each.server) + "]\n";
    if (!each.key.empty()) out += "key = " + toml::quoted(each.key) + '\n';
    if (!each.secret.empty()) out += "secret = " + toml::quoted(each.secret) + '\n';
    if (!each.token.empty()) out += "token = " + toml::quoted(each.token) + '\n';
    if (each.expires != 0) out += "expires = " + std::to_string(each.expires) + '\n';
  }
  return write_private_file(path, out);
}

}  // namespace

Result<std::vector<Credential>> read_credentials(const std::string& path) {
  std::vector<Credential> list;
  if (path.empty()) return list;
  TONGSUAN_TRY(const std::optional<std::string> bytes, read_private_file(path));
  if (!bytes) return list;
  TONGSUAN_TRY(const std::vector<toml::Entry> entries, toml::read(*bytes, path));
  for (const toml::Entry& entry : entries) {
    TONGSUAN_TRY([[maybe_unused]] const Done added, add_entry(list, entry, path));
  }
  for (const Credential& each : list) {
    if (each.token.empty() == (each.key.empty() || each.secret.empty())) {
      return Error{ErrorCode::kInvalidArgument,
                   path + ": " + each.server + " needs either key and secret, or a token", ""};
    }
  }
  return list;
}

Result<std::optional<Credential>> credential_for(const std::string& path, std::string_view server) {
  TONGSUAN_TRY(const std::vector<Credential> list, read_credentials(path));
  const auto found = std::ranges::find(list, server, &Credential::server);
  return found == list.end() ? std::optional<Credential>() : std::optional(*found);
}

Result<Done> store_credential(const std::string& path, const Credential& credential) {
  TONGSUAN_TRY(std::vector<Credential> list, read_credentials(path));
  const auto found = std::ranges::find(list, credential.server, &Credential::server);
  if (found == list.end()) {
    list.push_back(credential);
  } else {
    *found = credential;
  }
  return write_all(path, list);
}

Result<bool> drop_credential(const std::string& path, std::string_view server) {
  TONGSUAN_TRY(std::vector<Credential> list, read_credentials(path));
  const std::size_t had =
      std::erase_if(list, [&](const Credential& each) { return each.server == server; });
  if (had == 0) return false;
  TONGSUAN_TRY([[maybe_unused]] const Done written, write_all(path, list));
  return true;
}

}  // namespace tongsuan::remote
