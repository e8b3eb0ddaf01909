// Things of the exchange as members of JSON.
#pragma once

#include "tongsuan/server/internal/core.h"

namespace tongsuan::server::internal {

void write_order(json::Writer& out, const Core& core, const View& view, OrderId id);
// False, and nothing written, where what was delivered as of the view is no longer known.
[[nodiscard]] bool write_contract(json::Writer& out, const Core& core, const View& view,
                                  engine::ContractId id);
[[nodiscard]] Problem to_problem(const node::Refused& refused);  // of a question about a round
[[nodiscard]] inline Problem contract_gone(engine::ContractId id) {
  return {"gone", "Events of " + id_text('C', id.value) + " so far back are in the journal only.",
          "asOf"};
}
void write_rules(json::Writer& out, const exchange::Rules& rules);
void write_closures(json::Writer& out, const TimeText& time,
                    const std::vector<exchange::Closure>& closures);
void write_resale_terms(json::Writer& out, const TimeText& time,
                        const exchange::ResaleTerms& terms);
// The member "steps": of an ask.
void write_steps(json::Writer& out, const std::vector<engine::AskStep>& steps);
// By ledger::Purpose.
inline constexpr std::string_view kPurposeNames[] = {
    "cash", "hold", "margin", "voucher", "escrow", "rent", "penalty", "rounding", "rail"};
void write_account(json::Writer& out, std::string_view key, ledger::Account account);
[[nodiscard]] std::string_view order_state(engine::OrderState state);
[[nodiscard]] std::string_view end_reason(engine::EndReason reason);
[[nodiscard]] std::string_view release_reason(engine::ReleaseReason reason);
[[nodiscard]] std::string_view halt_scope(exchange::HaltScope scope);
inline constexpr std::string_view kRoundStates[] = {"collecting", "clearing", "cleared", "empty",
                                                    "unsolved"};
[[nodiscard]] std::string_view round_state(exchange::RoundOutcome outcome);
[[nodiscard]] std::string hash_text(const Digest& digest);
// An answer that is the same for ever, with its hash and tag; 304 for whoever has it already.
void send_unchanging(Call& call, std::string_view content_type, std::string body);
// The owner of an order; kHouse where it is forgotten.
[[nodiscard]] ParticipantId owner_of(const View& view, OrderId order);
// Owner of the order, and supplier of the hub.
struct Parties {
  ParticipantId buyer, supplier;
};
[[nodiscard]] Parties parties_of(const View& view, engine::ContractId contract);
inline void write_time(json::Writer& out, std::string_view key, const TimeText& time, Second at) {
  out.text(key, time.text(at));
}

// A list as it is answered: items one after the other, and where the next page begins.
class Listing {
 public:
  // `as_of`: of the first page.
  Listing(Call& call, const Page& page, Answering& answering);
  [[nodiscard]] std::uint64_t as_of() const { return as_of_; }
  [[nodiscard]] bool full() const { return count_ >= page_.size; }
  json::Writer& item() {
    ++count_;
    return out_;
  }
  // There is more, after this.
  void more(std::string after) { after_ = std::move(after); }
  // `beside`: writes members that stand beside the items.
  void finish(const std::function<void(json::Writer&)>& beside = {});

 private:
  Call& call_;
  const Page& page_;
  std::uint64_t as_of_;
  json::Writer out_;
  std::size_t count_ = 0;
  std::optional<std::string> after_;
};

}  // namespace tongsuan::server::internal
