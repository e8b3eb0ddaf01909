// Fills a Job from trees of YAML. Shared by task files and the #TONGSUAN lines of Slurm scripts.
//
// Every function answers whether all is well; the first fault is kept and ends the reading.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tongsuan/jobfile/internal/yaml_tree.h"
#include "tongsuan/jobfile/jobfile.h"

namespace tongsuan::jobfile {

// A value and the name under which faults speak of it: "market.window".
struct Named {
  const YamlNode& node;
  std::string name;
};

class JobReader {
 public:
  JobReader(const ReadOptions& options, Job& job) : options_(options), job_(job) {}

  // A whole task file.
  bool task(const YamlNode& root);
  // Market terms. Keys of other places must have been read: terms name classes.
  bool market(const Named& block);
  bool add_accelerator(const Named& at, std::string_view name, std::string_view count);
  // What must hold of all of it, and defaults.
  bool finish();

  bool fail(const YamlNode& at, const std::string& problem, std::string hint);
  void warn(std::uint32_t line, std::uint32_t column, const std::string& text);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] Error take_error() { return *error_; }

 private:
  using Read = std::function<bool(const Named&)>;
  struct Field {
    std::string_view key;
    Read read;  // none: known, and of no use here
  };
  enum class Unknown : std::uint8_t { kWarn, kRefuse };
  bool map(const Named& at, std::span<const Field> fields, Unknown unknown);
  bool each(const Named& at, const Read& read);  // of a list, or the only one

  // Scalars.
  bool text(const Named& at, std::string& out);
  bool name(const Named& at, std::string& out);
  bool count(const Named& at, std::uint32_t max, std::uint32_t& out);
  bool truth(const Named& at, bool& out);
  bool duration(const Named& at, Second& out);
  bool money(const Named& at, std::string_view per, std::int64_t& out);
  bool moment(const Named& at, std::optional<Moment>& out);
  bool fail_value(const Named& at, const std::string& why);
  template <class T>
  bool keep(const Named& at, Parsed<T> parsed, T& out) {
    if (!parsed.ok()) return fail_value(at, parsed.error());
    out = std::move(parsed.value());
    return true;
  }

  bool resources(const Named& at);
  bool accelerators(const Named& at);
  bool accelerator_text(const Named& at);
  bool infra(const Named& at);
  bool hub(const Named& at, std::string& out);
  bool window(const Named& at);
  bool times(const Named& at);
  bool check_span(const Named& at, const TimeSpan& span);
  // Orders of several legs, when the rest of `market:` is known.
  bool packages(const Named& block);
  bool options(const Named& at);
  bool option(const Named& at);
  bool legs(const Named& at, std::vector<JobLeg>& legs);
  bool leg(const Named& at, JobLeg& leg);
  bool complete_leg(const Named& at, JobLeg& leg);
  bool minimum(const Named& at);
  bool steps(const Named& at);
  bool step(const Named& at);
  bool one_kind(const Named& block);
  bool throughput(const Named& at);
  bool variants(const Named& at);
  bool elastic(const Named& at);
  bool speedup(const Named& at, Elastic& elastic);
  bool preempt(const Named& at);
  bool data(const Named& at);
  bool green(const Named& at);
  bool purpose(const Named& at);
  Accelerator* find_class(const Named& at, std::string_view name);

  const ReadOptions& options_;
  Job& job_;
  std::optional<Error> error_;
  std::size_t warnings_ = 0;
};

}  // namespace tongsuan::jobfile
