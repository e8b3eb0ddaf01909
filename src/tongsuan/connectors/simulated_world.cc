#include "tongsuan/connectors/simulated_world.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "tongsuan/base/random.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::connectors {
namespace {

using engine::ContractId;
using exchange::ParticipantId;

constexpr std::string_view kJobName = "job-";
// What strangers' orders run for, of their estimates.
constexpr std::uint32_t kLeastStrangerPpm = 400'000;
constexpr Second kStrangerCheckpoint = 1'800;

// "job-17" → 17.
std::optional<std::uint32_t> job_number(std::string_view name) {
  if (!name.starts_with(kJobName)) return std::nullopt;
  const std::string_view digits = name.substr(kJobName.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole ? std::optional(number) : std::nullopt;
}

}  // namespace

SimulatedWorld::SimulatedWorld(world::Script script, std::vector<std::string> buyers, Second first)
    : script_(std::move(script)), names_(std::move(buyers)), first_(first) {
  // Work of the morning is not sent in the evening.
  while (next_job_ < script_.jobs.size() && script_.jobs[next_job_].order.latest_start < first_) {
    ++next_job_;
  }
  while (next_nodes_ < script_.nodes.size() && script_.nodes[next_nodes_].at < first_) {
    ++next_nodes_;
  }
}

Second SimulatedWorld::comes_at(std::size_t job) const {
  return std::max(first_, script_.jobs[job].order.submit);
}

std::uint32_t SimulatedWorld::actual_ppm(const exchange::State& state, OrderId order) const {
  const auto job = job_number(state.order_name(order));
  if (job && *job < script_.jobs.size()) return script_.jobs[*job].actual_ppm;
  Random random(order.value + std::uint64_t{1});
  return kLeastStrangerPpm +
         static_cast<std::uint32_t>(random.below(engine::kPpm - kLeastStrangerPpm));
}

Second SimulatedWorld::work_of(const exchange::State& state, ContractId id) const {
  const engine::Contract& contract = state.engine().contract(id);
  const engine::OrderRecord& record = state.engine().order(contract.order);
  const Second expected = engine::State::remaining(record, contract.way);
  const auto run = static_cast<Second>(static_cast<int128>(expected) *
                                       actual_ppm(state, contract.order) / engine::kPpm);
  return std::max<Second>(1, run);
}

void SimulatedWorld::add_contract(const exchange::State& state, ContractId id) {
  const engine::Contract& contract = state.engine().contract(id);
  const auto job = job_number(state.order_name(contract.order));
  if (agents_ != nullptr) {
    const bool known = job && *job < script_.jobs.size();
    const Second checkpoint = known ? script_.jobs[*job].checkpoint : kStrangerCheckpoint;
    return agents_->deliver(state, id, work_of(state, id), checkpoint);
  }
  const HubId hub = state.engine().places().pools[contract.pool.value].hub;
  ends_.push(
      {contract.start + work_of(state, id), id.value, state.hubs()[hub.value].supplier.value});
}

void SimulatedWorld::resume(const exchange::State& state) {
  const engine::State& engine = state.engine();
  for (const std::string& name : names_) buyers_.push_back(state.find_participant(name));
  // Jobs are sent in their order: the last one that came says where to go on.
  for (std::uint32_t i = 0; i < engine.order_count(); ++i) {
    const auto job = job_number(state.order_name(OrderId{i}));
    if (job && *job < script_.jobs.size()) {
      next_job_ = std::max(next_job_, std::size_t{*job} + 1);
    }
  }
  // Hubs that had agents have them for good: without a lease nothing would start there.
  const bool had = std::ranges::any_of(state.hubs(), [](const exchange::HubRecord& hub) {
    return hub.lease.holder.starts_with(kSimulatedHolder);
  });
  if (script_.hubs.agents || had) {
    world::Script truth;
    truth.nodes = script_.nodes;
    truth.hubs = script_.hubs;
    agents_ = std::make_unique<SimulatedAgents>(state, std::move(truth));
  }
  for (std::uint32_t i = 0; i < engine.contract_count(); ++i) {
    if (!engine.knows(ContractId{i})) continue;
    const bool closing =
        agents_ != nullptr && state.deliveries().presumed(ContractId{i}) != nullptr;
    if (closing || engine.contract(ContractId{i}).end < 0) add_contract(state, ContractId{i});
  }
  // Ids answer for what was sent before; only the time that has passed is skipped.
  while (next_nodes_ < script_.nodes.size() && script_.nodes[next_nodes_].at < state.now()) {
    ++next_nodes_;
  }
  resumed_ = true;
}

void SimulatedWorld::see(const exchange::State& state, const exchange::Event& event) {
  if (!resumed_) return;
  const auto* happened = std::get_if<engine::Event>(&event);
  const auto* started =
      happened == nullptr ? nullptr : std::get_if<engine::ContractStarted>(&happened->what);
  if (started != nullptr) add_contract(state, started->contract);
  if (agents_ != nullptr) agents_->see(state, event);
}

std::optional<Second> SimulatedWorld::due() const {
  std::optional<Second> first;
  if (!resumed_) return first;
  const auto take = [&](Second at) { first = first ? std::min(*first, at) : at; };
  if (next_job_ < script_.jobs.size()) take(comes_at(next_job_));
  if (agents_ != nullptr) {
    if (const auto agents = agents_->due()) take(*agents);
    return first;
  }
  if (next_nodes_ < script_.nodes.size()) take(script_.nodes[next_nodes_].at);
  if (!ends_.empty()) take(ends_.top().at);
  return first;
}

void SimulatedWorld::send_job(std::vector<exchange::Request>& requests) {
  const std::size_t job = next_job_++;
  engine::LiveOrder order = script_.jobs[job].order;
  const ParticipantId buyer = buyers_[order.account.value];
  if (buyer == ledger::kHouse) return;
  requests.push_back(
      {id_of("job", job), job, buyer,
       exchange::SubmitOrder{std::move(order), std::string(kJobName) + std::to_string(job)}});
}

void SimulatedWorld::send_nodes(std::vector<exchange::Request>& requests) {
  const std::size_t change = next_nodes_++;
  const world::NodesChange& nodes = script_.nodes[change];
  // In the exchange's name: which of the suppliers it is does not matter here.
  requests.push_back({id_of("nodes", change), change, ledger::kHouse,
                      exchange::ReportNodes{{nodes.pool, nodes.begin, nodes.end, nodes.up}}});
}

// The end pays what was delivered up to the second in which it comes.
void SimulatedWorld::send_end(std::vector<exchange::Request>& requests) {
  const End end = ends_.top();
  ends_.pop();
  const ParticipantId supplier{end.supplier};
  requests.push_back({id_of("end", end.contract), end.contract, supplier,
                      exchange::EndContract{ContractId{end.contract}}});
}

void SimulatedWorld::act(Second now, std::size_t most, std::vector<exchange::Request>& requests) {
  if (!resumed_) return;
  now_ = std::max(now_, now);
  // Work ends before new work comes.
  if (agents_ != nullptr) agents_->act(now_, most, requests);
  while (requests.size() < most && !ends_.empty() && ends_.top().at <= now_) send_end(requests);
  while (agents_ == nullptr && requests.size() < most && next_nodes_ < script_.nodes.size() &&
         script_.nodes[next_nodes_].at <= now_) {
    send_nodes(requests);
  }
  while (requests.size() < most && next_job_ < script_.jobs.size() && comes_at(next_job_) <= now_) {
    send_job(requests);
  }
}

}  // namespace tongsuan::connectors
