// A second book of resales: what is owed for devices that their holders gave up, who has them, and
// who is paid for them, from events that say which devices they are. It shares no code with the
// exchange.
//
// Oracles: device_seconds_are_paid_once (what is offered is free; nobody takes what is not offered,
// or at a lower price than is asked), resales_are_owed_exactly, sellers_earn_what_was_paid, and
// gaps_are_not_owed: what takers missed, as its own gaps say, is spared, and nothing else is.
#pragma once

#include <map>
#include <vector>

#include "tongsuan/exchange/exchange.h"

#include "plan.h"

namespace tongsuan::simulation {

class ResaleBook {
 public:
  using Holder = std::pair<bool, std::uint32_t>;  // a resale, or a contract; its number
  struct Payment {
    std::uint32_t to = 0;      // a participant
    std::uint32_t resale = 0;  // 0: it is the supplier
    std::int64_t amount = 0;
    Second until = 0;  // of the devices
  };
  // Device-seconds of a resale that `by` had, or missed.
  struct Part {
    std::uint32_t resale = 0;
    Holder by;
    Second from = 0, until = 0;
    std::int64_t seconds = 0;
  };
  // Who pays `amount` for devices during [from, until), at a price for a device-hour.
  struct Payer {
    Holder holder;
    std::int64_t price = 0;
    std::int64_t devices = 0;
    Second from = 0, until = 0;
    std::uint32_t supplier = 0;
  };
  [[nodiscard]] std::vector<Payment> split(const Payer& payer, std::int64_t amount) const;
  void note_income(const std::vector<Payment>& payments);

  // What was left of the price of a contract, for devices that are given up now.
  void given(std::uint32_t contract, std::int64_t price_left) { left_[contract] = price_left; }
  void offered(const exchange::ResaleOffered& event);
  // The amount that moves from the order's hold into one of its own; 0 when it only shrinks.
  [[nodiscard]] std::int64_t opened(Second at, const exchange::ResaleOpened& event,
                                    std::int64_t ppm);
  void taken(const exchange::ResaleTaken& event, std::int64_t price);
  void earned(const exchange::ResaleEarned& event);
  void over(Second at, const exchange::ResaleOver& event);
  void closed(Second at, const exchange::ResaleClosed& event);
  // What is owed up to `until`; the amount that becomes due.
  [[nodiscard]] std::int64_t meter(std::uint32_t resale, Second until);
  // Of what resales the seconds of a holder's devices are that are not paid yet, and of what these.
  [[nodiscard]] std::vector<Part> parts(Holder holder, std::int64_t devices, Second from,
                                        Second until) const;
  // Nobody owes for them as time passes.
  void spare(const Part& part);
  // So many are paid at once; the amount that becomes due.
  [[nodiscard]] std::int64_t pay_at_once(std::uint32_t resale, std::int64_t seconds);
  // An event that says so much: was it to come?
  void spared(const exchange::ResaleSpared& event);
  // Its seller gave back so much, as this book has it, and as an event has it.
  void give_back(std::uint32_t resale, std::int64_t amount);
  void returned(const exchange::ResaleReturned& event);
  // Everything that was to come has come; once after each record.
  [[nodiscard]] Verdict gaps_are_not_owed() const;
  struct Row {
    std::uint32_t seller = 0, pool = 0, order = 0, contract = 0;
    std::int64_t price = 0, ask = 0, devices = 0;
    Second from = 0, until = 0, metered = 0;  // of what is owed now
    std::int64_t cost = 0, ppm = 0;
    std::int64_t all = 0, delivered = 0, spared = 0;  // device-seconds: of the cost, and from
    bool open = false, over = false;                  // `metered` on
    std::map<Holder, std::int64_t> takes;
    std::int64_t income = 0, told = 0;  // of its seller: by this book, and by events
    [[nodiscard]] std::int64_t due() const;
    [[nodiscard]] std::int64_t deliver(std::int64_t seconds);
    [[nodiscard]] std::int64_t taken() const;
  };
  [[nodiscard]] const std::map<std::uint32_t, Row>& rows() const { return rows_; }
  [[nodiscard]] const Verdict& broken() const { return broken_; }
  [[nodiscard]] Verdict sellers_earn_what_was_paid() const;
  // Devices of a pool that are offered and that nobody has.
  [[nodiscard]] std::int64_t unsold(std::uint32_t pool) const;
  void count(Figures& figures) const;

 private:
  void fault(const char* oracle, const std::string& what);
  void add_parts(Holder holder, std::int64_t devices, const Part& part,
                 std::vector<Part>& parts) const;
  std::map<std::uint32_t, Row> rows_;
  std::vector<Part> to_be_spared_;              // events that have to follow
  std::map<std::uint32_t, std::int64_t> left_;  // by contract
  std::uint64_t opened_ = 0, sold_ = 0, recalled_ = 0, gaps_ = 0;
  Verdict broken_;
};

}  // namespace tongsuan::simulation
