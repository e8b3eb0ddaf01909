// help, version and completion: what the program says about itself.
#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/help.h"
#include "tongsuan/cli/parse.h"

namespace tongsuan::cli {
namespace {

Failure no_page(const Session& session, std::string_view name) {
  std::vector<std::string_view> names = {"tongsuan"};
  for (const CommandSpec& command : commands()) names.push_back(command.name);
  const std::string_view near = nearest(name, names);
  return {.exit_code = kNotFound,
          .code = "no-such-page",
          .what = session.say(Message::kNoHelpPage, {name}),
          .attempt = near.empty() ? "tongsuan help" : "tongsuan help " + std::string(near)};
}

}  // namespace

Attempt<int> run_help(Session& session, const Arguments& arguments) {
  const std::string_view page = arguments.positional(0);
  std::string text;
  if (arguments.has(Option::kMan)) {
    text = man_page(page.empty() ? "tongsuan" : page);
  } else if (page.empty() || page == "tongsuan") {
    text = overview_help(session.language);
  } else if (const CommandSpec* command = command_named(page)) {
    text = command_help(*command, session.language);
  }
  if (text.empty()) return no_page(session, page);
  session.world.out.write(text);
  return int{kOk};
}

Attempt<int> run_version(Session& session, const Arguments&) {
  session.world.out.write("tongsuan " TONGSUAN_VERSION "\n");
  return int{kOk};
}

Attempt<int> run_completion(Session& session, const Arguments& arguments) {
  session.world.out.write(completion_script(arguments.positional(0)));
  return int{kOk};
}

}  // namespace tongsuan::cli
