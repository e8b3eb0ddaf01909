#include "tongsuan/cli/remote_listing.h"

#include <algorithm>

namespace tongsuan::cli {

Attempt<report::Table> fetch_table(Remote& remote, const Arguments& arguments,
                                   const RemoteListing& listing) {
  std::string target = listing.target;
  for (const auto& [option, name] : listing.parameters) {
    target = remote::with_query(target, name, arguments.text(option));
  }
  if (listing.paged) target = remote::with_query(target, "pageSize", "1000");
  report::Table table = json_table(remote.session(), listing.columns);
  TONGSUAN_TRY([[maybe_unused]] const Done done, remote.pages(target, [&](const json::Value& root) {
    for (const json::Value item : at_path(root, listing.items).items()) {
      if (listing.inner.empty()) add_json_row(table, listing.columns, item, root);
      for (const json::Value row : at_path(item, listing.inner).items()) {
        if (!listing.inner.empty()) add_json_row(table, listing.columns, row, item);
      }
    }
  }));
  return table;
}

Attempt<int> run_listing(Session& session, const Arguments& arguments,
                         const RemoteListing& listing) {
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, listing.caller));
  return print_listing(session, arguments, remote->settings().value(remote::Setting::kOutput),
                       [&]() -> Attempt<Listing> {
                         TONGSUAN_TRY(report::Table table,
                                      fetch_table(*remote, arguments, listing));
                         return Listing{.table = std::move(table)};
                       });
}

Attempt<std::string> id_of(const Session& session, std::string_view text, std::string_view prefix) {
  std::string id(text);
  std::ranges::transform(id, id.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (!id.starts_with(prefix)) id.insert(0, prefix);
  const bool good =
      id.size() > prefix.size() && id.size() <= 24 &&
      std::all_of(id.begin() + static_cast<std::ptrdiff_t>(prefix.size()), id.end(),
                  [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
  if (good) return id;
  return usage(session, session.say(Message::kBadId, {text, std::string(prefix) + "7F3M"}));
}

Attempt<int> tell_answer(Remote& remote, const remote::Reply& reply, Message sentence) {
  Session& session = remote.session();
  if (remote.wants_json()) {
    session.world.out.write(reply.body + '\n');
    return int{kOk};
  }
  json::Document document;
  TONGSUAN_TRY(const json::Value answer, parse_reply(session, document, reply.body));
  std::string id = text_at(answer, "id");
  if (id.empty()) id = "#" + text_at(answer, "sequence");
  std::string text = session.say(sentence, {id, text_at(answer, "sequence")});
  const std::string hold = money_text_at(answer, "hold");
  if (!hold.empty()) text += session.say(Message::kHeldNow, {hold});
  session.world.out.write(shown(text) + '\n');
  return int{kOk};
}

}  // namespace tongsuan::cli
