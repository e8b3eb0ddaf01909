// tongsuan config: what is set, where it comes from, and changing it.
#include <string>
#include <vector>

#include "tongsuan/cli/listing_output.h"
#include "tongsuan/cli/listings.h"
#include "tongsuan/cli/remote_session.h"

namespace tongsuan::cli {
namespace {

using remote::SettingSpec;

report::Table settings_table(const Session& session, const remote::Settings& settings) {
  report::Table table{.currency = {}, .columns = {}, .rows = {}};
  Columns(session, table)
      .text("setting", Message::kTitleSetting)
      .text("value", Message::kTitleValueOf)
      .text("source", Message::kTitleSource)
      .text("variable", Message::kTitleVariable, true);
  for (const SettingSpec& spec : remote::setting_specs()) {
    const remote::SettingValue& value = settings.get(spec.id);
    const std::string source = !value.source.empty() ? value.source
                               : value.value.empty() ? session.say(Message::kNotSet)
                                                     : session.say(Message::kDefault);
    table.rows.push_back({std::string(spec.name),
                          value.value.empty() ? report::Cell() : report::Cell(value.value), source,
                          std::string(spec.variable)});
  }
  return table;
}

Attempt<const SettingSpec*> named(const Session& session, std::string_view name) {
  std::vector<std::string_view> names;
  std::string list;
  for (const SettingSpec& spec : remote::setting_specs()) {
    if (spec.name == name) return &spec;
    names.push_back(spec.name);
    list += (list.empty() ? "" : session.say(Message::kListComma)) + std::string(spec.name);
  }
  const std::string_view near = nearest(name, names);
  return usage(session.say(Message::kNotAChoice, {"SETTING", name, list}),
               near.empty() ? "tongsuan config" : "tongsuan config get " + std::string(near));
}

Attempt<int> change(const Session& session, const SettingSpec& spec, std::string_view value) {
  const std::string file = places_of(session).user_file;
  if (file.empty()) {
    return Failure{.exit_code = kConfiguration,
                   .code = "bad-configuration",
                   .what = session.say(Message::kNoHome),
                   .attempt = "export " + std::string(spec.variable) + "=VALUE"};
  }
  if (!value.empty() && !spec.good(value)) {
    return usage(session, session.say(Message::kBadSetting, {spec.name, value, spec.expected}));
  }
  const Result<Done> changed = remote::change_setting(file, spec, value);
  if (changed.ok()) return int{kOk};
  return Failure{.exit_code = kConfiguration,
                 .code = "bad-configuration",
                 .what = session.say(Message::kBadConfiguration, {changed.error().context}),
                 .attempt = changed.error().hint};
}

}  // namespace

Attempt<int> run_config(Session& session, const Arguments& arguments) {
  const std::string_view action = arguments.positional(0);
  const std::size_t count = arguments.positionals().size();
  const std::size_t wants = action.empty() ? 0 : action == "set" ? 3 : action == "list" ? 1 : 2;
  if (count != wants) return usage(session, session.say(Message::kConfigForms));
  if (action == "set" || action == "unset") {
    TONGSUAN_TRY(const SettingSpec* spec, named(session, arguments.positional(1)));
    return change(session, *spec, arguments.positional(2));
  }
  TONGSUAN_TRY(const remote::Settings settings, settings_of(session, arguments));
  if (action == "get") {
    TONGSUAN_TRY(const SettingSpec* spec, named(session, arguments.positional(1)));
    session.world.out.write(settings.value(spec->id) + '\n');
    return int{kOk};
  }
  return print_listing(
      session, arguments, settings.value(remote::Setting::kOutput),
      [&]() -> Attempt<Listing> { return Listing{.table = settings_table(session, settings)}; });
}

}  // namespace tongsuan::cli
