#include "tongsuan/remote/settings.h"

#include <algorithm>

#include "tongsuan/access/mode.h"
#include "tongsuan/base/text.h"
#include "tongsuan/remote/private_file.h"
#include "tongsuan/toml/toml.h"

namespace tongsuan::remote {
namespace {

constexpr std::int64_t kTimeoutMax = 3'600;

bool is_server(std::string_view value) {
  return !server_address(value).empty();
}
bool is_output(std::string_view value) {
  constexpr std::array<std::string_view, 7> kFormats = {"table", "wide", "json", "jsonl",
                                                        "csv",   "yaml", "text"};
  return std::ranges::find(kFormats, value) != kFormats.end();
}
bool is_language(std::string_view value) {
  return value == "en" || value == "zh";
}
bool is_timeout(std::string_view value) {
  std::int64_t seconds = 0;
  return parse_decimal(value, 0, seconds) && seconds >= 1 && seconds <= kTimeoutMax;
}
bool is_path(std::string_view value) {
  return !value.empty() && value.find('\0') == std::string_view::npos;
}

constexpr std::array<SettingSpec, kSettingCount> kSpecs = {{
    {Setting::kServer, "server", "TONGSUAN_SERVER", "http://HOST:PORT or https://HOST", is_server},
    {Setting::kOutput, "output", "TONGSUAN_OUTPUT",
     "one of text, table, wide, json, jsonl, csv, yaml", is_output},
    {Setting::kLanguage, "lang", "TONGSUAN_LANG", "en or zh", is_language},
    {Setting::kTimeout, "timeout", "TONGSUAN_TIMEOUT", "a whole number of seconds from 1 to 3600",
     is_timeout},
    {Setting::kCaFile, "ca_file", "TONGSUAN_CA_FILE", "the name of a file", is_path},
    {Setting::kCredentials, "credentials", "TONGSUAN_CREDENTIALS", "the name of a file", is_path},
}};

Error bad_value(const SettingSpec& spec, std::string_view where, std::string_view value) {
  return {ErrorCode::kInvalidArgument,
          std::string(where) + ": " + std::string(spec.name) + " is \"" + std::string(value) +
              "\"; expected " + std::string(spec.expected),
          ""};
}

std::string known_names() {
  std::string names;
  for (const SettingSpec& spec : kSpecs) {
    names += (names.empty() ? "" : ", ") + std::string(spec.name);
  }
  return names;
}

Result<Done> add_file(Settings& settings, const std::string& path) {
  if (path.empty()) return Done{};
  TONGSUAN_TRY(const std::optional<std::string> bytes, read_small_file(path));
  if (!bytes) return Done{};
  TONGSUAN_TRY(const std::vector<toml::Entry> entries, toml::read(*bytes, path));
  for (const toml::Entry& entry : entries) {
    const std::string where = path + ':' + std::to_string(entry.line);
    const SettingSpec* spec = entry.table.empty() ? setting_named(entry.key) : nullptr;
    if (spec == nullptr) {
      const std::string name = (entry.table.empty() ? "" : entry.table + '.') + entry.key;
      return Error{ErrorCode::kInvalidArgument,
                   where + ": there is no setting \"" + name + "\"; there are " + known_names(),
                   ""};
    }
    if (!spec->good(entry.value)) return bad_value(*spec, where, entry.value);
    settings.set(spec->id, entry.value, where);
  }
  return Done{};
}

// "lang" of a locale name is the business of whoever asks: zh_CN is zh.
std::string variable_value(const SettingSpec& spec, std::string_view value) {
  if (spec.id != Setting::kLanguage) return std::string(value);
  return std::string(value.substr(0, value.find_first_of("_.-@")));
}

std::string folder(const Environment& environment, const char* variable, const char* below_home) {
  const char* given = environment(variable);
  if (given != nullptr && given[0] == '/') return std::string(given) + "/tongsuan";
  const char* home = environment("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::string(home) + below_home + "/tongsuan";
}

// The key that a line of a settings file sets, outside tables.
bool sets_key(std::string_view line, std::string_view key) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return false;
  line.remove_prefix(begin);
  if (!line.starts_with(key)) return false;
  line.remove_prefix(key.size());
  const std::size_t next = line.find_first_not_of(" \t");
  return next != std::string_view::npos && line[next] == '=';
}

}  // namespace

std::span<const SettingSpec> setting_specs() {
  return kSpecs;
}

const SettingSpec* setting_named(std::string_view name) {
  const auto* const found = std::ranges::find(kSpecs, name, &SettingSpec::name);
  return found == kSpecs.end() ? nullptr : &*found;
}

std::int64_t Settings::timeout_seconds() const {
  std::int64_t seconds = 30;
  parse_decimal(value(Setting::kTimeout), 0, seconds);
  return seconds;
}

Places places_of(const Environment& environment) {
  Places places;
  const std::string config = folder(environment, "XDG_CONFIG_HOME", "/.config");
  const std::string state = folder(environment, "XDG_STATE_HOME", "/.local/state");
  if (!config.empty()) {
    places.user_file = config + "/config.toml";
    places.credentials = config + "/credentials";
  }
  if (!state.empty()) places.pending = state + "/pending";
  return places;
}

Result<Settings> load_settings(const Places& places, const Environment& environment) {
  Settings settings;
  settings.set(Setting::kTimeout, "30", "");
  settings.set(Setting::kCredentials, places.credentials, "");
  for (const std::string* file : {&places.system_file, &places.user_file, &places.local_file}) {
    TONGSUAN_TRY([[maybe_unused]] const Done added, add_file(settings, *file));
  }
  for (const SettingSpec& spec : kSpecs) {
    const std::string variable(spec.variable);
    const char* given = environment(variable.c_str());
    if (given == nullptr || given[0] == '\0') continue;
    const std::string value = variable_value(spec, given);
    if (!spec.good(value)) return bad_value(spec, variable, given);
    settings.set(spec.id, value, variable);
  }
  return settings;
}

Result<Done> change_setting(const std::string& file, const SettingSpec& spec,
                            std::string_view value) {
  if (!value.empty() && !spec.good(value)) return bad_value(spec, "config set", value);
  TONGSUAN_TRY(const std::optional<std::string> old, read_small_file(file));
  // A file that nobody understands is not written on.
  TONGSUAN_TRY([[maybe_unused]] const auto entries, toml::read(old.value_or(""), file));
  const std::string line = std::string(spec.name) + " = " + toml::quoted(value) + '\n';
  std::string out;
  std::string_view rest = old ? std::string_view(*old) : std::string_view();
  bool done = value.empty();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (sets_key(text, spec.name)) {
      if (!done) out += line;
      done = true;
      continue;
    }
    if (!done && text.find_first_not_of(" \t") != std::string_view::npos &&
        text[text.find_first_not_of(" \t")] == '[') {
      out += line;
      done = true;
    }
    out += std::string(text) + '\n';
  }
  if (!done) out += line;
  return write_private_file(file, out);
}

std::string server_address(std::string_view text) {
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos) return {};
  std::string out(text);
  if (out.ends_with('/') && out.size() > mark + 3) out.pop_back();
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view scheme = std::string_view(out).substr(0, mark);
  const std::string_view host = std::string_view(out).substr(mark + 3);
  const bool plain = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]_").find(c) != std::string_view::npos;
  });
  if ((scheme != "http" && scheme != "https") || host.empty() || !plain) return {};
  return out;
}

bool is_guarded(std::string_view server) {
  if (server.starts_with("https://")) return true;
  const std::size_t mark = server.find("://");
  if (mark == std::string_view::npos) return false;
  const std::string_view host = server.substr(mark + 3);
  return access::is_loopback(host) || host == "localhost" || host.starts_with("localhost:");
}

}  // namespace tongsuan::remote
