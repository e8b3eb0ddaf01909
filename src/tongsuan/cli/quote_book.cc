#include "tongsuan/cli/quote_book.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/cli/explain.h"
#include "tongsuan/cli/instant.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/problem.h"

namespace tongsuan::cli {
namespace {

constexpr NotFoundMessages kHubMessages = {Message::kUnknownHub, Message::kUnknownHubNear,
                                           "hub-not-found"};
constexpr NotFoundMessages kClassMessages = {Message::kUnknownClass, Message::kUnknownClassNear,
                                             "class-not-found"};

Failure bad_option(const Session& session, std::string what) {
  return {.exit_code = kUsage,
          .code = "usage",
          .what = std::move(what),
          .attempt = "tongsuan " + std::string(session.command) + " --help"};
}

// ---- Changes of an order -----------------------------------------------------------------------

Attempt<Done> change_limit(const Session& session, Market& market, Order& order,
                           std::string_view text) {
  std::int64_t limit = 0;
  const bool number = parse_decimal(text, 6, limit);
  const int128 value = divide_wide(
      static_cast<int128>(limit) * reference_device_seconds(market, order), 3'600, Rounding::kDown);
  if (!number || limit > kPriceMax || value > kMoneyMax) {
    return bad_option(session, session.say(Message::kNotPositive, {"--limit", text}));
  }
  order.value = static_cast<std::int64_t>(value);
  return Done{};
}

// A slot as a number or an instant.
std::optional<Slot> slot_of(const Market& market, std::string_view text) {
  Slot slot = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slot);
  if (error == std::errc() && end == text.data() + text.size()) return slot;
  return SlotClock(market.calendar).slot_at(text);
}

Attempt<Done> change_window(const Session& session, Market& market, Order& order,
                            std::string_view text) {
  const std::size_t dots = text.find("..");
  SlotRange window = order.window;
  bool good = dots != std::string_view::npos;
  const auto side = [&](std::string_view word, Slot& slot) {
    if (word.empty()) return;
    const std::optional<Slot> given = slot_of(market, word);
    good = good && given.has_value();
    slot = given.value_or(slot);
  };
  if (good) {
    side(text.substr(0, dots), window.begin);
    side(text.substr(dots + 2), window.end);
  }
  if (!good || window.begin >= window.end || window.end > market.calendar.slot_count) {
    return bad_option(
        session, session.say(Message::kBadWindow, {text, std::to_string(market.calendar.slot_count),
                                                   SlotClock(market.calendar).instant(0)}));
  }
  order.window = window;
  return Done{};
}

Attempt<Done> change_hubs(const Session& session, Market& market, Order& order,
                          std::string_view text) {
  const bool adds = text.starts_with('+');
  if (adds) text.remove_prefix(1);
  std::vector<HubId> hubs;
  const Span32 own = market.hub_sets[order.hubs.value];
  if (adds) hubs.assign(market.hub_lists.begin() + own.begin, market.hub_lists.begin() + own.end);
  if (text == "*") {
    for (std::uint32_t hub = 0; hub < market.hubs.size(); ++hub) hubs.push_back(HubId{hub});
  } else {
    for (;;) {
      const std::size_t comma = std::min(text.find(','), text.size());
      TONGSUAN_TRY(const std::uint32_t hub,
                   find_name(session, market.hub_names, text.substr(0, comma), kHubMessages));
      hubs.push_back(HubId{hub});
      if (comma == text.size()) break;
      text.remove_prefix(comma + 1);
    }
  }
  std::ranges::sort(hubs);
  hubs.erase(std::unique(hubs.begin(), hubs.end()), hubs.end());
  market.hub_sets.push_back(append(market.hub_lists, hubs));
  order.hubs = HubSetId{static_cast<std::uint32_t>(market.hub_sets.size() - 1)};
  return Done{};
}

Attempt<Done> add_class(const Session& session, Market& market, Order& order,
                        std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  TONGSUAN_TRY(const std::uint32_t accelerator,
               find_name(session, market.class_names, text, kClassMessages));
  std::vector<Variant> variants(market.variants.begin() + order.variants.begin,
                                market.variants.begin() + order.variants.end);
  const Variant first = variants.front();
  variants.push_back({ClassId{accelerator}, first.gang, first.duration});
  order.variants = append(market.variants, variants);
  return Done{};
}

// A data set of the order's own, with one replica more.
Attempt<Done> add_replica(const Session& session, Market& market, Order& order,
                          std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || order.data == kNone ||
      market.data_names[order.data] != text.substr(0, at)) {
    return bad_option(session, session.say(Message::kBadReplica, {text}));
  }
  TONGSUAN_TRY(const std::uint32_t hub,
               find_name(session, market.hub_names, text.substr(at + 1), kHubMessages));
  DataSet data = market.data_sets[order.data];
  std::vector<HubId> replicas(market.hub_lists.begin() + data.replicas.begin,
                              market.hub_lists.begin() + data.replicas.end);
  const auto place = std::ranges::lower_bound(replicas, HubId{hub});
  if (place == replicas.end() || *place != HubId{hub}) replicas.insert(place, HubId{hub});
  data.replicas = append(market.hub_lists, replicas);
  order.data = static_cast<std::uint32_t>(market.data_sets.size());
  market.data_sets.push_back(data);
  market.data_names.push_back(text);
  return Done{};
}

Attempt<Done> apply(const Session& session, Market& market, std::uint32_t position,
                    const OrderChanges& changes) {
  Order order = market.orders[position];
  using Change = Attempt<Done> (*)(const Session&, Market&, Order&, std::string_view);
  const std::pair<std::string_view, Change> steps[] = {{changes.limit, change_limit},
                                                       {changes.window, change_window},
                                                       {changes.hubs, change_hubs},
                                                       {changes.accelerator, add_class},
                                                       {changes.replica, add_replica}};
  for (const auto& [text, change] : steps) {
    if (text.empty()) continue;
    TONGSUAN_TRY([[maybe_unused]] const Done done, change(session, market, order, text));
  }
  market.orders[position] = order;
  return Done{};
}

// ---- Books -------------------------------------------------------------------------------------

// The market without one order. Ids of everything else stay.
Market without_order(const Market& market, std::uint32_t position) {
  Market rest = market;
  rest.orders.erase(rest.orders.begin() + position);
  NameList names;
  for (std::uint32_t i = 0; i < market.order_names.size(); ++i) {
    if (i != position) names.push_back(market.order_names[i]);
  }
  rest.order_names = std::move(names);
  for (Order& order : rest.orders) {
    if (order.after != kNone && order.after > position) --order.after;
  }
  return rest;
}

Certificate without_award(const Certificate& certificate, std::uint32_t position) {
  Certificate rest = certificate;
  std::erase_if(rest.outcome.awards,
                [&](const Award& award) { return award.order.value == position; });
  for (Award& award : rest.outcome.awards) {
    if (award.order.value > position) --award.order.value;
  }
  return rest;
}

Prices carried(const Prices& prices, const market::Problem& before, const market::Problem& after,
               const std::vector<std::string>& names_before,
               const std::vector<std::string>& names_after) {
  std::unordered_map<std::string_view, std::uint32_t> lanes;
  for (std::uint32_t lane = 0; lane < names_before.size(); ++lane)
    lanes.emplace(names_before[lane], lane);
  Prices out(after.row_count(), 0);
  for (std::uint32_t lane = 0; lane < names_after.size(); ++lane) {
    const auto found = lanes.find(names_after[lane]);
    if (found == lanes.end()) continue;
    for (Slot slot = 0; slot < after.slot_count; ++slot) {
      out[after.row(lane, slot)] = prices[before.row(found->second, slot)];
    }
  }
  return out;
}

Failure refused(const Session& session, const Error& error) {
  return {.exit_code = kRejected,
          .code = "market-refused",
          .what = session.say(Message::kQuoteFailed, {error.context})};
}

// Lines of a market file that are records: neither blank nor comments.
std::uint64_t record_count(std::string_view text) {
  std::uint64_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::size_t first = text.substr(0, end).find_first_not_of(" \t\r");
    if (first != std::string_view::npos && text[first] != '#') ++count;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return count;
}

// Gives the certificate the rows of the book with the order, and checks that what is left of the
// round still stands: without an order that took surplus power, it might not.
Attempt<QuoteBook> finished(const Session& session, const Market& cleared, QuoteBook book) {
  const Result<market::Problem> before = market::compile(cleared);
  const Result<market::Problem> after = market::compile(book.with_order);
  const Result<market::Problem> rest = market::compile(book.market);
  for (const auto* problem : {&before, &after, &rest}) {
    if (!problem->ok()) return refused(session, problem->error());
  }
  const market::Dispatch left =
      market::dispatch(rest.value(), market::net_use(rest.value(), book.certificate.outcome));
  if (left.short_row != kNone) {
    return refused(
        session,
        {ErrorCode::kInvalidArgument,
         market::lane_names(book.market, rest.value())[left.short_row / rest.value().slot_count]});
  }
  const std::vector<std::string> names_before = market::lane_names(cleared, before.value());
  const std::vector<std::string> names_after = market::lane_names(book.with_order, after.value());
  if (names_before != names_after) {
    Certificate& certificate = book.certificate;
    certificate.bound_prices =
        carried(certificate.bound_prices, before.value(), after.value(), names_before, names_after);
    certificate.payment_prices = carried(certificate.payment_prices, before.value(), after.value(),
                                         names_before, names_after);
    certificate.gang_prices = {};
    certificate.gang_bound = 0;
  }
  return book;
}

Attempt<Done> check_block(const Session& session, const Market& market, std::uint32_t position) {
  const Order& order = market.orders[position];
  if (order.kind == OrderKind::kBlock) return Done{};
  return Failure{.exit_code = kRejected,
                 .code = "not-a-block",
                 .what = session.say(Message::kOnlyBlocks,
                                     {market.order_names[position], kind_name(order.kind)})};
}

}  // namespace

Attempt<QuoteBook> book_with_changes(const Session& session, ClearedRound round,
                                     std::string_view order, const OrderChanges& changes) {
  TONGSUAN_TRY(const std::uint32_t position, find_order(session, round.market, order));
  TONGSUAN_TRY([[maybe_unused]] const Done block, check_block(session, round.market, position));
  for (std::uint32_t i = 0; i < round.market.orders.size(); ++i) {
    if (round.market.orders[i].after != position) continue;
    return Failure{.exit_code = kRejected,
                   .code = "order-followed",
                   .what = session.say(Message::kIsFollowed, {order, round.market.order_names[i]})};
  }
  QuoteBook book{.market = without_order(round.market, position),
                 .certificate = without_award(round.certificate, position),
                 .with_order = round.market,
                 .order = position};
  TONGSUAN_TRY([[maybe_unused]] const Done changed,
               apply(session, book.with_order, position, changes));
  return finished(session, round.market, std::move(book));
}

Attempt<QuoteBook> book_with_line(const Session& session, ClearedRound round,
                                  std::string_view source, std::string_view line) {
  std::string text = codec::write_market(round.market);
  const std::size_t end = text.rfind("end ");  // the last line: "end 123"
  std::uint64_t records = 0;
  std::from_chars(text.data() + end + 4, text.data() + text.size(), records);
  text.resize(end);
  const auto lines_before = static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
  text += line;
  if (!text.ends_with('\n')) text += '\n';
  text += "end " + std::to_string(records + record_count(line)) + '\n';
  codec::ReadReport report = codec::read_market(text, source, {.faults_max = kFaultsShownMax});
  if (!report.ok()) {
    for (codec::ReadFault& fault : report.faults.listed)
      fault.line -= std::min(fault.line, lines_before);
    Failure failure = faulty_file(session, Message::kInvalidOrder, source, report.faults);
    failure.attempt = "tongsuan quote --help";
    return failure;
  }
  const std::size_t added = report.market.orders.size() -
                            std::min(report.market.orders.size(), round.market.orders.size());
  std::uint32_t position = 0;
  while (position < round.market.orders.size() &&
         round.market.order_names[position] == report.market.order_names[position]) {
    ++position;
  }
  if (added != 1) {
    return Failure{.exit_code = kRejected,
                   .code = "not-one-order",
                   .what = session.say(Message::kOneOrder, {source, std::to_string(added)})};
  }
  TONGSUAN_TRY([[maybe_unused]] const Done block, check_block(session, report.market, position));
  return finished(session, round.market,
                  {.market = round.market,
                   .certificate = std::move(round.certificate),
                   .with_order = std::move(report.market),
                   .order = position});
}

}  // namespace tongsuan::cli
