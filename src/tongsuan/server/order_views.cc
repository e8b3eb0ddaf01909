// One's own orders.
#include <algorithm>

#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/views.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::string_view kOrderStates[] = {"waiting",   "running", "done",   "left",
                                             "cancelled", "refused", "awarded"};
constexpr std::string_view kOrders[] = {"id", "-id", "submitted", "-submitted", "value", "-value"};
constexpr std::size_t kNewestFirst = 1;

struct Filter {
  std::optional<std::size_t> state;
  const std::string* accelerator = nullptr;
  const std::string* hub = nullptr;
  std::uint32_t class_id = kNone, hub_id = kNone;

  [[nodiscard]] bool covers(const engine::OrderRecord& record) const {
    const auto of_class = [&](const engine::Way& way) { return way.accelerator.value == class_id; };
    const auto& hubs = record.order.hubs;
    return (!state || static_cast<std::size_t>(record.state) == *state) &&
           (accelerator == nullptr || std::ranges::any_of(record.order.ways, of_class)) &&
           (hub == nullptr || hubs.empty() || std::ranges::binary_search(hubs, HubId{hub_id}));
  }
};

// Where an order stands in the listing.
struct Key {
  std::int64_t major = 0;
  std::uint32_t id = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};

std::string key_after(const Key& key) {
  return std::to_string(key.major) + ' ' + std::to_string(key.id);
}

std::optional<Key> parse_key(const std::string& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  Key key;
  const auto id = parse_whole(std::string_view(text).substr(space + 1));
  if (!parse_decimal(text.substr(0, space), 0, key.major) || !id) return std::nullopt;
  key.id = static_cast<std::uint32_t>(*id);
  return key;
}

Key key_of(const engine::OrderRecord& record, OrderId id, std::size_t by) {
  switch (by / 2) {
    case 1:
      return {record.order.submit, id.value};
    case 2:
      return {record.order.value, id.value};
    default:
      return {0, id.value};
  }
}

// The keys of a page and of one order more, in order.
std::vector<Key> keys_of_page(const View& view, const std::vector<OrderId>& orders,
                              const Filter& filter, std::size_t by, const Listing& list,
                              const Page& page) {
  const std::optional<Key> after = parse_key(page.after);
  const bool falling = by % 2 == 1;
  std::vector<Key> keys;
  const auto see = [&](OrderId id) {
    if (!view.state.engine().knows(id) || view.index.sequence_of(id) > list.as_of()) return;
    const engine::OrderRecord& record = view.state.engine().order(id);
    if (!filter.covers(record)) return;
    const Key key = key_of(record, id, by);
    if (after && (falling ? key >= *after : key <= *after)) return;
    keys.push_back(key);
  };
  // By id they stand in order already.
  const std::size_t most = by < 2 ? page.size + 1 : orders.size();
  for (std::size_t i = 0; i < orders.size() && keys.size() < most; ++i) {
    see(orders[falling ? orders.size() - 1 - i : i]);
  }
  if (by >= 2) std::ranges::sort(keys);
  if (by >= 2 && falling) std::ranges::reverse(keys);
  return keys;
}

std::vector<OrderId> orders_of(const Call& call) {
  std::vector<OrderId> orders;
  call.core.node.read([&](const View& view) { orders = view.index.orders_of(call.actor()); });
  return orders;
}

}  // namespace

void list_orders(Call& call) {
  Query query(call);
  const Page page = read_page(query, call);
  Filter filter;
  filter.state = query.choice("state", kOrderStates);
  filter.accelerator = query.text("class");
  filter.hub = query.text("hub");
  const std::size_t by = query.choice("orderBy", kOrders).value_or(kNewestFirst);
  const auto round = query.id("round", 'R');
  if (round && !call.may_be_slow) return handle_slowly(std::move(call));
  if (filter.accelerator != nullptr)
    filter.class_id = call.core.names.accelerator(*filter.accelerator);
  if (filter.hub != nullptr) filter.hub_id = call.core.names.hub(*filter.hub);
  std::optional<std::vector<OrderId>> in_book;
  if (round) {
    auto found = call.core.node.shelf().in_book(*round, orders_of(call));
    if (!found.ok()) return refuse(call, to_problem(found.error()));
    in_book = std::move(found).value();
  }
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    Listing list(call, page, answer);
    const std::vector<OrderId>& among =
        in_book ? *in_book : answer.view.index.orders_of(call.actor());
    const std::vector<Key> keys = keys_of_page(answer.view, among, filter, by, list, page);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (list.full()) {
        list.more(key_after(keys[i - 1]));
        break;
      }
      write_order(list.item(), call.core, answer.view, OrderId{keys[i].id});
    }
    list.finish();
    return std::nullopt;
  });
}

void get_order(Call& call) {
  Query query(call);
  read(call, query, [&](Answering& answer) -> std::optional<Problem> {
    const auto number = parse_id(call.parameters[0], 'O');
    const OrderId id{number && *number < kNone ? static_cast<std::uint32_t>(*number) : kNone};
    const engine::State& engine = answer.view.state.engine();
    if (id.value == kNone || !engine.knows(id) || owner_of(answer.view, id) != call.actor()) {
      return unknown("order", std::string(call.parameters[0]) + " of yours", "order");
    }
    json::Writer out(answer.body);
    write_order(out, call.core, answer.view, id);
    answer.response.headers.list.push_back(
        {"ETag", '"' + std::to_string(answer.view.index.changed(id)) + '"'});
    return std::nullopt;
  });
}

}  // namespace tongsuan::server::internal
