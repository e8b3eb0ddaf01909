#include "tongsuan/hub/http_exchange.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/text.h"
#include "tongsuan/cluster/cluster.h"
#include "tongsuan/hub/times.h"
#include "tongsuan/json/document.h"
#include "tongsuan/json/object_reader.h"
#include "tongsuan/json/writer.h"
#include "tongsuan/net/target.h"
#include "tongsuan/remote/private_file.h"

namespace tongsuan::hub {
namespace {

using net::Method;

constexpr std::size_t kNodesMax = 100'000;
constexpr std::size_t kPoolsMax = 1'000;
constexpr std::int64_t kPageSize = 500;
constexpr json::Limits kBodyLimits{.bytes_max = json::kBytesMax};
constexpr json::TextLimits kNameLimits{.bytes_max = 256};
constexpr std::string_view kStreams[] = {"stdout", "stderr"};  // by cluster::Stream

std::string hub_target(std::string_view hub) {
  return "/v1/hubs/" + net::encode_percent(hub);
}

Trouble bad_answer(const std::string& what) {
  return {TroubleKind::kAway, "the exchange's answer cannot be read: " + what};
}

UnixSecond time_of(json::ObjectReader& row, std::string_view key) {
  const auto time = read_time(row.text(key));
  if (!time) row.fault(key, "is no time");
  return time.value_or(0);
}
// A member may be null where there is none.
std::optional<UnixSecond> optional_time(json::ObjectReader& row, std::string_view key) {
  const auto value = row.optional_member(key);
  if (!value || value->type() == json::Type::kNull) return std::nullopt;
  const auto text = value->as_text();
  const auto time = text.ok() ? read_time(text.value()) : std::nullopt;
  if (!time) row.fault(key, "is no time");
  return time;
}

Contract read_contract(json::ObjectReader& row) {
  Contract contract;
  contract.id = row.text("contract", kNameLimits);
  if (!cluster::is_contract(contract.id)) row.fault("contract", "is no id");
  contract.participant = row.text("participant", kNameLimits);
  contract.device_class = row.text("class", kNameLimits);
  for (const json::Value node : row.array("nodes", kNodesMax)) {
    const auto at = node.as_uint64();
    if (!at.ok() || at.value() >= kNodesMax) row.fault("nodes", "has no position");
    contract.nodes.push_back(at.ok() ? static_cast<std::uint32_t>(at.value()) : 0);
  }
  std::ranges::sort(contract.nodes);
  contract.devices_per_node =
      static_cast<std::uint32_t>(row.integer("devicesPerNode", {.min = 1, .max = 65'535}));
  contract.from = time_of(row, "from");
  contract.until = optional_time(row, "until");
  contract.metered = time_of(row, "metered");
  contract.phase = row.text("phase", kNameLimits);
  contract.live = row.truth("live");
  contract.has_work = row.truth("work");
  return contract;
}

OutputWant read_want(json::ObjectReader& row) {
  OutputWant want;
  want.contract = row.text("contract", kNameLimits);
  if (!cluster::is_contract(want.contract)) row.fault("contract", "is no id");
  want.stream = static_cast<cluster::Stream>(row.choice("stream", kStreams));
  const auto from = row.optional_integer("from", {.min = 0});
  const auto tail = row.optional_integer("tail", {.min = 1});
  if (from.has_value() == tail.has_value()) row.fault("from", "or tail, one of them, is needed");
  if (from) want.extent.from = static_cast<std::uint64_t>(*from);
  if (tail) want.extent.tail = static_cast<std::uint64_t>(*tail);
  return want;
}

std::vector<Transfer> read_transfers(json::ObjectReader& text, std::string_view key) {
  std::vector<Transfer> transfers;
  const json::Path path(text.path(), key);
  std::size_t index = 0;
  for (const json::Value item : text.optional_array(key, kTransfersMax)) {
    const json::Path at(path, index++);
    json::ObjectReader row(item, at, text.faults());
    Transfer transfer;
    transfer.from = row.text("from", {.bytes_max = 1'024});
    transfer.to = row.text("to", {.bytes_max = 1'024});
    transfers.push_back(std::move(transfer));
  }
  return transfers;
}

class HttpExchange final : public Exchange {
 public:
  HttpExchange(remote::Exchange remote, HttpExchangeOptions options)
      : remote_(std::move(remote)), options_(std::move(options)) {}

  Said<Lease> lease(const LeaseRequest& request) override {
    std::string body;
    json::Writer out(body);
    out.begin_object().text("holder", options_.holder).number_unsigned("epoch", request.epoch);
    out.number("seconds", options_.lease_seconds).truth("takeOver", request.take_over);
    out.truth("accepting", request.accepting);
    if (!request.detail.empty()) out.text("detail", request.detail);
    out.end_object();
    remote::Call call{.method = Method::kPost, .target = hub_target(options_.hub) + ":lease"};
    call.body = std::move(body);
    // Asked twice it is two requests: each is answered by the state that it finds.
    call.key = "lease-" + remote::random_text(18);
    TONGSUAN_TRY(const remote::Reply reply, ask(call));
    return read_lease(reply);
  }

  Said<std::optional<std::vector<Contract>>> contracts() override {
    std::vector<Contract> all;
    std::string next;
    std::string etag;
    wanted_.clear();
    do {
      remote::Call call;
      call.target = remote::with_query(hub_target(options_.hub) + "/work", "pageSize",
                                       std::to_string(kPageSize));
      call.target = remote::with_query(call.target, "pageToken", next);
      // Of several pages the first does not tell whether the others have changed.
      if (next.empty() && !etag_.empty()) call.more.list.push_back({"if-none-match", etag_});
      TONGSUAN_TRY(const remote::Reply reply, ask(call));
      if (reply.status == 304) return std::optional<std::vector<Contract>>();
      TONGSUAN_TRY(WorkPage page, read_work_page(reply.body));
      etag = next.empty() && page.next.empty() ? reply.etag : "";
      if (next.empty()) wanted_ = std::move(page.wanted);
      next = std::move(page.next);
      std::ranges::move(page.contracts, std::back_inserter(all));
      if (all.size() > kContractsMax) return bad_answer("too many contracts");
    } while (!next.empty());
    etag_ = etag;
    return std::optional(std::move(all));
  }

  [[nodiscard]] const std::vector<OutputWant>& wanted() const override { return wanted_; }

  Said<Done> bring(const OutputWant& want, const OutputAnswer& answer,
                   std::uint64_t epoch) override {
    remote::Call call{.method = Method::kPost, .target = "/v1/contracts/" + want.contract + "/log"};
    call.body = body_of(want, answer);
    call.more.list.push_back({"hub-epoch", std::to_string(epoch)});
    TONGSUAN_TRY([[maybe_unused]] const remote::Reply reply, ask(call));
    return Done{};
  }

  Said<WorkText> work(const std::string& contract) override {
    TONGSUAN_TRY(const remote::Reply reply,
                 ask({.target = "/v1/contracts/" + net::encode_percent(contract) + "/work"}));
    return read_work_text(reply.body);
  }

  Said<std::vector<Pool>> pools() override {
    TONGSUAN_TRY(const remote::Reply reply, ask({.target = hub_target(options_.hub)}));
    return read_pools(reply.body);
  }

  Said<Done> tell(const Message& message, std::uint64_t epoch) override {
    remote::Call call{.method = Method::kPost, .target = target_of(options_.hub, message)};
    call.body = body_of(message);
    call.key = message_key(options_.hub, message, epoch);
    call.more.list.push_back({"hub-epoch", std::to_string(epoch)});
    TONGSUAN_TRY([[maybe_unused]] const remote::Reply reply, ask(call));
    return Done{};
  }

 private:
  Said<remote::Reply> ask(const remote::Call& call) {
    remote::Asked<remote::Reply> reply = remote_.ask(call);
    if (!reply.ok()) return trouble_of(reply.error());
    return std::move(reply).value();
  }

  [[nodiscard]] Said<Lease> read_lease(const remote::Reply& reply) const {
    json::Document document;
    const Result<json::Value> root = document.parse(reply.body);
    if (!root.ok()) return bad_answer(root.error().context);
    json::Faults faults;
    json::ObjectReader row(root.value(), json::Path(), faults);
    const auto now = remote::http_date(reply.date);
    Lease lease;
    lease.epoch = static_cast<std::uint64_t>(row.integer("epoch", {.min = 1}));
    const auto until = optional_time(row, "until");
    if (!faults.empty()) return bad_answer(faults.text());
    if (!now) return bad_answer("no Date");
    lease.now = *now;
    lease.until = until.value_or(*now + options_.lease_seconds);
    return lease;
  }

  remote::Exchange remote_;
  HttpExchangeOptions options_;
  std::string etag_;
  std::vector<OutputWant> wanted_;
};

}  // namespace

std::unique_ptr<Exchange> make_http_exchange(remote::Exchange remote, HttpExchangeOptions options) {
  return std::make_unique<HttpExchange>(std::move(remote), std::move(options));
}

std::string target_of(std::string_view hub, const Message& message) {
  if (message.kind == MessageKind::kNodes) return hub_target(hub) + "/nodes:report";
  return "/v1/contracts/" + message.contract + ':' + std::string(to_string(message.kind));
}

std::string body_of(const Message& message) {
  std::string body;
  json::Writer out(body);
  out.begin_object();
  switch (message.kind) {
    case MessageKind::kReport:
    case MessageKind::kEnd:
      out.text(message.kind == MessageKind::kEnd ? "reason" : "phase", message.word);
      if (!message.detail.empty()) out.text("detail", message.detail);
      break;
    case MessageKind::kMeter:
      out.text("from", write_time(message.begin)).text("until", write_time(message.end));
      break;
    case MessageKind::kSettle:
      out.number("overrunSeconds", message.end);
      break;
    case MessageKind::kNodes:
      out.text("class", message.word).number("begin", message.begin).number("end", message.end);
      out.truth("up", message.up);
      break;
  }
  out.end_object();
  return body;
}

std::string body_of(const OutputWant& want, const OutputAnswer& answer) {
  std::string body;
  json::Writer out(body);
  out.begin_object().text("stream", to_string(want.stream));
  if (want.extent.from) {
    out.number_unsigned("from", *want.extent.from);
  } else {
    out.number_unsigned("tail", want.extent.tail);
  }
  if (!answer.ok()) {
    out.text("missing", one_line(answer.error())).end_object();
    return body;
  }
  const cluster::Piece& piece = answer.value();
  out.number_unsigned("offset", piece.offset).number_unsigned("size", piece.size);
  out.truth("ended", piece.ended).text("bytes", base64url(piece.bytes)).end_object();
  return body;
}

Said<WorkPage> read_work_page(std::string_view body) {
  json::Document document(kBodyLimits);
  const Result<json::Value> root = document.parse(body);
  if (!root.ok()) return bad_answer(root.error().context);
  json::Faults faults;
  const json::Path path;
  json::ObjectReader top(root.value(), path, faults);
  WorkPage page;
  const json::Path items(path, "items");
  std::size_t index = 0;
  for (const json::Value item : top.array("items", kContractsMax)) {
    const json::Path at(items, index++);
    json::ObjectReader row(item, at, faults);
    page.contracts.push_back(read_contract(row));
  }
  const json::Path wanted(path, "wanted");
  index = 0;
  for (const json::Value item : top.optional_array("wanted", kWantsMax)) {
    const json::Path at(wanted, index++);
    json::ObjectReader row(item, at, faults);
    page.wanted.push_back(read_want(row));
  }
  page.next = top.optional_text("nextPageToken", {.bytes_max = 1'024}).value_or("");
  if (!faults.empty()) return bad_answer(faults.text());
  return page;
}

Said<WorkText> read_work_text(std::string_view body) {
  json::Document document(kBodyLimits);
  const Result<json::Value> root = document.parse(body);
  if (!root.ok()) return bad_answer(root.error().context);
  json::Faults faults;
  json::ObjectReader row(root.value(), json::Path(), faults);
  WorkText text;
  text.script = row.text("script", {.bytes_max = cluster::kScriptBytesMax});
  text.image = row.optional_text("image", {.bytes_max = 512}).value_or("");
  const auto environment = row.optional_member("environment");
  for (const auto& [name, value] : environment.value_or(json::Value()).members()) {
    const auto said = value.as_text();
    if (!said.ok()) row.fault("environment", "has a value that is no text");
    if (said.ok()) text.environment[std::string(name)] = said.value();
  }
  text.stage_in = read_transfers(row, "stageIn");
  text.stage_out = read_transfers(row, "stageOut");
  text.spot = row.optional_text("service").value_or("firm") == "spot";
  if (!faults.empty()) return bad_answer(faults.text());
  return text;
}

Said<std::vector<Pool>> read_pools(std::string_view body) {
  json::Document document(kBodyLimits);
  const Result<json::Value> root = document.parse(body);
  if (!root.ok()) return bad_answer(root.error().context);
  json::Faults faults;
  const json::Path path;
  json::ObjectReader hub(root.value(), path, faults);
  const json::Path items(path, "pools");
  std::vector<Pool> pools;
  for (const json::Value item : hub.array("pools", kPoolsMax)) {
    json::ObjectReader row(item, items, faults);
    Pool pool;
    pool.device_class = row.text("class", kNameLimits);
    pool.nodes = static_cast<std::uint32_t>(row.integer("nodes", {.min = 0, .max = kNodesMax}));
    pool.devices =
        static_cast<std::uint32_t>(row.integer("nodeDevices", {.min = 1, .max = 65'535}));
    pools.push_back(std::move(pool));
  }
  if (!faults.empty()) return bad_answer(faults.text());
  return pools;
}

Trouble trouble_of(const remote::Trouble& trouble) {
  if (trouble.kind != remote::TroubleKind::kProblem) return {TroubleKind::kAway, trouble.what};
  const remote::Problem& problem = trouble.problem;
  const std::string what = problem.code + ": " + problem.title +
                           (problem.detail.empty() ? "" : " (" + problem.detail + ')');
  if (problem.code == "held") return {TroubleKind::kHeld, what};
  if (problem.code == "fenced") return {TroubleKind::kFenced, what};
  // Who asks is not the message's business, nor are limits on how much is asked.
  const bool is_passing = problem.status == 401 || problem.status == 408 || problem.status == 429 ||
                          problem.status >= 500 ||
                          (problem.status == 403 && problem.code != "not-yours");
  return {is_passing ? TroubleKind::kAway : TroubleKind::kRefused, what};
}

}  // namespace tongsuan::hub
