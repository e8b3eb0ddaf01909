// Runs many seeds of the simulation, or tells every step of one. docs/simulation.md.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "plan.h"

namespace tongsuan::simulation {
namespace {

struct Options {
  std::uint64_t first = 1, last = 100;
  bool trace = false, disk = false, quiet = false;
  Without without;
};

constexpr const char* kUsage =
    "usage: tongsuan_simulation [--seeds A-B | --seed N [--trace]] [--disk]\n"
    "                           [--without fsync|dedup|conservation|price|epoch|fence|refund|"
    "shares|gaps]\n";

[[nodiscard]] bool read_without(const std::string& what, Without& without) {
  if (what == "fsync") return without.fsync = true;
  if (what == "dedup") return without.dedup = true;
  if (what == "conservation") return without.conservation = true;
  if (what == "price") return without.price = true;
  if (what == "fence") return without.fence = true;
  if (what == "refund") return without.refund = true;
  if (what == "shares") return without.shares = true;
  if (what == "gaps") return without.gaps = true;
  return what == "epoch" && (without.epoch = true);
}

[[nodiscard]] bool read_seeds(const std::string& text, Options& options) {
  char* end = nullptr;
  options.first = std::strtoull(text.c_str(), &end, 10);
  options.last = *end == '-' ? std::strtoull(end + 1, &end, 10) : options.first;
  return *end == '\0' && options.first > 0 && options.first <= options.last;
}

[[nodiscard]] bool read_options(int count, char** arguments, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--trace") {
      options.trace = true;
    } else if (name == "--disk") {
      options.disk = true;
    } else if (i + 1 < count && (name == "--seeds" || name == "--seed")) {
      if (!read_seeds(arguments[++i], options)) return false;
    } else if (i + 1 < count && name == "--without") {
      if (!read_without(arguments[++i], options.without)) return false;
    } else {
      return false;
    }
  }
  return true;
}

int run(const Options& options) {
  Figures sum;
  std::uint64_t broken = 0;
  for (std::uint64_t seed = options.first; seed <= options.last; ++seed) {
    Plan plan = plan_of(seed);
    plan.disk = plan.disk || options.disk || options.without.fsync;
    plan.without = options.without;
    if (options.trace) plan.trace = [](const std::string& line) { std::puts(line.c_str()); };
    const Outcome outcome = simulate(plan);
    sum += outcome.figures;
    if (!outcome.verdict) continue;
    ++broken;
    std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed),
                outcome.verdict->oracle.c_str(), outcome.verdict->what.c_str());
    std::fflush(stdout);
  }
  Figures::each([&](const char* name, auto member) {
    std::printf("%s %llu\n", name, static_cast<unsigned long long>(sum.*member));
  });
  std::printf("broken %llu\n", static_cast<unsigned long long>(broken));
  return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace tongsuan::simulation

int main(int count, char** arguments) {
  tongsuan::simulation::Options options;
  if (!tongsuan::simulation::read_options(count, arguments, options)) {
    std::fputs(tongsuan::simulation::kUsage, stderr);
    return 2;
  }
  return tongsuan::simulation::run(options);
}
