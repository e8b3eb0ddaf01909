// Orders by the hundred: the way of whoever sends many.
//
// All that does not depend on the answers is written on the thread of the connection; the sequencer
// adds ids and sequences and hands the reply over.
#include "tongsuan/server/internal/batch.h"
#include "tongsuan/server/internal/handlers.h"
#include "tongsuan/server/internal/order_body.h"

namespace tongsuan::server::internal {
namespace {

constexpr std::size_t kBatchOrdersMax = 256;

}  // namespace

// One batch whose answers are due.
class Batch {
 public:
  Batch(Batches& batches, net::Reply reply, std::size_t count)
      : batches_(batches), reply_(std::move(reply)) {
    slots_.reserve(count);
    text_.reserve(count * 96);
  }

  void add(std::string_view key, std::int64_t hold) {
    Slot& slot = begin(key);
    append_money(text_, hold);
    slot.hold_end = text_.size();
    slot.hold = hold;
    ++due_;
  }
  // What needs no answer.
  void add(std::string_view key, const Problem& problem) {
    Slot& slot = begin(key);
    append_problem(text_, problem);
    slot.hold_end = text_.size();
    slot.refused = true;
  }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] std::size_t due() const { return due_; }
  net::Reply& reply() { return reply_; }

  // On the sequencer's thread. After the last one the batch is no more.
  void answer(std::uint32_t index, const exchange::Answer& answer) {
    slots_[index].answer = answer;
    if (--due_ > 0) return;
    send();
    batches_.remove(this);
  }
  void send() {
    std::string body = R"({"results":[)";
    body.reserve(text_.size() + slots_.size() * 128);
    std::uint64_t last = 0;
    std::size_t at = 0;
    for (const Slot& slot : slots_) {
      if (at > 0) body += ',';
      body.append(text_, at, slot.key_end - at);
      write(slot, body);
      last = std::max(last, slot.answer.sequence);
      at = slot.hold_end;
    }
    body += "]}";
    reply_.send(json_response(std::move(body), last));
  }

 private:
  struct Slot {
    std::size_t key_end = 0, hold_end = 0;  // in text_
    std::int64_t hold = 0;
    bool refused = false;
    exchange::Answer answer;
  };

  Slot& begin(std::string_view key) {
    text_ += R"({"idempotencyKey":")";
    text_ += key;  // has nothing to escape
    text_ += R"(",)";
    slots_.push_back({});
    slots_.back().key_end = text_.size();
    return slots_.back();
  }

  void write(const Slot& slot, std::string& body) const {
    const std::string_view rest =
        std::string_view(text_).substr(slot.key_end, slot.hold_end - slot.key_end);
    if (slot.refused || slot.answer.code != exchange::Code::kDone) {
      body += R"("state":"refused","problem":)";
      if (slot.refused) {
        body += rest;
      } else {
        append_problem(body, problem_of(slot));
      }
    } else {
      body += R"("id":")";
      append_id(body, 'O', slot.answer.value);
      body += R"(","sequence":")";
      append_whole(body, slot.answer.sequence);
      body += R"(","state":"accepted","hold":)";
      body += rest;
    }
    body += '}';
  }

  static Problem problem_of(const Slot& slot) {
    if (slot.answer.code == exchange::Code::kUsedId) {
      return {"used-id", "The key came with another request before.", "idempotencyKey"};
    }
    return {code_of(slot.answer.code),
            "The order would hold " + money_text(slot.hold) + ".",
            {},
            slot.answer.sequence};
  }

  Batches& batches_;
  net::Reply reply_;
  std::string text_;  // of each slot: key, then hold or problem
  std::vector<Slot> slots_;
  std::size_t due_ = 0;
};

Batches::Batches() = default;
Batches::~Batches() = default;

Batch& Batches::make(net::Reply reply, std::size_t count) {
  auto batch = std::make_unique<Batch>(*this, std::move(reply), count);
  Batch& made = *batch;
  const std::lock_guard lock(mutex_);
  batches_.emplace(&made, std::move(batch));
  return made;
}

void Batches::remove(Batch* batch) {
  const std::lock_guard lock(mutex_);
  batches_.erase(batch);
}

namespace {

// Small enough for std::function to keep without memory of its own.
struct Answered {
  Batch* batch;
  std::uint32_t index;
  void operator()(const exchange::Answer& answer) const { batch->answer(index, answer); }
};

// The keys of all items, or nothing when the call was refused.
bool read_keys(Call& call, const json::Value& value,
               std::vector<std::pair<std::string_view, json::Value>>& orders) {
  json::Faults faults;
  const json::Path root;
  json::ObjectReader object(value, root, faults);
  const json::Items items = object.array("orders", kBatchOrdersMax);
  object.finish();
  const json::Path path(root, "orders");
  for (const json::Value item : items) {
    const json::Path at(path, orders.size());
    json::ObjectReader pair(item, at, faults);
    const std::string_view key = pair.text("idempotencyKey", {.bytes_min = 8, .bytes_max = 64});
    const auto order = pair.member("order");
    pair.finish();
    if (!key.empty() && !is_idempotency_key(key)) {
      pair.fault("idempotencyKey", "must have letters, digits, \".\", \"_\" and \"-\" only");
    }
    orders.emplace_back(key, order.value_or(json::Value()));
  }
  if (orders.empty() && faults.empty()) object.fault("orders", "must have at least one item");
  return is_good(call, faults);
}

}  // namespace

void submit_orders(Call& call) {
  Query query(call);
  if (!query.finish()) return;
  const auto value = read_body(call);
  if (!value) return;
  std::vector<std::pair<std::string_view, json::Value>> orders;
  orders.reserve(kBatchOrdersMax);
  if (!read_keys(call, *value, orders)) return;
  Core& core = call.core;
  const auto taken = core.door.take(*call.caller, static_cast<std::int64_t>(orders.size()));
  if (!taken.ok()) {
    ++core.counters.refused_by_rate;
    return refuse(call, server::to_problem(taken.error()));
  }
  const Second now = core.node.clock().now();
  const ParticipantId actor = call.actor();
  Batch& batch = core.batches.make(std::move(call.reply), orders.size());
  std::vector<node::Node::Request> requests;
  requests.reserve(orders.size());
  const json::Path root;
  for (const auto& [key, order] : orders) {
    OrderBody body = read_order(core, order, root, now);
    if (body.problem) {
      batch.add(key, *body.problem);
      continue;
    }
    const auto index = static_cast<std::uint32_t>(batch.size());
    batch.add(key, hold_of(body.order));
    // As if it had been sent alone.
    requests.push_back({{command_id(actor, key), fingerprint("POST", "/v1/orders", &order), actor,
                         exchange::SubmitOrder{std::move(body.order), std::string(body.name)}},
                        Answered{&batch, index}});
  }
  core.counters.orders += requests.size();
  if (requests.empty()) {
    batch.send();
    return core.batches.remove(&batch);
  }
  const node::Accepted accepted = core.node.submit(std::move(requests));
  if (accepted == node::Accepted::kYes) return;
  batch.reply().send(to_response(server::to_problem(accepted)));
  core.batches.remove(&batch);
}

}  // namespace tongsuan::server::internal
