// Settings in layers, each above the one before:
//   /etc/tongsuan/config.toml, ~/.config/tongsuan/config.toml, ./.tongsuan.toml, TONGSUAN_*, flags
//
// Every value knows where it comes from, so that `tongsuan config` can say so. All values of all
// layers are checked, also those that another one hides: a slip shows where it was made.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"

namespace tongsuan::remote {

enum class Setting : std::uint8_t {
  kServer,       // http(s)://HOST[:PORT]
  kOutput,       // table, wide, json, …
  kLanguage,     // en, zh
  kTimeout,      // seconds that a request may take with all its repeats
  kCaFile,       // certificates that an https server's may be signed by
  kCredentials,  // the file with keys and tokens
};
inline constexpr std::size_t kSettingCount = 6;

struct SettingSpec {
  Setting id;
  std::string_view name;      // in files: "ca_file"
  std::string_view variable;  // "TONGSUAN_CA_FILE"
  std::string_view expected;  // "a whole number from 1 to 3600"
  bool (*good)(std::string_view value);
};
[[nodiscard]] std::span<const SettingSpec> setting_specs();  // in the order of Setting
[[nodiscard]] const SettingSpec* setting_named(std::string_view name);

struct SettingValue {
  std::string value;
  std::string source;  // a file with its line, a variable, a flag; empty: the default
};

class Settings {
 public:
  [[nodiscard]] const SettingValue& get(Setting id) const {
    return values_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const std::string& value(Setting id) const { return get(id).value; }
  [[nodiscard]] std::int64_t timeout_seconds() const;
  void set(Setting id, std::string value, std::string source) {
    values_[static_cast<std::size_t>(id)] = {std::move(value), std::move(source)};
  }

 private:
  std::array<SettingValue, kSettingCount> values_;
};

// Where things are; empty where there is no such place (no home).
struct Places {
  std::string system_file = "/etc/tongsuan/config.toml";
  std::string user_file;  // ~/.config/tongsuan/config.toml
  std::string local_file = ".tongsuan.toml";
  std::string credentials;  // ~/.config/tongsuan/credentials
  std::string pending;      // ~/.local/state/tongsuan/pending
};
using Environment = std::function<const char*(const char*)>;
[[nodiscard]] Places places_of(const Environment& environment);

// All layers but the flags.
[[nodiscard]] Result<Settings> load_settings(const Places& places, const Environment& environment);

// Sets one value in a file, or takes it out where it is empty; the other lines stay as they are.
[[nodiscard]] Result<Done> change_setting(const std::string& file, const SettingSpec& spec,
                                          std::string_view value);

// "HTTP://Host:80/" → "http://host:80". Empty where it is not the address of a server.
[[nodiscard]] std::string server_address(std::string_view text);
// Whether what is sent there stays on this machine or goes through TLS.
[[nodiscard]] bool is_guarded(std::string_view server);

}  // namespace tongsuan::remote
