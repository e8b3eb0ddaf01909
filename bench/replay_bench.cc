// Replays: jobs per CPU second, and the digest that says that behaviour is what it was.
//
//   tongsuan_replay_bench LOG.swf[.gz]... [--runs N] [--json]
//   tongsuan_replay_bench SCENARIO... [--policies LIST] [--jobs N] [--load N] [--seed N]
//                         [--data DIR] [--json]
//
// A log of the Parallel Workloads Archive is replayed four ways: EASY and SJBF backfilling, with
// the owners' estimates and clairvoyant (docs/replay.md, Oracle). EASY by estimates passes after
// every event, the others once in an instant. Making the instance is not counted. Each line is the
// fastest of --runs.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "tongsuan/lab/replay.h"
#include "tongsuan/lab/scenario.h"
#include "tongsuan/lab/swf_instance.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using namespace tongsuan::lab;

int fail(const Error& error) {
  std::fprintf(stderr, "%s; %s\n", error.context.c_str(), error.hint.c_str());
  return 1;
}

struct Run {
  std::string book;
  std::string policy;
  std::string variant = {};
  std::uint64_t repeats = 1;
};

int measure_run(const Instance& instance, const Run& run, const ReplayOptions& options, bool json) {
  double fastest = 0;
  RunResult result;
  for (std::uint64_t i = 0; i < run.repeats; ++i) {
    const bench::Timer timer;
    Result<RunResult> one = replay(instance, run.policy, options);
    if (!one.ok()) return fail(one.error());
    const double seconds = timer.cpu();
    fastest = i == 0 ? seconds : std::min(fastest, seconds);
    result = std::move(one).value();
  }
  const double rate = static_cast<double>(result.jobs) / fastest;
  if (json) {
    bench::JsonLine()
        .put("book", run.book)
        .put("policy", run.policy)
        .put("variant", run.variant)
        .put("jobs", result.jobs)
        .put("cpu", fastest)
        .put("jobs_per_second", rate)
        .put("bounded_slowdown", result.bounded_slowdown)
        .put("utilisation", result.utilisation)
        .put("digest", result.digest)
        .print();
  } else {
    std::printf("%-14s %-10s %-22s %7llu jobs %8.3f s %8.0f jobs/s  slowdown %9.4f  %s\n",
                run.book.c_str(), run.policy.c_str(), run.variant.c_str(),
                static_cast<unsigned long long>(result.jobs), fastest, rate,
                result.bounded_slowdown, result.digest.substr(0, 16).c_str());
  }
  std::fflush(stdout);
  return 0;
}

int measure_log(const std::string& path, const bench::BenchArguments& arguments) {
  const std::string name = path.substr(path.find_last_of('/') + 1, 12);
  for (const Estimates estimates : {Estimates::kRequested, Estimates::kClairvoyant}) {
    const bool asked = estimates == Estimates::kRequested;
    const Result<Instance> instance = make_swf_instance(path, estimates);
    if (!instance.ok()) return fail(instance.error());
    for (const char* policy : {"pool-fifo", "pool-sjbf"}) {
      Run run{name, policy, asked ? "estimates" : "clairvoyant", arguments.number("runs", 3)};
      ReplayOptions options;
      options.reservations = 1;
      options.pass_per_event = asked && run.policy == "pool-fifo";
      if (options.pass_per_event) run.variant += ", each event";
      const int code = measure_run(instance.value(), run, options, arguments.json);
      if (code != 0) return code;
    }
  }
  return 0;
}

int measure_scenario(const std::string& name, const bench::BenchArguments& arguments) {
  const Result<Scenario> scenario = find_scenario(name);
  if (!scenario.ok()) return fail(scenario.error());
  InstanceOptions options;
  options.load_percent = static_cast<std::uint32_t>(arguments.number("load", 90));
  options.seed = arguments.number("seed", 1);
  options.jobs = static_cast<std::uint32_t>(arguments.number("jobs", 0));
  options.data_dir = arguments.text("data", "");
  const Result<Instance> instance = make_instance(scenario.value(), options);
  if (!instance.ok()) return fail(instance.error());
  std::istringstream list(
      arguments.text("policies", "silo-fifo,silo-easy,broker,pool-fifo,pool-value"));
  for (std::string policy; std::getline(list, policy, ',');) {
    const int code = measure_run(instance.value(), {name, policy}, {}, arguments.json);
    if (code != 0) return code;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(
      argc, argv,
      "tongsuan_replay_bench LOG.swf[.gz]|SCENARIO... [--runs N] [--policies LIST] [--jobs N] "
      "[--load N] [--seed N] [--data DIR] [--json]");
  for (const std::string& book : arguments.books) {
    const bool log = book.ends_with(".swf") || book.ends_with(".swf.gz");
    const int code = log ? measure_log(book, arguments) : measure_scenario(book, arguments);
    if (code != 0) return code;
  }
  return 0;
}
