#include "tongsuan/lab/run_record.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <tuple>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/lab/json_value.h"
#include "tongsuan/lab/own_trace.h"
#include "tongsuan/report/table.h"

namespace tongsuan::lab {
namespace {

constexpr int kTotalDigits = 9;
constexpr int kSeriesDigits = 6;

// ---- The fields, once for writing and reading
// ----------------------------------------------------------------------

template <class Visitor, class Figures>
void each_wait(Visitor& visit, Figures& waits) {
  visit("count", waits.count);
  visit("mean", waits.mean);
  visit("p50", waits.p50);
  visit("p95", waits.p95);
  visit("p99", waits.p99);
}

template <class Visitor, class Reasons>
void each_reason(Visitor& visit, Reasons& idle) {
  visit("no_demand", idle.no_demand);
  visit("wrong_place", idle.wrong_place);
  visit("wrong_class", idle.wrong_class);
  visit("fragments", idle.fragments);
  visit("held_back", idle.held_back);
  visit("down", idle.down);
}

template <class Visitor, class Figures>
void each_round_figure(Visitor& visit, Figures& rounds) {
  visit("rounds", rounds.rounds);
  visit("orders_mean", rounds.orders_mean);
  visit("gap", rounds.gap);
  visit("gap_p95", rounds.gap_p95);
  visit("failed", rounds.failed);
  visit("welfare_sum", rounds.welfare_sum);
  visit("work_units", rounds.work_units);
}

template <class Visitor, class Figures>
void each_forward(Visitor& visit, Figures& forward) {
  visit("orders", forward.orders);
  visit("on_time", forward.on_time);
  visit("booked", forward.booked);
  visit("kept", forward.kept);
  visit("broken", forward.broken);
  visit("premium_yuan", forward.premium_yuan);
}

template <class Visitor, class Figures>
void each_hub_figure(Visitor& visit, Figures& hubs) {
  visit("contracts", hubs.contracts);
  visit("missed", hubs.missed);
  visit("overrun", hubs.overrun);
  visit("requeues", hubs.requeues);
  visit("evicted", hubs.evicted);
  visit("dead_starts", hubs.dead_starts);
}

template <class Visitor, class Run>
void each_use(Visitor& visit, Run& run) {
  visit("jobs", run.jobs);
  visit("offered", run.offered);
  visit("utilisation", run.utilisation);
  visit("utilisation_bound", run.utilisation_bound);
  visit("rack_rate", run.rack_rate);
  visit("held_idle", run.held_idle);
  visit("lost", run.lost);
  visit("served", run.served);
  visit("value", run.value);
  visit("value_yuan", run.value_yuan);
  visit("cost_yuan", run.cost_yuan);
  visit("net_yuan", run.net_yuan);
  visit("net_bound_yuan", run.net_bound_yuan);
  visit("bounded_slowdown", run.bounded_slowdown);
  visit("bounded_slowdown_max", run.bounded_slowdown_max);
  visit("flow_seconds", run.flow_seconds);
}

template <class Visitor, class Run>
void each_effect(Visitor& visit, Run& run) {
  visit("energy_mwh", run.energy_mwh);
  visit("green_hourly", run.green_hourly);
  visit("green_annual", run.green_annual);
  visit("emissions_location_t", run.emissions_location_t);
  visit("emissions_market_t", run.emissions_market_t);
  visit("moved_tb", run.moved_tb);
  visit("small_served", run.small_served);
  visit("fairness", run.fairness);
  visit("hhi", run.hhi);
  visit("refused", run.refused);
  visit("left", run.left);
  visit("cancelled", run.cancelled);
  visit("unfinished", run.unfinished);
  visit("stops", run.stops);
  visit("moves", run.moves);
  visit("events", run.events);
}

// ---- Writing
// -------------------------------------------------------------------------------------

void append_number(std::string& out, double value, int digits) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                          std::chars_format::general, digits);
  out.append(text.data(), error == std::errc() ? end : text.data());
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) { out_ += '{'; }
  void operator()(const char* name, double value) {
    begin(name);
    append_number(out_, value, kTotalDigits);
  }
  void operator()(const char* name, std::uint64_t value) {
    begin(name);
    out_ += std::to_string(value);
  }
  void operator()(const char* name, const std::string& value) {
    begin(name);
    out_ += report::json_string(value);
  }
  template <class Value>
  void series(const char* name, std::size_t count, Value value_at) {
    begin(name);
    out_ += '[';
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out_ += ',';
      append_number(out_, value_at(i), kSeriesDigits);
    }
    out_ += ']';
  }
  void begin(const char* name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_waits(std::string& out, const Waits& waits) {
  Writer writer(out);
  each_wait(writer, waits);
  writer.end();
}

void write_hours(std::string& out, const std::vector<HourFigures>& hours) {
  Writer writer(out);
  const auto column = [&](const char* name, double HourFigures::*member) {
    writer.series(name, hours.size(), [&](std::size_t i) { return hours[i].*member; });
  };
  column("used", &HourFigures::used);
  column("up", &HourFigures::up);
  column("waiting", &HourFigures::waiting);
  column("energy_mwh", &HourFigures::energy_mwh);
  column("green_mwh", &HourFigures::green_mwh);
  writer.begin("hub_used");
  out += '[';
  const std::size_t hubs = hours.empty() ? 0 : hours.front().hub_used.size();
  for (std::size_t hub = 0; hub < hubs; ++hub) {
    out += hub == 0 ? "[" : ",[";
    for (std::size_t i = 0; i < hours.size(); ++i) {
      if (i > 0) out += ',';
      append_number(out, hub < hours[i].hub_used.size() ? hours[i].hub_used[hub] : 0,
                    kSeriesDigits);
    }
    out += ']';
  }
  out += ']';
  writer.end();
}

void write_parts(std::string& out, Writer& writer, const RunResult& run) {
  writer.begin("waits");
  write_waits(out, run.waits);
  writer.begin("waits_by_gang");
  for (std::size_t i = 0; i < kGangClasses; ++i) {
    out += i == 0 ? '[' : ',';
    write_waits(out, run.waits_by_gang[i]);
  }
  out += ']';
  writer.begin("idle");
  Writer idle(out);
  each_reason(idle, run.idle);
  idle.end();
  writer.begin("rounds");
  Writer rounds(out);
  each_round_figure(rounds, run.rounds);
  rounds.end();
  // Only where there are such orders: lines of other scenarios stay what they were.
  if (run.forward.orders > 0) {
    writer.begin("forward");
    Writer forward(out);
    each_forward(forward, run.forward);
    forward.end();
  }
  if (run.hubs.contracts > 0) {
    writer.begin("hubs");
    Writer hubs(out);
    each_hub_figure(hubs, run.hubs);
    hubs.end();
  }
  const std::vector<double> quantiles = wait_quantiles(run.wait_hours);
  writer.series("wait_hours", quantiles.size(), [&](std::size_t i) { return quantiles[i]; });
  writer.begin("hours");
  write_hours(out, run.hours);
}

// ---- Reading
// -------------------------------------------------------------------------------------

// Reads the members of one object; the first that is missing or of another kind is the fault.
class FieldReader {
 public:
  FieldReader(const JsonValue& object, std::string& fault) : object_(object), fault_(fault) {}
  void operator()(const char* name, double& value) {
    const JsonValue* found = find(name);
    if (found != nullptr) value = number_of(*found);
  }
  void operator()(const char* name, std::uint64_t& value) {
    const JsonValue* found = find(name);
    if (found == nullptr) return;
    const double* number = found->number();
    if (number == nullptr || *number < 0 || *number > 9e15) return fail(name);
    value = static_cast<std::uint64_t>(*number);
  }
  void operator()(const char* name, std::string& value) {
    const JsonValue* found = find(name);
    if (found == nullptr) return;
    if (found->text() == nullptr) return fail(name);
    value = *found->text();
  }
  void series(const char* name, std::vector<double>& values) {
    const JsonValue::Array* items = array(name);
    if (items == nullptr) return;
    values.clear();
    for (const JsonValue& item : *items) values.push_back(number_of(item));
  }
  const JsonValue::Array* array(const char* name) {
    const JsonValue* found = find(name);
    if (found != nullptr && found->array() == nullptr) fail(name);
    return found == nullptr ? nullptr : found->array();
  }
  [[nodiscard]] bool has(const char* name) const { return object_.member(name) != nullptr; }
  const JsonValue* object(const char* name) {
    const JsonValue* found = find(name);
    if (found != nullptr && found->object() == nullptr) fail(name);
    return found == nullptr || found->object() == nullptr ? nullptr : found;
  }

 private:
  static double number_of(const JsonValue& value) {
    return value.number() == nullptr ? std::numeric_limits<double>::quiet_NaN() : *value.number();
  }
  const JsonValue* find(const char* name) {
    const JsonValue* found = object_.member(name);
    if (found == nullptr) fail(name);
    return found;
  }
  void fail(const char* name) {
    if (fault_.empty()) fault_ = name;
  }
  const JsonValue& object_;
  std::string& fault_;
};

void read_hours(const JsonValue& object, std::vector<HourFigures>& hours, std::string& fault) {
  FieldReader reader(object, fault);
  const auto column = [&](const char* name, double HourFigures::*member) {
    std::vector<double> values;
    reader.series(name, values);
    if (hours.size() < values.size()) hours.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) hours[i].*member = values[i];
  };
  column("used", &HourFigures::used);
  column("up", &HourFigures::up);
  column("waiting", &HourFigures::waiting);
  column("energy_mwh", &HourFigures::energy_mwh);
  column("green_mwh", &HourFigures::green_mwh);
  const JsonValue::Array* hubs = reader.array("hub_used");
  if (hubs == nullptr) return;
  // Before room is made: as many hubs as hours, none with a value, would fill any memory.
  const auto fits = [&](const JsonValue& hub) {
    return hub.array() != nullptr && hub.array()->size() == hours.size();
  };
  if (!std::ranges::all_of(*hubs, fits)) {
    if (fault.empty()) fault = "hub_used";
    return;
  }
  for (std::size_t i = 0; i < hours.size(); ++i) {
    for (const JsonValue& hub : *hubs) {
      const double* number = (*hub.array())[i].number();
      hours[i].hub_used.push_back(number == nullptr ? 0 : *number);
    }
  }
}

void read_waits(const JsonValue& object, Waits& waits, std::string& fault) {
  FieldReader reader(object, fault);
  each_wait(reader, waits);
}

void read_parts(FieldReader& reader, RunResult& run, std::string& fault) {
  if (const JsonValue* waits = reader.object("waits")) read_waits(*waits, run.waits, fault);
  if (const JsonValue::Array* gangs = reader.array("waits_by_gang")) {
    if (gangs->size() != kGangClasses && fault.empty()) fault = "waits_by_gang";
    for (std::size_t i = 0; i < std::min(gangs->size(), kGangClasses); ++i) {
      read_waits((*gangs)[i], run.waits_by_gang[i], fault);
    }
  }
  if (const JsonValue* idle = reader.object("idle")) {
    FieldReader reasons(*idle, fault);
    each_reason(reasons, run.idle);
  }
  if (const JsonValue* rounds = reader.object("rounds")) {
    FieldReader figures(*rounds, fault);
    each_round_figure(figures, run.rounds);
  }
  if (reader.has("forward")) {
    if (const JsonValue* forward = reader.object("forward")) {
      FieldReader figures(*forward, fault);
      each_forward(figures, run.forward);
    }
  }
  if (reader.has("hubs")) {
    if (const JsonValue* hubs = reader.object("hubs")) {
      FieldReader figures(*hubs, fault);
      each_hub_figure(figures, run.hubs);
    }
  }
  reader.series("wait_hours", run.wait_hours);
  if (const JsonValue* hours = reader.object("hours")) read_hours(*hours, run.hours, fault);
}

bool couplings_of(std::string_view text, Couplings& couplings) {
  if (text == "nothing") return true;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, comma);
    if (word == "classes") {
      couplings.classes = false;
    } else if (word == "links") {
      couplings.links = false;
    } else if (word == "power") {
      couplings.power = false;
    } else {
      return false;
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

Error not_a_record(const std::string& why) {
  return {ErrorCode::kCorrupt, why,
          "this file must hold results of tongsuan replay, version " +
              std::to_string(kRunRecordVersion)};
}

void read_head(FieldReader& reader, ReadRecord& record, std::string& without) {
  reader("scenario", record.experiment.scenario);
  reader("scenario_sha256", record.experiment.scenario_digest);
  reader("options", record.experiment.options);
  reader("program", record.experiment.program);
  std::uint64_t load = 0;
  reader("load_percent", load);
  record.run.key.load_percent =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(load, 1'000'000));
  reader("without", without);
  reader("seed", record.run.key.seed);
  reader("policy", record.run.key.policy);
}

}  // namespace

bool key_less(const RunKey& a, const RunKey& b) {
  const auto parts = [](const RunKey& key) {
    return std::tuple(key.load_percent, !key.couplings.classes, !key.couplings.links,
                      !key.couplings.power, key.seed, std::string_view(key.policy));
  };
  return parts(a) < parts(b);
}

std::string without_text(const Couplings& couplings) {
  std::string text;
  const auto add = [&](bool there, const char* name) {
    if (there) return;
    if (!text.empty()) text += ',';
    text += name;
  };
  add(couplings.classes, "classes");
  add(couplings.links, "links");
  add(couplings.power, "power");
  return text.empty() ? "nothing" : text;
}

namespace {

// The trace that was replayed, and what was taken of it: another one is another experiment.
std::string trace_options(const OwnTrace& trace) {
  const imports::TraceSummary& summary = trace.summary;
  std::uint64_t changed = 0;
  for (const imports::TraceFinding& finding : summary.findings) {
    if (finding.note.action == imports::TraceAction::kChanged) changed += finding.count;
  }
  return " trace=" + trace.sha256 + " records=" + std::to_string(summary.records) +
         " dropped=" + std::to_string(summary.dropped) + " changed=" + std::to_string(changed);
}

}  // namespace

Experiment experiment_of(const Scenario& scenario, const ReplayOptions& options, std::uint32_t jobs,
                         std::string_view program) {
  const Digest digest = sha256(scenario.text);
  std::string text =
      "round=" + std::to_string(options.round) + " certify=" + std::to_string(options.certify) +
      " slot=" + std::to_string(options.slot) + " horizon=" + std::to_string(options.horizon) +
      " reservations=" + std::to_string(options.reservations) +
      " aging=" + std::to_string(options.aging_percent) +
      " green_charge=" + std::to_string(options.green_charge) +
      " fairness=" + std::to_string(options.fairness_percent);
  if (options.stops_overruns) text += " stop-overruns";
  if (jobs != 0) text += " jobs=" + std::to_string(jobs);
  if (scenario.trace != nullptr) text += trace_options(*scenario.trace);
  return {scenario.name, hex(digest.data(), digest.size()), text, std::string(program)};
}

std::string write_record(const Experiment& experiment, const RunKey& key, const RunResult& result) {
  std::string out;
  Writer writer(out);
  writer("tongsuan_replay", static_cast<std::uint64_t>(kRunRecordVersion));
  writer("scenario", experiment.scenario);
  writer("load_percent", static_cast<std::uint64_t>(key.load_percent));
  writer("without", without_text(key.couplings));
  writer("seed", key.seed);
  writer("policy", key.policy);
  writer("scenario_sha256", experiment.scenario_digest);
  writer("options", experiment.options);
  writer("program", experiment.program);
  writer("events_sha256", result.digest);
  each_use(writer, result);
  each_effect(writer, result);
  write_parts(out, writer, result);
  writer.end();
  return out + '\n';
}

Result<ReadRecord> read_record(std::string_view line) {
  TONGSUAN_TRY(const JsonValue value, parse_json(line));
  const JsonValue* version = value.member("tongsuan_replay");
  if (version == nullptr || version->number() == nullptr) {
    return not_a_record("it has no member \"tongsuan_replay\"");
  }
  if (*version->number() != kRunRecordVersion) return not_a_record("it is of another version");
  ReadRecord record;
  std::string fault;
  std::string without;
  FieldReader reader(value, fault);
  read_head(reader, record, without);
  RunResult& run = record.run.result;
  reader("events_sha256", run.digest);
  each_use(reader, run);
  each_effect(reader, run);
  read_parts(reader, run, fault);
  if (fault.empty() && !couplings_of(without, record.run.key.couplings)) fault = "without";
  if (!fault.empty()) return not_a_record("its member \"" + fault + "\" is missing or wrong");
  run.scenario = record.experiment.scenario;
  run.policy = record.run.key.policy;
  run.seed = record.run.key.seed;
  run.load_percent = record.run.key.load_percent;
  return record;
}

Result<RecordFile> read_records(std::string_view bytes) {
  RecordFile file;
  std::size_t line_number = 0;
  while (file.whole_bytes < bytes.size()) {
    const std::size_t end = bytes.find('\n', file.whole_bytes);
    if (end == std::string_view::npos) {
      file.torn = true;
      break;
    }
    ++line_number;
    const Result<ReadRecord> record =
        read_record(bytes.substr(file.whole_bytes, end - file.whole_bytes));
    if (!record.ok()) {
      return Error{record.error().code,
                   "line " + std::to_string(line_number) + ": " + record.error().context,
                   record.error().hint};
    }
    if (file.runs.empty()) file.experiment = record.value().experiment;
    if (!(record.value().experiment == file.experiment)) {
      return not_a_record("line " + std::to_string(line_number) +
                          ": it belongs to another experiment than line 1");
    }
    file.runs.push_back(record.value().run);
    file.whole_bytes = end + 1;
  }
  return file;
}

std::vector<double> wait_quantiles(const std::vector<double>& sorted) {
  if (sorted.size() <= kWaitQuantiles) return sorted;
  std::vector<double> quantiles;
  for (std::size_t i = 0; i < kWaitQuantiles; ++i) {
    quantiles.push_back(sorted[i * (sorted.size() - 1) / (kWaitQuantiles - 1)]);
  }
  return quantiles;
}

}  // namespace tongsuan::lab
