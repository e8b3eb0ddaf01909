// A second book of what agents of hubs said, and what was paid for it. What agents said it has from
// those who said it; what became of it, from events. It shares no code with the exchange.
//
// Oracles:
//   nothing_starts_without_a_lease  of its hub, that runs and wants contracts
//   fenced_agents_change_nothing    whoever was taken over is never answered that it is done
//   delivered_is_paid_once          of a contract that began under an agent its buyer paid for the
//                                   seconds that agents told, each once, and for no other
//   what_was_missed_goes_back       of what was presumed, from everybody who had a part of it, to
//                                   whoever had paid it: buyers, and sellers who owed for the
//                                   devices
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "tongsuan/base/int128.h"
#include "tongsuan/exchange/exchange.h"

#include "plan.h"

namespace tongsuan::simulation {

class DeliveryBook {
 public:
  explicit DeliveryBook(const engine::Places& places);

  // A request in the name of a hub; `until` 0: of no stretch of a contract.
  struct Word {
    std::uint32_t hub = 0, epoch = 0, contract = 0;
    Second from = 0, until = 0;
  };
  void said(const exchange::Request& request, const Word& word);

  void leased(const exchange::HubLeased& event);
  void answered(const exchange::Answered& event);
  [[nodiscard]] bool has_agent(std::uint32_t pool) const { return leases_[hubs_[pool]].epoch > 0; }
  // `rate`: what a second of it costs, in micro-yuan · 3,600.
  void started(Second at, std::uint32_t contract, std::uint32_t pool, int128 rate);
  void paid(std::uint32_t contract, std::int64_t amount);
  void missed() { ++gaps_; }
  void ended(std::uint32_t contract);

  // A payment for [from, until), which nobody has told of yet, and who has it.
  struct Payment {
    std::uint32_t payer = 0;
    std::uint32_t owed = 0;  // the resale that owed it; 0: the buyer paid it
    Second from = 0, until = 0;
    struct Share {
      std::uint32_t payee = 0;
      std::uint32_t earned = 0;  // the resale; 0: it is the supplier's, of all that time
      std::int64_t amount = 0;
      Second until = 0;
      std::int64_t back = 0;  // goes back, as was found at the end
    };
    std::vector<Share> shares;
    [[nodiscard]] std::int64_t amount() const;
  };
  struct Presumed {
    std::uint32_t buyer = 0, supplier = 0, pool = 0;
    Second from = 0, until = 0;
    std::vector<Payment> payments;  // the buyer's first
    int128 asked = 0;               // by the supplier, for a second
    Second due = 0, told = 0;
    std::vector<std::pair<Second, Second>> gaps;
    [[nodiscard]] Second missed(Second begin, Second end) const;
    // The supplier's part of a payment.
    [[nodiscard]] std::int64_t supplied(std::size_t payment) const;
  };
  void presumed(std::uint32_t contract, const Presumed& what);
  void shared(const exchange::DeliveryShared& event);
  void told(const exchange::DeliveryTold& event);
  void returned(const exchange::ResaleReturned& event) { returned_.push_back(event); }
  void refunded(const exchange::ResaleRefunded& event) { refunded_.push_back(event); }
  struct Settled {
    Presumed what;
    std::int64_t late = 0;  // the price of what was missed beyond the grace
  };
  [[nodiscard]] Settled settled(Second at, const exchange::DeliverySettled& event);
  // Everything that was to come has come; once after each record.
  [[nodiscard]] Verdict what_was_missed_goes_back() const;
  // What a participant has in escrow.
  [[nodiscard]] std::int64_t in_escrow(std::uint32_t participant) const;
  [[nodiscard]] const std::map<std::uint32_t, Presumed>& open() const { return open_; }
  void fault(const char* oracle, const std::string& what);
  [[nodiscard]] const Verdict& broken() const { return broken_; }
  void count(Figures& figures) const;

 private:
  struct Contract {
    int128 rate = 0;
    Second told_to = 0;
    Second seconds = 0;  // that agents told of
    std::int64_t paid = 0, payments = 0;
  };
  using Key = std::pair<exchange::CommandId, std::uint64_t>;
  void judge(std::uint32_t contract);
  static void find_back(Presumed& what);
  void compare(std::uint32_t contract, const Presumed& what);

  std::vector<std::uint32_t> hubs_;  // by pool
  std::vector<exchange::Lease> leases_;
  std::map<Key, Word> words_;
  std::map<std::uint32_t, Contract> contracts_;  // that began under an agent
  std::map<std::uint32_t, Presumed> open_;
  // Shares that events have to tell of, and what events told of their end.
  std::vector<exchange::PresumedShare> to_be_shared_;
  std::vector<exchange::ResaleReturned> returned_;
  std::vector<exchange::ResaleRefunded> refunded_;
  std::uint64_t resold_ = 0, chains_ = 0, seller_refunds_ = 0, owed_refunds_ = 0;
  std::uint64_t taken_ = 0, fenced_ = 0, gaps_ = 0, presumed_ = 0, refunds_ = 0, late_ = 0;
  std::uint64_t unheard_ = 0, judged_ = 0;
  Verdict broken_;
};

}  // namespace tongsuan::simulation
