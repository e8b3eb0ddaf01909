#include "tongsuan/cli/replay_results.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "tongsuan/cli/files.h"

namespace tongsuan::cli {
namespace {

Failure not_results(const Session& session, const std::string& path, const Error& error) {
  return {.exit_code = kRejected,
          .code = "invalid-results",
          .what = session.say(Message::kInvalidResults, {path, error.context}),
          .attempt = "head -c 300 " + shell_word(path)};
}

// What differs, by name, so that nobody has to compare digests.
Failure other_experiment(const Session& session, const ReplayTask& task,
                         const lab::Experiment& found, const lab::Experiment& wanted) {
  std::string theirs = found.scenario;
  std::string ours = wanted.scenario;
  if (found.scenario_digest != wanted.scenario_digest) {
    theirs += " (sha256 " + found.scenario_digest.substr(0, 12) + "…)";
    ours += " (sha256 " + wanted.scenario_digest.substr(0, 12) + "…)";
  } else if (found.options != wanted.options) {
    theirs = found.options;
    ours = wanted.options;
  } else if (found.program != wanted.program) {
    theirs = "tongsuan " + found.program;
    ours = "tongsuan " + wanted.program;
  }
  return {.exit_code = kConflict,
          .code = "other-results",
          .what = session.say(Message::kOtherResults, {task.results_path, theirs, ours}),
          .attempt = task.command + " --results " + shell_word(task.results_path + ".new")};
}

Failure cannot_write_results(const Session& session, const std::string& path, int error) {
  if (error == EEXIST) {
    return {.exit_code = kConflict,
            .code = "output-exists",
            .what = session.say(Message::kOutputExists, {path}),
            .attempt = "ls -l " + shell_word(path)};
  }
  return {.exit_code = kUnexpected,
          .code = "write-failed",
          .what = session.say(Message::kCannotWrite, {path, system_reason(session, error)}),
          .attempt = "ls -ld " + shell_word(path)};
}

}  // namespace

ResultsFile::ResultsFile(ResultsFile&& other) noexcept
    : session_(other.session_),
      file_(std::exchange(other.file_, -1)),
      standard_output_(other.standard_output_),
      error_(other.error_),
      found_(std::move(other.found_)) {}

ResultsFile::~ResultsFile() {
  if (file_ >= 0) close(file_);
}

Attempt<std::size_t> ResultsFile::read(const ReplayTask& task, const lab::Experiment& experiment) {
  if (::access(task.results_path.c_str(), F_OK) != 0) return std::size_t{0};
  TONGSUAN_TRY(const InputFile input, InputFile::open(*session_, task.results_path));
  Result<lab::RecordFile> records = lab::read_records(input.bytes());
  if (!records.ok()) return not_results(*session_, task.results_path, records.error());
  lab::RecordFile& file = records.value();
  if (!file.runs.empty() && !(file.experiment == experiment)) {
    return other_experiment(*session_, task, file.experiment, experiment);
  }
  if (file.torn && !task.quiet) {
    session_->world.err.write(session_->say(Message::kTornLine, {task.results_path}) + '\n');
  }
  found_ = std::move(file.runs);
  return file.whole_bytes;
}

Attempt<ResultsFile> ResultsFile::open(Session& session, const ReplayTask& task,
                                       const lab::Experiment& experiment) {
  ResultsFile results(session);
  if (task.results_path.empty()) return results;
  if (task.results_path == "-") {
    results.standard_output_ = true;
    return results;
  }
  std::size_t keep = 0;
  if (task.resume) {
    TONGSUAN_TRY(keep, results.read(task, experiment));
  }
  const int how = task.resume ? O_APPEND : task.force ? O_TRUNC : O_EXCL;
  results.file_ =
      ::open(task.results_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, mode_t{0666});
  if (results.file_ < 0) return cannot_write_results(session, task.results_path, errno);
  if (task.resume && ftruncate(results.file_, static_cast<off_t>(keep)) != 0 && errno != EINVAL) {
    return cannot_write_results(session, task.results_path, errno);
  }
  return results;
}

void ResultsFile::append(std::string_view line) {
  if (standard_output_) session_->world.out.write(line);
  if (file_ < 0 || error_ != 0) return;
  while (!line.empty()) {
    const ssize_t count = ::write(file_, line.data(), line.size());
    if (count >= 0) {
      line.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_ = errno;
      return;
    }
  }
}

}  // namespace tongsuan::cli
