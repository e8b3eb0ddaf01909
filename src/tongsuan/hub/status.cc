#include "tongsuan/hub/status.h"

#include <algorithm>

#include "tongsuan/hub/times.h"
#include "tongsuan/json/document.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::hub {
namespace {

constexpr std::size_t kOdditiesShown = 5;
constexpr std::size_t kNameWidth = 11;

std::string ago(UnixSecond then, UnixSecond now) {
  return std::to_string(std::max<UnixSecond>(0, now - then)) + " s ago";
}

void add_line(std::string& text, std::string_view name, const std::string& what) {
  text += name;
  text.append(kNameWidth - std::min(kNameWidth, name.size()), ' ');
  text += what + '\n';
}

std::string text_of(const json::Members& agent, std::string_view key) {
  const auto text = agent.find(key).as_text();
  return text.ok() ? std::string(text.value()) : "";
}
std::int64_t number_of(const json::Members& agent, std::string_view key) {
  return agent.find(key).as_int64().ok() ? agent.find(key).as_int64().value() : 0;
}
bool truth_of(const json::Members& agent, std::string_view key) {
  return agent.find(key).as_bool().ok() && agent.find(key).as_bool().value();
}

void add_agent(std::string& text, const json::Members& agent, UnixSecond now) {
  add_line(text, "hub",
           text_of(agent, "hub") + ", epoch " + std::to_string(number_of(agent, "epoch")));
  add_line(text, "agent", "looked " + ago(number_of(agent, "time"), now));
  const UnixSecond until = number_of(agent, "leaseUntil");
  add_line(text, "lease",
           until > now ? "runs for " + std::to_string(until - now) + " s more"
                       : "has run out; nothing is begun");
  add_line(text, "exchange",
           std::string(truth_of(agent, "exchangeAway") ? "does not answer" : "answers") +
               "; its clock is " + std::to_string(number_of(agent, "exchangeAhead")) + " s ahead");
  const std::string trouble = text_of(agent, "clusterTrouble");
  add_line(text, "cluster",
           text_of(agent, "cluster") + ", seen " + ago(number_of(agent, "clusterSeen"), now) +
               "; its clock is " + std::to_string(number_of(agent, "clusterAhead")) + " s ahead" +
               (trouble.empty() ? "" : ": " + trouble));
  add_line(text, "nodes",
           std::to_string(number_of(agent, "nodesUp")) + " up, " +
               std::to_string(number_of(agent, "nodesDown")) + " down");
  add_line(text, "new work", truth_of(agent, "accepting") ? "is taken" : "is not taken");
  for (const json::Value warning : agent.find("warnings").items()) {
    if (warning.as_text().ok()) add_line(text, "warning", std::string(warning.as_text().value()));
  }
}

}  // namespace

Result<SpoolView> look_at_spool(Spool& spool) {
  TONGSUAN_TRY(const std::vector<Row> rows, spool.read({}));
  SpoolView view;
  for (const Row& row : rows) {
    if (row.name.starts_with("contract/")) {
      const auto record = read_record(row.text);
      if (record && record->stage != Stage::kGone) view.records.push_back(*record);
    } else if (row.name.starts_with("message/")) {
      ++view.messages;
    } else if (row.name.starts_with("oddity/")) {
      view.oddities.push_back(row.text);
    } else if (row.name == kDrainOrder) {
      view.drained = true;
    } else if (row.name == kStatusRow) {
      view.agent = row.text;
    }
  }
  const std::size_t many = view.oddities.size();
  if (many > kOdditiesShown) {
    view.oddities.erase(view.oddities.begin(),
                        view.oddities.end() - static_cast<std::ptrdiff_t>(kOdditiesShown));
  }
  return view;
}

std::string status_text(const SpoolView& view, UnixSecond now) {
  std::string text;
  json::Document document;
  const Result<json::Value> agent = document.parse(view.agent);
  if (agent.ok()) {
    add_agent(text, agent.value().members(), now);
  } else {
    add_line(text, "agent", "has not run with this spool yet");
  }
  if (view.drained) add_line(text, "drained", "until tongsuan-hub resume");
  add_line(text, "to be told", std::to_string(view.messages) + " messages");
  add_line(text, "contracts", std::to_string(view.records.size()));
  for (const Record& record : view.records) {
    std::string what = std::string(to_string(record.stage)) + ", " + record.contract.participant;
    if (!record.job.empty()) what += ", job " + record.job;
    if (record.attempt > 1) what += ", attempt " + std::to_string(record.attempt);
    what += ", metered to " + write_time(record.mark);
    if (!record.contract.live) what += ", ended by the exchange";
    if (record.verdict) what += ", " + record.verdict->reason + ": " + record.verdict->detail;
    add_line(text, "  " + record.contract.id, what);
  }
  for (const std::string& oddity : view.oddities) add_line(text, "odd", oddity);
  return text;
}

std::string status_json(const SpoolView& view) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  if (!view.agent.empty()) out.raw("agent", view.agent);
  out.truth("drained", view.drained).number_unsigned("messages", view.messages);
  out.begin_array("contracts");
  for (const Record& record : view.records) out.raw(write_record(record));
  out.end_array().begin_array("oddities");
  for (const std::string& oddity : view.oddities) out.text(oddity);
  out.end_array().end_object();
  return text + '\n';
}

}  // namespace tongsuan::hub
