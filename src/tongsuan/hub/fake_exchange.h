// Test helper: an exchange in memory that keeps the rules of the interface, and a market that
// starts, extends and ends contracts. Its clock is the true one.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/metering.h"

namespace tongsuan::hub {

struct FakeExchange {
  struct Row {
    Contract contract;
    std::string work;  // in texts
    std::vector<Span> metered;
    bool over = false;  // ended by its hub, or settled: not listed
    UnixSecond over_since = 0;
    UnixSecond end = 0;
    std::string reason, detail;
    std::int64_t overrun = -1;
    std::vector<std::string> phases;
  };

  UnixSecond now = 0;
  std::uint64_t epoch = 0;
  std::string holder;
  UnixSecond lease_until = 0;
  bool accepting = false;
  std::vector<Pool> pools;
  std::map<std::string, std::vector<bool>> up;  // by class
  std::map<std::string, Row> rows;
  std::map<std::string, WorkText> texts;      // by names of tests
  std::map<std::string, Said<Done>> answers;  // by key
  std::uint64_t version = 1;                  // of the list
  std::uint64_t told = 0, refused = 0;
  std::uint32_t next = 1;
  std::vector<OutputWant> wanted;  // until it is brought
  std::vector<std::pair<OutputWant, OutputAnswer>> brought;

  void add_pool(const std::string& device_class, std::uint32_t nodes, std::uint32_t devices) {
    pools.push_back({device_class, nodes, devices});
    up[device_class] = std::vector<bool>(nodes, true);
  }

  // Contracts that run until their time end by themselves.
  void pass(UnixSecond time) {
    now = time;
    for (auto& [id, row] : rows) {
      if (row.contract.live && row.contract.until && *row.contract.until <= now) {
        end_at(row, *row.contract.until);
      }
    }
  }

  void end_at(Row& row, UnixSecond at) {
    row.contract.live = false;
    row.contract.until = at;
    row.end = at;
    ++version;
  }
  void cancel(const std::string& id) { end_at(rows.at(id), now); }

  // Whether nobody's contract is at this node.
  [[nodiscard]] bool is_free(const std::string& device_class, std::uint32_t node) const {
    return std::ranges::none_of(rows, [&](const auto& one) {
      const Contract& contract = one.second.contract;
      return contract.live && contract.device_class == device_class &&
             std::ranges::find(contract.nodes, node) != contract.nodes.end();
    });
  }

  Row& start(Contract contract, const std::string& work) {
    constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string digits;
    for (std::uint32_t rest = next++; rest > 0; rest /= 32) {
      digits.insert(digits.begin(), kDigits[rest % 32]);
    }
    contract.id = "C-" + digits;
    contract.from = contract.metered = now;
    contract.phase = "dispatched";
    contract.live = true;
    Row& row = rows[contract.id];
    row.contract = std::move(contract);
    row.contract.has_work = !work.empty();
    row.work = work;
    ++version;
    return row;
  }

  // ---- What an agent asks.
  [[nodiscard]] Said<Lease> lease(const std::string& who, std::int64_t seconds,
                                  const LeaseRequest& request) {
    if (request.epoch != 0 && request.epoch != epoch) return fence();
    if (request.epoch == 0) {
      const bool is_held = now < lease_until && holder != who;
      if (is_held && !request.take_over) return Trouble{TroubleKind::kHeld, holder + " has it"};
      ++epoch;
      holder = who;
    }
    lease_until = now + seconds;
    accepting = request.accepting;
    return Lease{epoch, lease_until, now};
  }

  // Readers may lag: what has been over for a moment is then still there, as it was before.
  [[nodiscard]] std::vector<Contract> list(bool lags) const {
    constexpr UnixSecond kMoment = 30;
    std::vector<Contract> contracts;
    for (const auto& [id, row] : rows) {
      if (row.over && !(lags && now < row.over_since + kMoment)) continue;
      contracts.push_back(row.contract);
      contracts.back().live = row.contract.live || (row.over && row.overrun < 0);
    }
    return contracts;
  }

  [[nodiscard]] Said<Done> bring(const OutputWant& want, const OutputAnswer& answer,
                                 std::uint64_t under) {
    if (under != epoch) return fence();
    if (std::erase(wanted, want) == 0) return Trouble{TroubleKind::kRefused, "nobody waits"};
    brought.emplace_back(want, answer);
    return Done{};
  }

  [[nodiscard]] Said<Done> tell(const Message& message, std::uint64_t under) {
    if (under != epoch) return fence();
    const std::string key = message_key("hub", message, under);
    const auto known = answers.find(key);
    if (known != answers.end()) return known->second;
    const std::string why = take(message);
    ++told;
    Said<Done> answer = Done{};
    if (!why.empty()) {
      ++refused;
      answer = Trouble{TroubleKind::kRefused, why};
    }
    answers.emplace(key, answer);
    ++version;
    return answer;
  }

 private:
  static Trouble fence() { return {TroubleKind::kFenced, "another agent has taken over"}; }

  // One line of whole characters. What is none would arrive as another, which is longer.
  static bool is_said_well(std::string_view detail) {
    if (detail.size() > kDetailBytesMax) return false;
    while (!detail.empty()) {
      const std::size_t length = utf8_length(detail);
      if (length == 0 || static_cast<unsigned char>(detail.front()) < 0x20) return false;
      detail.remove_prefix(length);
    }
    return true;
  }

  // Why not; empty: it is done.
  std::string take(const Message& message) {
    if (message.kind == MessageKind::kNodes) return take_nodes(message);
    const auto found = rows.find(message.contract);
    if (found == rows.end()) return "unknown";
    Row& row = found->second;
    if (message.kind == MessageKind::kReport) {
      if (!is_said_well(message.detail)) return "bad value";
      row.phases.push_back(message.word);
      if (!row.over) row.contract.phase = message.word;
      return {};
    }
    if (row.over) return "over";
    if (!is_said_well(message.detail)) return "bad value";
    if (message.kind == MessageKind::kMeter) return take_meter(row, message);
    if (message.kind == MessageKind::kEnd) {
      if (!row.contract.live) return "not running";
      row.reason = message.word;
      row.detail = message.detail;
      end_at(row, row.contract.until ? std::min(now, *row.contract.until) : now);
    } else {
      if (row.contract.live) return "running";
      row.overrun = message.end;
    }
    row.over = true;
    row.over_since = now;
    return {};
  }

  std::string take_meter(Row& row, const Message& message) {
    if (message.begin >= message.end) return "empty";
    if (message.begin < row.contract.metered) return "metered already";
    if (message.end > now) return "the future";
    if (row.contract.until && message.end > *row.contract.until) return "beyond its end";
    row.contract.metered = message.end;
    row.metered.push_back({message.begin, message.end});
    return {};
  }

  std::string take_nodes(const Message& message) {
    std::vector<bool>& nodes = up.at(message.word);
    if (message.end > static_cast<std::int64_t>(nodes.size())) return "no such nodes";
    for (std::int64_t at = message.begin; at < message.end; ++at) {
      nodes[static_cast<std::size_t>(at)] = message.up;
      for (auto& [id, row] : rows) {
        const Contract& contract = row.contract;
        const bool is_there = contract.live && contract.device_class == message.word &&
                              std::ranges::find(contract.nodes, static_cast<std::uint32_t>(at)) !=
                                  contract.nodes.end();
        if (is_there && !message.up) end_at(row, now);
      }
    }
    return {};
  }
};

}  // namespace tongsuan::hub
