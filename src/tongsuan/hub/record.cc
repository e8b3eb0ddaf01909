#include "tongsuan/hub/record.h"

#include "tongsuan/json/document.h"
#include "tongsuan/json/object_reader.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::hub {
namespace {

constexpr std::string_view kStages[] = {"preparing", "submitting", "running", "closing", "gone"};
constexpr std::string_view kLastWords[] = {"unsaid", "queued", "taken"};
constexpr json::TextLimits kAnyText{.bytes_min = 0, .bytes_max = 16'384};
constexpr std::size_t kNodesOfContractMax = 100'000;

void write_contract(json::Writer& out, const Contract& contract) {
  out.begin_object("contract").text("id", contract.id).text("participant", contract.participant);
  out.text("class", contract.device_class).begin_array("nodes");
  for (const std::uint32_t node : contract.nodes) out.number(node);
  out.end_array().number("devicesPerNode", contract.devices_per_node);
  out.number("from", contract.from);
  if (contract.until) out.number("until", *contract.until);
  out.number("metered", contract.metered).text("phase", contract.phase);
  out.truth("live", contract.live).truth("hasWork", contract.has_work).end_object();
}

Contract contract_of(json::ObjectReader& record) {
  const json::Value value = record.member("contract").value_or(json::Value());
  const json::Path path(record.path(), "contract");
  json::ObjectReader row(value, path, record.faults());
  Contract contract;
  contract.id = row.text("id");
  contract.participant = row.text("participant", kAnyText);
  contract.device_class = row.text("class", kAnyText);
  for (const json::Value node : row.array("nodes", kNodesOfContractMax)) {
    contract.nodes.push_back(
        static_cast<std::uint32_t>(node.as_uint64().ok() ? node.as_uint64().value() : UINT32_MAX));
  }
  contract.devices_per_node =
      static_cast<std::uint32_t>(row.integer("devicesPerNode", {.min = 0, .max = UINT32_MAX}));
  contract.from = row.integer("from");
  contract.until = row.optional_integer("until");
  contract.metered = row.integer("metered");
  contract.phase = row.text("phase", kAnyText);
  contract.live = row.truth("live");
  contract.has_work = row.truth("hasWork");
  row.finish();
  return contract;
}

void write_stretches(json::Writer& out, const std::vector<Stretch>& stretches) {
  out.begin_array("stretches");
  for (const Stretch& stretch : stretches) {
    out.begin_object().text("job", stretch.job).number("start", stretch.start);
    if (stretch.end) out.number("end", *stretch.end);
    out.end_object();
  }
  out.end_array();
}

std::vector<Stretch> read_stretches(json::ObjectReader& record) {
  std::vector<Stretch> stretches;
  const json::Path path(record.path(), "stretches");
  for (const json::Value value : record.array("stretches", kStretchesMax)) {
    json::ObjectReader row(value, path, record.faults());
    Stretch stretch;
    stretch.job = row.text("job", kAnyText);
    stretch.start = row.integer("start");
    stretch.end = row.optional_integer("end");
    row.finish();
    stretches.push_back(std::move(stretch));
  }
  return stretches;
}

std::vector<Transfer> read_transfers(json::ObjectReader& record) {
  std::vector<Transfer> transfers;
  const json::Path path(record.path(), "stageOut");
  for (const json::Value value : record.array("stageOut", kTransfersMax)) {
    json::ObjectReader row(value, path, record.faults());
    Transfer transfer;
    transfer.from = row.text("from", kAnyText);
    transfer.to = row.text("to", kAnyText);
    row.finish();
    transfers.push_back(std::move(transfer));
  }
  return transfers;
}

std::uint32_t read_count(json::ObjectReader& row, std::string_view key) {
  return static_cast<std::uint32_t>(row.integer(key, {.min = 0, .max = UINT32_MAX}));
}

}  // namespace

std::string_view to_string(Stage stage) {
  return kStages[static_cast<std::size_t>(stage)];
}

std::string write_record(const Record& record) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_contract(out, record.contract);
  out.truth("listed", record.listed).text("stage", to_string(record.stage));
  if (record.verdict) {
    out.text("reason", record.verdict->reason).text("why", record.verdict->detail);
  }
  out.number("attempt", record.attempt).truth("asked", record.asked);
  out.truth("doubted", record.doubted).number("askedAt", record.asked_at);
  out.number("tries", record.tries).text("job", record.job).text("output", record.output);
  write_stretches(out, record.stretches);
  out.number("mark", record.mark).truth("lookAgain", record.look_again);
  out.number("refused", record.refused);
  out.text("lastWord", kLastWords[static_cast<std::size_t>(record.last_word)]);
  out.text("reported", record.reported).truth("textKnown", record.text_known);
  out.truth("spot", record.spot).begin_array("stageOut");
  for (const Transfer& transfer : record.stage_out) {
    out.begin_object().text("from", transfer.from).text("to", transfer.to).end_object();
  }
  out.end_array().truth("broughtOut", record.brought_out).end_object();
  return text;
}

std::optional<Record> read_record(std::string_view text) {
  json::Document document;
  const Result<json::Value> root = document.parse(text);
  if (!root.ok()) return std::nullopt;
  json::Faults faults;
  json::ObjectReader row(root.value(), json::Path(), faults);
  Record record;
  record.contract = contract_of(row);
  record.listed = row.truth("listed");
  record.stage = static_cast<Stage>(row.choice("stage", kStages));
  if (const auto reason = row.optional_text("reason", kAnyText)) {
    record.verdict = Verdict{std::string(*reason), std::string(row.text("why", kAnyText))};
  }
  record.attempt = read_count(row, "attempt");
  record.asked = row.truth("asked");
  record.doubted = row.truth("doubted");
  record.asked_at = row.integer("askedAt");
  record.tries = read_count(row, "tries");
  record.job = row.text("job", kAnyText);
  record.output = row.text("output", kAnyText);
  record.stretches = read_stretches(row);
  record.mark = row.integer("mark");
  record.look_again = row.truth("lookAgain");
  record.refused = read_count(row, "refused");
  record.last_word = static_cast<LastWord>(row.choice("lastWord", kLastWords));
  record.reported = row.text("reported", kAnyText);
  record.text_known = row.truth("textKnown");
  record.spot = row.truth("spot");
  record.stage_out = read_transfers(row);
  record.brought_out = row.truth("broughtOut");
  row.finish();
  if (!faults.empty()) return std::nullopt;
  return record;
}

}  // namespace tongsuan::hub
