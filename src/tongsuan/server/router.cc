#include "tongsuan/server/router.h"

#include <algorithm>

#include "tongsuan/server/internal/handlers.h"

namespace tongsuan::server {
namespace {

using access::Action;
using net::Method;
namespace in = internal;

constexpr Route kRoutes[] = {
    {Method::kPost, "/v1/orders", Action::kSubmitOrder, in::submit_order},
    {Method::kPost, "/v1/orders:batch", Action::kSubmitOrder, in::submit_orders},
    {Method::kGet, "/v1/orders", Action::kReadOrders, in::list_orders},
    {Method::kGet, "/v1/orders/{order}", Action::kReadOrders, in::get_order},
    {Method::kPatch, "/v1/orders/{order}", Action::kSubmitOrder, in::amend_order},
    {Method::kPost, "/v1/orders/{order}:cancel", Action::kCancelOrder, in::cancel_order},
    {Method::kGet, "/v1/orders/{order}/why", Action::kReadOrders, in::explain_order, false, true},
    {Method::kGet, "/v1/orders/{order}/proof", Action::kReadOrders, in::prove_order, false, true},
    {Method::kPost, "/v1/quotes", Action::kSubmitOrder, in::quote_order, false, true},

    {Method::kGet, "/v1/market", Action::kReadMarketData, in::get_market},
    {Method::kGet, "/v1/hubs", Action::kReadMarketData, in::list_hubs},
    {Method::kGet, "/v1/hubs/{hub}", Action::kReadMarketData, in::get_hub},
    {Method::kGet, "/v1/hubs/{hub}/history", Action::kReadMarketData, in::list_hub_history},
    {Method::kGet, "/v1/links", Action::kReadMarketData, in::list_links},
    {Method::kGet, "/v1/rounds", Action::kReadMarketData, in::list_rounds},
    {Method::kGet, "/v1/rounds/{round}", Action::kReadMarketData, in::get_round},
    {Method::kGet, "/v1/rounds/{round}/prices", Action::kReadMarketData, in::get_prices},
    {Method::kGet, "/v1/rounds/{round}/slots", Action::kReadMarketData, in::get_slots},
    {Method::kGet, "/v1/rounds/{round}/book", Action::kReadMarketData, in::get_book, false, true},
    {Method::kGet, "/v1/rounds/{round}/certificate", Action::kReadMarketData, in::get_certificate,
     false, true},
    {Method::kPost, "/v1/rounds:close-gate", Action::kCloseRound, in::close_gate},
    {Method::kGet, "/v1/rules", Action::kReadMarketData, in::get_rules},
    {Method::kPut, "/v1/rules", Action::kSetRules, in::set_rules},
    {Method::kGet, "/v1/calendar", Action::kReadMarketData, in::get_calendar},
    {Method::kPut, "/v1/calendar", Action::kSetCalendar, in::put_calendar},

    {Method::kGet, "/v1/offers", Action::kReadMarketData, in::list_offers},
    {Method::kPut, "/v1/hubs/{hub}/offers/{class}", Action::kPlaceOffers, in::put_offer},
    {Method::kPut, "/v1/hubs/{hub}/supplier", Action::kManageParticipants, in::assign_supplier},
    {Method::kPost, "/v1/hubs/{hub}/nodes:report", Action::kReportMeters, in::report_nodes},

    {Method::kPost, "/v1/hubs/{hub}:lease", Action::kReportMeters, in::lease_hub},
    {Method::kGet, "/v1/hubs/{hub}/work", Action::kReportMeters, in::list_work},

    {Method::kGet, "/v1/contracts", Action::kReadStatements, in::list_contracts},
    {Method::kGet, "/v1/contracts/{contract}", Action::kReadStatements, in::get_contract},
    {Method::kGet, "/v1/contracts/{contract}/events", Action::kReadStatements,
     in::list_contract_events},
    {Method::kPost, "/v1/contracts/{contract}:meter", Action::kReportMeters, in::meter_contract},
    {Method::kPost, "/v1/contracts/{contract}:end", Action::kReportMeters, in::end_contract},
    {Method::kPost, "/v1/contracts/{contract}:report", Action::kReportMeters, in::report_contract},
    {Method::kPost, "/v1/contracts/{contract}:settle", Action::kReportMeters, in::settle_contract},
    {Method::kGet, "/v1/contracts/{contract}/work", Action::kReadStatements, in::get_work, false,
     true},
    {Method::kGet, "/v1/contracts/{contract}/log", Action::kReadOutput, in::read_log},
    {Method::kPost, "/v1/contracts/{contract}/log", Action::kReportMeters, in::bring_log},
    {Method::kPost, "/v1/contracts/{contract}:resell", Action::kSubmitOrder, in::resell_contract},
    {Method::kGet, "/v1/resales", Action::kReadStatements, in::list_resales},

    {Method::kGet, "/v1/accounts", Action::kReadAccount, in::list_accounts},
    {Method::kGet, "/v1/accounts/{participant}", Action::kReadAccount, in::get_accounts},
    {Method::kPost, "/v1/deposits", Action::kMoveCash, in::deposit},
    {Method::kPost, "/v1/withdrawals", Action::kMoveCash, in::withdraw},
    {Method::kPost, "/v1/transfers", Action::kMoveOwnCash, in::transfer},
    {Method::kGet, "/v1/transfers", Action::kReadStatements, in::list_transfers},
    {Method::kGet, "/v1/statements", Action::kReadStatements, in::get_statement},
    {Method::kGet, "/v1/statements/{participant}", Action::kReadStatements, in::get_bill, false,
     true},
    {Method::kGet, "/v1/ledger/trial-balance", Action::kReadAccount, in::get_trial_balance, true},

    {Method::kGet, "/v1/me", Action::kReadSelf, in::get_self},
    {Method::kPost, "/v1/participants", Action::kManageParticipants, in::open_participant},
    {Method::kGet, "/v1/participants", Action::kManageParticipants, in::list_participants},
    {Method::kGet, "/v1/participants/{participant}", Action::kReadAccount, in::get_participant},
    {Method::kPatch, "/v1/participants/{participant}", Action::kChangeSettings,
     in::change_participant},
    {Method::kPost, "/v1/participants/{participant}/keys", Action::kManageParticipants,
     in::add_key},
    {Method::kGet, "/v1/participants/{participant}/keys", Action::kManageParticipants,
     in::list_keys},
    {Method::kDelete, "/v1/keys/{key}", Action::kManageParticipants, in::revoke_key},
    {Method::kPost, "/v1/halts", Action::kHalt, in::set_halt},

    {Method::kPost, "/v1/webhooks", Action::kUseWebhooks, in::add_webhook},
    {Method::kGet, "/v1/webhooks", Action::kUseWebhooks, in::list_webhooks},
    {Method::kDelete, "/v1/webhooks/{webhook}", Action::kDropWebhook, in::drop_webhook},
    {Method::kGet, "/v1/journal", Action::kReadJournal, in::read_journal, false, true},
    {Method::kGet, "/v1/stream", Action::kReadMarketData, in::open_stream},
    {Method::kPost, "/v1/replays", Action::kReadJournal, in::start_replay},
    {Method::kGet, "/v1/operations/{operation}", Action::kReadJournal, in::get_operation},

    {Method::kGet, "/healthz", Action::kReadMarketData, in::get_health},
    {Method::kGet, "/readyz", Action::kReadMarketData, in::get_readiness},
    {Method::kGet, "/metrics", Action::kReadMarketData, in::get_metrics},
};

// One segment against one of a pattern: word, {parameter}, or either with ":verb".
bool fits(std::string_view pattern, std::string_view segment, Parameters& parameters,
          std::size_t& count) {
  if (!pattern.starts_with('{')) return pattern == segment;
  const std::string_view verb = pattern.substr(pattern.find('}') + 1);
  if (!segment.ends_with(verb)) return false;
  segment.remove_suffix(verb.size());
  if (segment.empty() || segment.find(':') != std::string_view::npos) return false;
  parameters[count++] = segment;
  return true;
}

bool fits(std::string_view pattern, const std::vector<std::string>& path, Parameters& parameters) {
  std::size_t count = 0;
  for (const std::string& segment : path) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);  // the slash
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    if (!fits(pattern.substr(0, end), segment, parameters, count)) return false;
    pattern.remove_prefix(end);
  }
  return pattern.empty();
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Match find_route(net::Method method, const std::vector<std::string>& path) {
  Match match;
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  for (const Route& route : kRoutes) {
    Parameters parameters;
    if (!fits(route.pattern, path, parameters)) continue;
    if (route.method == wanted) return {&route, parameters, {}};
    match.allow += (match.allow.empty() ? "" : ", ") + std::string(net::to_string(route.method));
  }
  return match;
}

}  // namespace tongsuan::server
