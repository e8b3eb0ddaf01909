// Speed of the JSON reader on one thread: a body of orders, from bytes to checked fields; and of
// the writer, back to bytes. usage: tongsuan_json_bench [ORDERS] [REPEATS]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/json/json.h"

#include "measure.h"

namespace tongsuan::json {
namespace {

using bench::Timer;

constexpr std::array<std::string_view, 3> kKinds = {"block", "curve", "profile"};

struct Order {
  std::string_view id, account, purpose;
  std::size_t kind = 0;
  std::int64_t nodes = 0, work_seconds = 0, earliest = 0, deadline = 0, limit = 0;
  std::array<std::string_view, 4> classes;
  std::array<std::int64_t, 4> devices{};
  std::size_t variants = 0;
  std::optional<std::int64_t> checkpoint;
  std::optional<bool> preempt;
};

std::string make_body(std::size_t count) {
  std::string body;
  Writer out(body);
  out.begin_object().begin_array("orders");
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    out.begin_object().text("id", "order-" + padded(i, 6)).text("account", "team-nlp");
    out.text("kind", "block").number("nodes", 1 + number % 8).number("workSeconds", 144'000);
    out.begin_object("window").number("earliest", 1'795'000'000 + number);
    out.number("deadline", 1'795'400'000 + number).end_object();
    out.decimal("limit", 14'500'000 + number, 6).begin_array("variants");
    for (const char* name : {"H100", "Ascend910B"}) {
      out.begin_object().text("class", name).number("devices", 8).end_object();
    }
    out.end_array().truth("preempt", true).text("purpose", "internal").end_object();
  }
  out.end_array().end_object();
  return body;
}

void read_variants(ObjectReader& reader, Order& order, Faults& faults) {
  const Path path(reader.path(), "variants");
  for (const Value value : reader.array("variants", order.classes.size())) {
    ObjectReader variant(value, Path(path, order.variants), faults);
    order.classes[order.variants] = variant.text("class", {.bytes_max = 32});
    order.devices[order.variants] = variant.integer("devices", {.min = 1, .max = 1024});
    variant.finish();
    ++order.variants;
  }
}

void read_order(const Value& value, const Path& path, Order& order, Faults& faults) {
  ObjectReader reader(value, path, faults);
  order = {};
  order.id = reader.text("id", {.bytes_max = 64});
  order.account = reader.text("account", {.bytes_max = 64});
  order.kind = reader.choice("kind", kKinds);
  order.nodes = reader.integer("nodes", {.min = 1, .max = 4096});
  order.work_seconds = reader.integer("workSeconds", {.min = 1});
  const Path window_path(reader.path(), "window");
  if (const std::optional<Value> inner = reader.member("window")) {
    ObjectReader window(*inner, window_path, faults);
    order.earliest = window.integer("earliest", {.min = 0});
    order.deadline = window.integer("deadline", {.min = 0});
    window.finish();
  }
  order.limit = reader.decimal("limit", 6, {.min = 0});
  read_variants(reader, order, faults);
  order.checkpoint = reader.optional_integer("checkpointSeconds");
  order.preempt = reader.optional_truth("preempt");
  order.purpose = reader.text("purpose", {.bytes_max = 32});
  reader.finish();
}

std::int64_t read_body(Document& document, std::string_view body, std::vector<Order>& orders) {
  const Result<Value> root = document.parse(body);
  if (!root.ok()) std::abort();
  Faults faults;
  ObjectReader top(root.value(), Path(), faults);
  const Path path(top.path(), "orders");
  std::size_t count = 0;
  for (const Value value : top.array("orders", orders.size())) {
    read_order(value, Path(path, count), orders[count], faults);
    ++count;
  }
  top.finish();
  if (!faults.empty()) std::abort();
  return orders[count - 1].limit;
}

// The bytes of a pass over `bytes`, in the fastest of the repeats.
void print(const char* name, std::size_t bytes, std::size_t orders, int repeats,
           const std::function<void()>& work) {
  constexpr int kPasses = 200;
  double best = 1e9;
  for (int i = 0; i < repeats; ++i) {
    const Timer timer;
    for (int pass = 0; pass < kPasses; ++pass) work();
    best = std::min(best, timer.cpu() / kPasses);
  }
  std::printf("%-44s %7.0f MB/s  %9.0f orders/s  %6.1f us\n", name,
              static_cast<double>(bytes) / best * 1e-6, static_cast<double>(orders) / best,
              best * 1e6);
}

int run(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(argc > 1 ? std::max(1L, std::atol(argv[1])) : 256);
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::string body = make_body(count);
  std::vector<Order> orders(count);
  Document document;
  std::int64_t check = 0;
  std::printf("%zu orders, %zu bytes, %zu an order\n", count, body.size(), body.size() / count);
  std::string copy(body.size(), '\0');
  print("plain copy of the body", body.size(), count, repeats, [&] {
    std::memcpy(copy.data(), body.data(), body.size());
    check += copy[static_cast<std::size_t>(check) % copy.size()];
  });
  print("parse: syntax, UTF-8, depth, duplicate names", body.size(), count, repeats,
        [&] { check += document.parse(body).ok() ? 1 : 0; });
  print("parse, and read every field", body.size(), count, repeats,
        [&] { check += read_body(document, body, orders); });
  print("the slow twin (syntax only)", body.size(), count, repeats,
        [&] { check += find_syntax_fault(body, kDepthMax) ? 1 : 0; });
  print("write", body.size(), count, repeats,
        [&] { check += static_cast<std::int64_t>(make_body(count).size()); });
  std::printf("check %lld; peak %.0f MB\n", static_cast<long long>(check), bench::peak_megabytes());
  return 0;
}

}  // namespace
}  // namespace tongsuan::json

int main(int argc, char** argv) {
  return tongsuan::json::run(argc, argv);
}
