// The file of `replay --results`: lines that were there, and lines as runs end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/failure.h"
#include "tongsuan/cli/replay_plan.h"
#include "tongsuan/lab/run_record.h"

namespace tongsuan::cli {

class ResultsFile {
 public:
  // Opens what the task names, if anything, and reads what a resumed one holds.
  static Attempt<ResultsFile> open(Session& session, const ReplayTask& task,
                                   const lab::Experiment& experiment);
  ResultsFile(ResultsFile&& other) noexcept;
  ResultsFile& operator=(ResultsFile&&) = delete;
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;
  ~ResultsFile();

  // Runs that need not be done again.
  [[nodiscard]] const std::vector<lab::RunRecord>& found() const { return found_; }
  // Whole lines, at once. The first errno is kept, and nothing is written after it.
  void append(std::string_view line);
  [[nodiscard]] int error() const { return error_; }

 private:
  explicit ResultsFile(Session& session) : session_(&session) {}
  Attempt<std::size_t> read(const ReplayTask& task, const lab::Experiment& experiment);

  Session* session_;
  int file_ = -1;
  bool standard_output_ = false;
  int error_ = 0;
  std::vector<lab::RunRecord> found_;
};

}  // namespace tongsuan::cli
