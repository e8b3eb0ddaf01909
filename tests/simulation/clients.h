// Who asks the exchange: an operator, buyers, and the suppliers' hubs; and the network between.
//
// Model. A *call* is a request that a client made once, with an id of its own. The client keeps it
// before it sends it, sends it until it has an answer, and sends some again after that. Messages
// are lost, doubled, delayed and overtaken. Now and then a client uses an id again for another
// body. Hubs learn of contracts from durable events only, end them when their work is done, meter,
// and lose nodes. In half of the worlds hub 0 has agents: two that take its lease from each other,
// renew it or let it run out, go on though they are fenced, meter with gaps, and have the last word
// on what the exchange ended, or say nothing. In half of these worlds buyers have long work there,
// and give it up while it runs, whoever's devices it has.
//
// Oracles: a_client_hears_one_answer, and what witness.h says of answers.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/exchange/exchange.h"

#include "plan.h"
#include "witness.h"

namespace tongsuan::simulation {

struct Call {
  exchange::Request request;
  std::string text;  // for the trace
  std::optional<exchange::Answer> answer;
  bool strange = false;  // uses the id of another call
};

class Clients {
 public:
  Clients(std::uint64_t seed, Witness& witness);

  // A client makes a call, or sends one again.
  void step(Second now);
  // Without new calls: whatever has no answer is sent again.
  void step_to_end(Second now);
  // A message that reaches its addressee, if any is on its way: the index of its call.
  [[nodiscard]] std::optional<std::size_t> deliver();
  [[nodiscard]] const Call& call(std::size_t index) const { return calls_[index]; }
  // An answer was released for a call; it may be lost on its way.
  [[nodiscard]] Verdict answered(std::size_t index, const exchange::Answer& answer, bool lost);
  // A durable event: hubs listen.
  void see(Second at, const exchange::Event& event);
  [[nodiscard]] bool all_answered() const;
  [[nodiscard]] bool hubs_are_empty() const { return running_.empty(); }
  [[nodiscard]] bool have_agents() const { return have_agents_; }

 private:
  struct Running {
    std::uint32_t pool = 0;
    Second begin = 0;
    Second done = 0;  // when its work is done
  };
  // Of what a contract is presumed to have had.
  struct Presumed {
    std::uint32_t pool = 0;
    Second told = 0, until = 0;
  };
  using Id = exchange::ParticipantId;
  void make(Id actor, exchange::Command command, const std::string& text);
  // In the name of a hub.
  void speak(Id actor, const DeliveryBook::Word& word, exchange::Command command,
             const std::string& text);
  void send(std::size_t index);
  void send_again();
  void reuse_id();
  bool set_up();
  void operator_acts(Second now);
  void buyer_acts(Id buyer, Second now);
  void resell(Id buyer, Second now);
  // Its owner cancels something that runs at hub 0. False: nothing does.
  bool give_up();
  [[nodiscard]] engine::LiveOrder long_order(Second now);
  void set_calendar(Second now);
  void submit(Id buyer, Second now);
  [[nodiscard]] engine::LiveOrder some_order(Second now);
  [[nodiscard]] OrderId some_order_id();
  void submit_package(Id buyer, Second now);
  [[nodiscard]] engine::PackageLeg some_leg(Second from);
  [[nodiscard]] engine::Alternative some_alternative(Second from, bool one_place);
  [[nodiscard]] engine::Package some_package(Second now);
  [[nodiscard]] std::vector<engine::AskStep> steps(const engine::Pool& pool);
  void supplier_acts(Id supplier, Second now);
  void hub_reports(Id supplier, std::uint32_t contract, const Running& running, Second now);
  void meter(Id supplier, std::uint32_t contract, const Running& running, Second now);
  // Hub 0's agents. False: there is nothing to say.
  bool agent_acts();
  void take_or_renew();
  void has_last_word(Id supplier);
  // The epoch that whoever speaks for a hub believes in.
  [[nodiscard]] std::uint32_t epoch_of(std::uint32_t hub);
  [[nodiscard]] std::uint32_t hub_of(std::uint32_t pool) const {
    return witness_.state().engine().places().pools[pool].hub.value;
  }
  void learn(const Call& call);
  [[nodiscard]] Id supplier_of(std::uint32_t pool) const;

  Random random_;
  Witness& witness_;
  const std::uint32_t buyers_;
  const bool have_agents_;
  const bool give_up_;                     // work at hub 0, again and again
  std::array<std::uint32_t, 2> epochs_{};  // of its agents, as they were answered
  std::size_t agent_ = 0;                  // who acts
  bool silent_ = false;                    // says no last words
  std::vector<Call> calls_;
  std::vector<std::size_t> open_;      // calls without an answer
  std::vector<std::size_t> messages_;  // on their way
  std::vector<Id> participants_;       // two suppliers, then buyers; as they were answered
  std::size_t setup_next_ = 0;
  std::uint32_t orders_ = 0;  // highest order that anybody heard of, plus one
  std::map<std::uint32_t, Running> running_;
  std::map<std::uint32_t, Presumed> presumed_;
};

}  // namespace tongsuan::simulation
