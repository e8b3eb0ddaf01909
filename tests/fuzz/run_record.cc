#include "tongsuan/lab/run_record.h"

#include <array>

#include "tongsuan/base/check.h"

#include "entries.h"

namespace tongsuan::fuzz {
namespace {

std::string written(const lab::ReadRecord& record) {
  return lab::write_record(record.experiment, record.run.key, record.run.result);
}

// What is written once is read and written the same for ever after: fresh and resumed runs show
// the same figures.
void check_line(std::string_view line) {
  const Result<lab::ReadRecord> read = lab::read_record(line);
  if (!read.ok()) {
    TONGSUAN_CHECK(!read.error().context.empty());
    return;
  }
  for (const lab::HourFigures& hour : read.value().run.result.hours) {
    TONGSUAN_CHECK(hour.hub_used.size() == read.value().run.result.hours.front().hub_used.size());
  }
  const std::string text = written(read.value());
  TONGSUAN_CHECK(text.ends_with('\n') && text.find('\n') == text.size() - 1);
  const Result<lab::ReadRecord> again = lab::read_record(text.substr(0, text.size() - 1));
  TONGSUAN_CHECK(again.ok());
  TONGSUAN_CHECK(again.value().run.key == read.value().run.key);
  TONGSUAN_CHECK(written(again.value()) == text);
}

}  // namespace

void run_record(std::string_view bytes) {
  check_line(bytes.substr(0, bytes.find('\n')));
  const Result<lab::RecordFile> file = lab::read_records(bytes);
  if (!file.ok()) {
    TONGSUAN_CHECK(!file.error().context.empty());
    return;
  }
  TONGSUAN_CHECK(file.value().whole_bytes <= bytes.size());
  TONGSUAN_CHECK(file.value().torn == (file.value().whole_bytes < bytes.size()));
  // Going on where the whole lines end gives a file that can be read.
  const auto whole = lab::read_records(bytes.substr(0, file.value().whole_bytes));
  TONGSUAN_CHECK(whole.ok() && !whole.value().torn);
  TONGSUAN_CHECK(whole.value().runs.size() == file.value().runs.size());
}

std::vector<std::string> run_record_seeds() {
  const lab::Experiment experiment = {"week", std::string(64, 'a'), "round=900", "0.1.0"};
  lab::RunResult run;
  run.digest = "00ff";
  run.net_yuan = -1.0 / 3;
  const lab::RunKey plain = {90, {}, 1, "market"};
  std::vector<std::string> seeds = {lab::write_record(experiment, plain, run)};
  run.forward = {3, 0.5, 2, 1, 1, 7.25};
  run.wait_hours = {0, 0.25, 1e300};
  for (std::uint64_t hour = 0; hour < 3; ++hour) {
    run.hours.push_back({1, 2, static_cast<double>(hour), 0.5, 0.25, {0.5, 1}});
  }
  const lab::RunKey walled = {300, {false, false, false}, 9'000'000'000'000'000, "silo\n\x01"};
  seeds.push_back(lab::write_record(experiment, walled, run));
  seeds.push_back(seeds[0] + seeds[1]);
  seeds.push_back(seeds[1].substr(0, seeds[1].size() - 9));
  return seeds;
}

}  // namespace tongsuan::fuzz
