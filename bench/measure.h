// What benches share: clocks, peak memory, arguments, and lines of JSON. books.h has the books.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tongsuan::bench {

inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Megabytes (10^6 bytes) that this process held at most.
inline double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024e-6;
}

// Seconds since it was made.
struct Timer {
  double cpu_begin = cpu_seconds();
  double wall_begin = wall_seconds();
  [[nodiscard]] double cpu() const { return cpu_seconds() - cpu_begin; }
  [[nodiscard]] double wall() const { return wall_seconds() - wall_begin; }
};

// When the stages of a clearing began, in seconds since the timer; sees what its progress names.
struct StageClock {
  Timer timer;
  double prices = 0, placement = 0, payment = 0;
  void see(const char* stage) {
    note(stage, "prices", prices);
    note(stage, "placement", placement);
    note(stage, "payment", payment);
  }

 private:
  void note(const char* stage, const char* name, double& at) const {
    if (at == 0 && std::strcmp(stage, name) == 0) at = timer.wall();
  }
};

// Runs `work` in a child, so that its peak memory is its own, and says whether it ended well.
template <class Work>
bool apart(Work work) {
  std::fflush(stdout);
  std::fflush(stderr);
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    const int code = work();
    std::fflush(stdout);
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// ---- Arguments and output ----------------------------------------------------------------------

// Options are --NAME VALUE; --json stands alone; everything else names a book. Without a book the
// program ends with its usage.
struct BenchArguments {
  std::vector<std::string> books;
  std::vector<std::pair<std::string, std::string>> options;
  bool json = false;

  BenchArguments(int argc, char** argv, const char* usage) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      if (argument == "--json") {
        json = true;
      } else if (argument.starts_with("--") && i + 1 < argc) {
        options.emplace_back(argument.substr(2), argv[++i]);
      } else {
        books.emplace_back(argument);
      }
    }
    if (!books.empty()) return;
    std::fprintf(stderr, "usage: %s\n", usage);
    std::exit(2);
  }
  [[nodiscard]] std::string text(std::string_view name, std::string fallback) const {
    for (const auto& [key, value] : options) {
      if (key == name) return value;
    }
    return fallback;
  }
  [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t fallback) const {
    const std::string value = text(name, "");
    return value.empty() ? fallback : std::strtoull(value.c_str(), nullptr, 10);
  }
  [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view name,
                                                   const std::string& fallback) const {
    std::vector<std::uint64_t> result;
    std::istringstream list(text(name, fallback));
    for (std::string item; std::getline(list, item, ',');) {
      result.push_back(std::strtoull(item.c_str(), nullptr, 10));
    }
    return result;
  }
};

// One line of JSON: names and numbers.
class JsonLine {
 public:
  JsonLine& put(const char* key, const std::string& value) { return raw(key, '"' + value + '"'); }
  JsonLine& put(const char* key, double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", value);
    return raw(key, text);
  }
  JsonLine& put(const char* key, std::uint64_t value) { return raw(key, std::to_string(value)); }
  void print() const { std::printf("{%s}\n", fields_.c_str()); }

 private:
  JsonLine& raw(const char* key, const std::string& value) {
    fields_ += (fields_.empty() ? "\"" : ",\"") + std::string(key) + "\":" + value;
    return *this;
  }
  std::string fields_;
};

}  // namespace tongsuan::bench
