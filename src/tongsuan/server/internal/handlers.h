// What each address does. A handler completes the reply of its call, at once or later.
#pragma once

namespace tongsuan::server::internal {

struct Call;

// orders.cc, order_batch.cc, order_views.cc
void submit_order(Call& call);
void submit_orders(Call& call);
void list_orders(Call& call);
void get_order(Call& call);
void amend_order(Call& call);
void cancel_order(Call& call);

// explanations.cc
void explain_order(Call& call);
void prove_order(Call& call);
void quote_order(Call& call);

// market_data.cc, rounds.cc, round_slots.cc, hub_rounds.cc
void get_market(Call& call);
void list_hubs(Call& call);
void get_hub(Call& call);
void list_hub_history(Call& call);
void list_links(Call& call);
void get_rules(Call& call);
void get_calendar(Call& call);
void list_offers(Call& call);
void list_rounds(Call& call);
void get_round(Call& call);
void get_prices(Call& call);
void get_slots(Call& call);
void get_book(Call& call);
void get_certificate(Call& call);
void close_gate(Call& call);

// supply.cc, agents.cc, contracts.cc
void put_offer(Call& call);
void assign_supplier(Call& call);
void report_nodes(Call& call);
void meter_contract(Call& call);
void end_contract(Call& call);
void report_contract(Call& call);
void settle_contract(Call& call);
void lease_hub(Call& call);
void list_work(Call& call);
void get_work(Call& call);
void list_contracts(Call& call);
void get_contract(Call& call);
// contract_log.cc
void read_log(Call& call);
void bring_log(Call& call);
void list_contract_events(Call& call);

// resales.cc
void resell_contract(Call& call);
void list_resales(Call& call);
void put_calendar(Call& call);

// money.cc, statements.cc, bills.cc
void list_accounts(Call& call);
void get_accounts(Call& call);
void deposit(Call& call);
void withdraw(Call& call);
void transfer(Call& call);
void get_trial_balance(Call& call);
void list_transfers(Call& call);
void get_statement(Call& call);
void get_bill(Call& call);
void read_journal(Call& call);

// people.cc
void get_self(Call& call);
void open_participant(Call& call);
void list_participants(Call& call);
void get_participant(Call& call);
void change_participant(Call& call);
void add_key(Call& call);
void list_keys(Call& call);
void revoke_key(Call& call);
void set_halt(Call& call);
void set_rules(Call& call);
void add_webhook(Call& call);
void list_webhooks(Call& call);
void drop_webhook(Call& call);

// replays.cc
void start_replay(Call& call);
void get_operation(Call& call);

// health.cc, feed_handlers.cc
void open_stream(Call& call);
void get_health(Call& call);
void get_readiness(Call& call);
void get_metrics(Call& call);

}  // namespace tongsuan::server::internal
