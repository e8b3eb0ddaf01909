// What benches share: clocks, peak memory, books by name, and lines of JSON.
//
// A book is named KIND:ORDERS[:SEED] — week (generated, capacity alone: clearing_cases.h), national
// (lab/national.h) or coupled (clearing_cases.h) — or is a published case: j1k, j5k. The cases need
// ../shared/data and are skipped with a plain message where that is absent.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tongsuan/lab/national.h"

#include "clearing_cases.h"

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

struct Timer {
  double cpu_begin = cpu_seconds();
  double wall_begin = wall_seconds();
  [[nodiscard]] double cpu() const { return cpu_seconds() - cpu_begin; }
  [[nodiscard]] double wall() const { return wall_seconds() - wall_begin; }
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

// ---- Books -------------------------------------------------------------------------------------

struct Book {
  std::string name;
  Market market;
  double unit = 1e6;  // micro-yuan per unit of money in the reports: a yuan, or a cent of a case
};

inline std::string shared_data() {
#ifdef TONGSUAN_SHARED_DIR
  return std::string(TONGSUAN_SHARED_DIR) + "/data";
#else
  return "../shared/data";
#endif
}

inline constexpr double kLoad = 1.3;  // demand of the generated weeks against their supply

inline Result<Market> generated(const std::string& kind, std::uint32_t orders, std::uint64_t seed) {
  if (kind == "week") return national_week(orders, kLoad, seed);
  if (kind == "coupled") return coupled_week(orders, 0.7, seed);
  if (kind == "national") {
    lab::NationalOptions options;
    options.orders = orders;
    options.seed = seed;
    return lab::national_market(options);
  }
  return Error{ErrorCode::kInvalidArgument,
               "no kind of book is named " + kind + "; there are week, national, coupled",
               {}};
}

// Nothing, with a message on standard error, when there is no such book here.
inline std::optional<Book> open_book(const std::string& name) {
  const auto give_up = [&](const std::string& why) {
    std::fprintf(stderr, "%s: skipped: %s\n", name.c_str(), why.c_str());
    return std::nullopt;
  };
  if (name == "j1k" || name == "j5k") {
    const std::string folder = shared_data() + "/clearing_cases/" + name;
    if (!std::filesystem::exists(folder)) return give_up("there is no " + folder);
    Result<Market> loaded = load_case(folder);
    if (!loaded.ok()) return give_up(loaded.error().context);
    return Book{name, std::move(loaded).value(), static_cast<double>(kCent)};
  }
  std::istringstream parts(name);
  std::string kind, orders, seed;
  std::getline(parts, kind, ':');
  std::getline(parts, orders, ':');
  std::getline(parts, seed, ':');
  const auto count = static_cast<std::uint32_t>(std::strtoul(orders.c_str(), nullptr, 10));
  if (count == 0) return give_up("a book is KIND:ORDERS[:SEED], j1k or j5k");
  Result<Market> made =
      generated(kind, count, seed.empty() ? 7 : std::strtoull(seed.c_str(), nullptr, 10));
  if (!made.ok()) return give_up(made.error().context);
  return Book{name, std::move(made).value()};
}

// ---- Arguments and output ----------------------------------------------------------------------

// Options are --NAME VALUE; --json stands alone; everything else names a book.
struct BenchArguments {
  std::vector<std::string> books;
  std::vector<std::pair<std::string, std::string>> options;
  bool json = false;

  BenchArguments(int argc, char** argv) {
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
