#include "tongsuan/exchange/exchange.h"

#include <algorithm>

#include "tongsuan/exchange/internal/executor.h"
#include "tongsuan/exchange/snapshot.h"

namespace tongsuan::exchange {
namespace {

[[nodiscard]] bool has_id(const Request& request) {
  return std::ranges::any_of(request.id, [](std::uint8_t byte) { return byte != 0; });
}

}  // namespace

Exchange::Exchange(engine::Places places, Second opened, TestSwitches switches)
    : places_(places),
      switches_(switches),
      state_(std::move(places), opened),
      executor_(std::make_unique<Executor>(state_, switches)) {
  if (switches_.settles_twice) state_.stop_checking();
}
Exchange::~Exchange() = default;

void Exchange::execute(Second at, Request request, Output& output) {
  executor_->run(std::max(at, state_.now()), request, output);
}

namespace {

// Between events of a record a participant may be half there; after it nobody is.
std::optional<std::string> unfinished(const State& state) {
  const std::size_t participants = state.participants().size();
  const bool whole = participants == state.engine().places().accounts.size() &&
                     participants == state.money().participant_count();
  return whole ? std::nullopt : std::optional<std::string>("a participant is half opened");
}

}  // namespace

std::optional<Misfit> Exchange::replay(std::string_view record, const Seen& see) {
  bool begun = false;
  std::optional<std::string> misfit;
  std::size_t number = 0;
  auto broken = reader_.read(record, [&](Second at, const Event& event) {
    if (!begun) {
      if (at < state_.now()) misfit = "the second is before that of the record before";
      if (misfit) return false;
      state_.begin_record(at);
      begun = true;
    }
    ++number;
    if (const auto* money = std::get_if<MoneyEvent>(&event)) {
      misfit = state_.apply(money->view());
    } else if (const auto* happened = std::get_if<engine::Event>(&event)) {
      misfit = state_.apply(*happened);
    } else {
      misfit = state_.apply(std::get<OwnEvent>(event));
    }
    if (!misfit && see) see(at, event);
    return !misfit;
  });
  if (!broken && misfit) {
    broken = Misfit{0, "event " + std::to_string(number) + " does not fit: " + *misfit};
  }
  if (broken || !begun) return broken;
  if (auto half = unfinished(state_)) return Misfit{0, "the record ends too early: " + *half};
  return std::nullopt;
}

std::string Exchange::snapshot() const {
  return write_snapshot(state_);
}

Result<Done> Exchange::restore(std::string_view snapshot) {
  TONGSUAN_TRY(State state, read_snapshot(snapshot, places_));
  state_ = std::move(state);
  if (switches_.settles_twice) state_.stop_checking();
  return Done{};
}

std::uint64_t fingerprint(std::string_view body) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a: tells bodies apart, proves nothing
  for (const char byte : body) {
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001B3ULL;
  }
  return hash;
}

// ---- Executor: the frame ---------------------------------------------------------------------

void Executor::run(Second at, Request& request, Output& output) {
  output.record.clear();
  output.engine_events.clear();
  output.answer = {};
  output_ = &output;
  at_ = at;
  actor_ = request.actor;
  value_ = 0;
  opened_ = {};
  agent_ends_ = false;
  const bool once = has_id(request);
  const Repeats::Row* before = once ? state_.repeats().find(request.id) : nullptr;
  if (before != nullptr && !switches_.no_repeats) {
    const bool same = before->fingerprint == request.fingerprint;
    output.answer = {same ? before->code : Code::kUsedId, same, same ? before->value : 0,
                     before->sequence};
    return;
  }
  const bool known = state_.participant(actor_) != nullptr;
  output.answer.code = known ? std::visit(*this, request.what) : Code::kUnknown;
  output.answer.value = value_;
  if (once && before == nullptr)
    emit(Answered{request.id, request.fingerprint, output.answer.code, value_});
  if (!output.record.empty()) output.answer.sequence = state_.sequence();
}

// The first event of a record begins it.
void Executor::begin() {
  if (!output_->record.empty()) return;
  RecordWriter(output_->record, at_);
  state_.begin_record(at_);
}

void Executor::emit(const engine::Event& event) {
  begin();
  const auto misfit = state_.apply(event);
  TONGSUAN_CHECK(!misfit);
  RecordWriter::resume(output_->record).add(event);
  output_->engine_events.push_back(event);
}

void Executor::emit(const OwnEvent& event) {
  begin();
  const auto misfit = state_.apply(event);
  TONGSUAN_CHECK(!misfit);
  RecordWriter::resume(output_->record).add(event);
}

void Executor::emit_money() {
  begin();
  const ledger::Event event = money_events_.back();
  const auto misfit = state_.apply(event);
  TONGSUAN_CHECK(!misfit);
  RecordWriter::resume(output_->record).add(event);
}

std::optional<Code> Executor::ask_engine(engine::Command command) {
  engine_events_.clear();
  const auto refusal = engine::decide(state_.engine(), at_, std::move(command), engine_events_);
  return refusal ? std::optional(to_code(*refusal)) : std::nullopt;
}

void Executor::emit_engine() {
  for (const engine::Event& event : engine_events_) emit(event);
}

std::optional<Code> Executor::ask_money(std::span<const ledger::Leg> legs,
                                        const ledger::Reason& why) {
  money_events_.clear();
  const ledger::EntryId id{ledger::kHouse,
                           state_.money().participant(ledger::kHouse).last_number + 1};
  const auto answer = decider_.decide(state_.money(), at_, {id, why, legs}, money_events_);
  if (!answer.ok()) return to_code(answer.error());
  money_answer_ = answer.value();
  return std::nullopt;
}

void Executor::pay(std::span<const ledger::Leg> legs, const ledger::Reason& why) {
  const auto refused = ask_money(legs, why);
  TONGSUAN_CHECK(!refused);
  emit_money();
}

std::size_t Executor::room_for_holds() const {
  const auto& holds = state_.money().holds();
  return switches_.no_room ? 0 : ledger::kHoldsMax - holds.rows.size() + holds.free.size();
}

}  // namespace tongsuan::exchange
