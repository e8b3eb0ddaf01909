// What the agent knows of one contract, and of its place between the exchange and the cluster.
//
//   preparing → submitting → running → closing → gone
//
//   preparing   tenant, text, nodes and folder are looked for; data come in. No job was asked for.
//   submitting  a job may be asked for, or was: what nobody knows is looked for by its name.
//   running     there is a job, which may wait, run, or be ending.
//   closing     no job runs any more; what it delivered and its end are told, data go out.
//   gone        nothing is left but the exchange's list, in which it still stands.
//
// A contract that is to end (the exchange ended it, its time is over, or there is a *verdict*) goes
// on through the same stages, only without beginning anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/metering.h"

namespace tongsuan::hub {

enum class Stage : std::uint8_t { kPreparing, kSubmitting, kRunning, kClosing, kGone };
[[nodiscard]] std::string_view to_string(Stage stage);

// Why the agent ends a contract that the exchange has not ended.
struct Verdict {
  std::string reason;  // "completed", "failed" or "preempted"
  std::string detail;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// What becomes of the last word about a contract.
enum class LastWord : std::uint8_t { kUnsaid, kQueued, kTaken };

struct Record {
  Contract contract;   // as last listed; `live` is false also where it is listed no more
  bool listed = true;  // in the last list
  Stage stage = Stage::kPreparing;
  std::optional<Verdict> verdict = {};

  // The job.
  std::uint32_t attempt = 1;
  bool asked = false;       // it may have been asked for
  bool doubted = false;     // other requests for it than the last may be on their way
  UnixSecond asked_at = 0;  // of our clock
  std::uint32_t tries = 0;  // that the cluster refused
  std::string job = {};     // id
  std::string output = {};  // where it says what it says

  // What it delivered.
  std::vector<Stretch> stretches = {};
  UnixSecond mark = 0;        // told, or queued, up to here
  bool look_again = false;    // a meter was refused: the exchange's list says where to go on from
  std::uint32_t refused = 0;  // meters and last words, since one was taken
  LastWord last_word = LastWord::kUnsaid;
  std::string reported = {};  // phase that was told

  // Of its text.
  bool text_known = false;
  bool spot = false;
  std::vector<Transfer> stage_out = {};
  bool brought_out = false;

  friend bool operator==(const Record&, const Record&) = default;
};

[[nodiscard]] std::string write_record(const Record& record);
[[nodiscard]] std::optional<Record> read_record(std::string_view text);

}  // namespace tongsuan::hub
