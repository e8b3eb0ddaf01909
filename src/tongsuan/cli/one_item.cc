#include "tongsuan/cli/one_item.h"

#include <algorithm>
#include <vector>

namespace tongsuan::cli {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t kPartsShown = 64;

[[nodiscard]] bool is_money(const Value& value) {
  return value.type() == Type::kObject && value.size() == 2 && !text_at(value, "amount").empty() &&
         !text_at(value, "currency").empty();
}

[[nodiscard]] bool has_objects(const Value& list) {
  if (list.type() != Type::kArray) return false;
  for (const Value item : list.items()) {
    if (item.type() == Type::kObject) return true;
  }
  return false;
}

// An object as lines and tables, each with the path of its member.
class Details {
 public:
  void add(const Value& object, const std::string& prefix) {
    for (const auto& [key, value] : object.members()) {
      const std::string path = prefix + std::string(key);
      if (is_money(value)) {
        lines_.emplace_back(path, money_text_at(value, ""));
      } else if (value.type() == Type::kObject) {
        add(value, path + '.');
      } else if (has_objects(value)) {
        add_list(value, path);
      } else {
        lines_.emplace_back(path, text_at(value, ""));
      }
    }
  }
  [[nodiscard]] std::string text() const {
    std::size_t width = 0;
    for (const auto& [path, value] : lines_) width = std::max(width, path.size());
    std::string out;
    for (const auto& [path, value] : lines_) {
      out += shown(path) + std::string(width - path.size() + 2, ' ') +
             (value.empty() ? "-" : shown(value)) + '\n';
    }
    return out + tables_;
  }

 private:
  // Items without lists of their own are rows; others are told one after the other.
  void add_list(const Value& list, const std::string& path) {
    bool flat = true;
    for (const Value item : list.items()) {
      for (const auto& [key, value] : item.members()) flat = flat && !has_objects(value);
    }
    std::size_t index = 0;
    for (const Value item : list.items()) {
      if (!flat) add(item, path + '.' + std::to_string(index++) + '.');
    }
    if (flat) add_table(list, path);
  }
  void add_table(const Value& list, const std::string& path) {
    report::Table table{.currency = {}, .columns = {}, .rows = {}};
    for (const Value item : list.items()) {
      Details row;
      row.add(item, "");
      std::vector<report::Cell> cells(table.columns.size());
      for (const auto& [key, value] : row.lines_) {
        const auto at = std::ranges::find(table.columns, key, &report::Column::key);
        const auto column = static_cast<std::size_t>(at - table.columns.begin());
        if (at == table.columns.end()) table.columns.push_back({.key = key, .title = key});
        cells.resize(table.columns.size());
        cells[column] = shown(value);
      }
      table.rows.push_back(std::move(cells));
    }
    for (auto& row : table.rows) row.resize(table.columns.size());
    const Result<std::string> text = report::render(table, {});
    tables_ += '\n' + shown(path) + '\n' + (text.ok() ? text.value() : std::string());
  }

  std::vector<std::pair<std::string, std::string>> lines_;
  std::string tables_;
};

class Items {
 public:
  Items(Remote& remote, const Arguments& arguments, const ItemView& view)
      : remote_(remote), arguments_(arguments), view_(view) {}

  Attempt<Done> read_ids() {
    for (std::size_t i = view_.first; i < arguments_.positionals().size(); ++i) {
      TONGSUAN_TRY(std::string id,
                   id_of(remote_.session(), arguments_.positional(i), view_.prefix));
      ids_.push_back(std::move(id));
    }
    return Done{};
  }

  Attempt<int> as_json(bool lines) {
    std::string out;
    for (const std::string& id : ids_) {
      TONGSUAN_TRY(const remote::Reply reply, get(id));
      out += (out.empty() ? "" : lines ? "\n" : ",\n") + reply.body;
    }
    if (!lines && ids_.size() > 1) out = '[' + out + ']';
    remote_.session().world.out.write(out + '\n');
    return int{kOk};
  }

  Attempt<int> as_rows(std::string_view format) {
    return print_listing(remote_.session(), arguments_, format, [&]() -> Attempt<Listing> {
      TONGSUAN_TRY(report::Table table, rows(ids_));
      return Listing{.table = std::move(table)};
    });
  }

  Attempt<int> for_people() {
    std::string out;
    for (const std::string& id : ids_) {
      TONGSUAN_TRY(const std::string text, told(id));
      out += (out.empty() ? "" : "\n") + text;
    }
    remote_.session().world.out.write(out);
    return int{kOk};
  }

 private:
  Attempt<remote::Reply> get(const std::string& id) {
    return remote_.get(view_.listing->target + '/' + id);
  }
  Attempt<report::Table> rows(const std::vector<std::string>& ids) {
    report::Table table = json_table(remote_.session(), view_.listing->columns);
    for (const std::string& id : ids) {
      TONGSUAN_TRY(const remote::Reply reply, get(id));
      json::Document document;
      TONGSUAN_TRY(const Value item, parse_reply(remote_.session(), document, reply.body));
      add_json_row(table, view_.listing->columns, item);
    }
    return table;
  }
  Attempt<std::string> told(const std::string& id) {
    TONGSUAN_TRY(const remote::Reply reply, get(id));
    json::Document document;
    TONGSUAN_TRY(const Value item, parse_reply(remote_.session(), document, reply.body));
    Details details;
    details.add(item, "");
    std::vector<std::string> parts;
    for (const Value part : at_path(item, view_.parts).items()) {
      if (!view_.parts.empty() && parts.size() < kPartsShown) parts.push_back(text_at(part, ""));
    }
    TONGSUAN_TRY(const report::Table table, rows(parts));
    const RemoteListing related{.target = view_.related.target + id,
                                .columns = view_.related.columns};
    TONGSUAN_TRY(const report::Table beside, fetch_table(remote_, arguments_, related));
    return details.text() + titled(Message::kTitlePartsOfOrder, table) +
           titled(view_.related.title, beside);
  }
  [[nodiscard]] std::string titled(Message title, const report::Table& table) const {
    const Result<std::string> text = report::render(table, {});
    if (table.rows.empty() || !text.ok()) return {};
    return '\n' + remote_.session().say(title) + '\n' + text.value();
  }

  Remote& remote_;
  const Arguments& arguments_;
  const ItemView& view_;
  std::vector<std::string> ids_;
};

[[nodiscard]] bool wants_rows(const Arguments& arguments, std::string_view format) {
  constexpr Option kOfRows[] = {Option::kColumns, Option::kSort, Option::kFilter, Option::kRowsMax,
                                Option::kWatch};
  return format == "csv" || format == "yaml" || format == "wide" ||
         std::ranges::any_of(kOfRows, [&](Option option) { return arguments.has(option); });
}

}  // namespace

Attempt<int> show_items(Session& session, const Arguments& arguments, const ItemView& view) {
  for (const auto& [option, name] : view.listing->parameters) {
    if (!arguments.has(option)) continue;
    return usage(session,
                 session.say(Message::kOnlyInListings,
                             {option_name(session, option), arguments.positional(view.first)}));
  }
  TONGSUAN_TRY(const std::unique_ptr<Remote> remote,
               Remote::open(session, arguments, view.listing->caller));
  Items items(*remote, arguments, view);
  TONGSUAN_TRY([[maybe_unused]] const Done read, items.read_ids());
  const std::string setting(remote->settings().value(remote::Setting::kOutput));
  const std::string_view format = arguments.text(Option::kFormat, setting);
  if (wants_rows(arguments, format)) return items.as_rows(setting);
  if (format == "json" || format == "jsonl") return items.as_json(format == "jsonl");
  return items.for_people();
}

}  // namespace tongsuan::cli
